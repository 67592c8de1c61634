import { createHash } from 'node:crypto';
import { EdgeError } from '../../lib/index.js';
import { Image, type ImageSpec } from '../../proto/cri/v1/api.js';
import type { Runtime } from '../runtime.js';
import type { FakeWorld } from './fake-world.js';

type ImageVerbs = Pick<Runtime, 'listImages' | 'imageStatus' | 'pullImage' | 'removeImage' | 'imageFsInfo'>;

/** `name` with the tag every reader adds when none is written; digests and ids stay as they are. */
const tagged = (name: string) => (/[@]|:[^/]+$/.test(name) ? name : `${name}:latest`);

const names = (image: Image, wanted: string) =>
  image.id === wanted || image.repoTags.includes(tagged(wanted)) || image.repoDigests.includes(wanted);

export const findImage = (world: FakeWorld, spec: ImageSpec | undefined): Image | undefined =>
  [...world.images.values()].find((image) => names(image, spec?.image ?? ''));

/** An image as a pull would leave it; its id and digest follow from its name. */
export function fakeImage(name: string, parts: Partial<Image> = {}): Image {
  const digest = `sha256:${createHash('sha256').update(tagged(name)).digest('hex')}`;
  return {
    ...Image.fromPartial({ id: digest, size: 1_000_000n }),
    repoTags: [tagged(name)],
    repoDigests: [`${tagged(name).replace(/:[^:/]+$/, '')}@${digest}`],
    ...parts,
  };
}

/**
 * @param registry what can be pulled, by name; a name that is not there is `not-found`
 */
export function fakeImageVerbs(world: FakeWorld, registry: ReadonlyMap<string, Image>, now: () => bigint): ImageVerbs {
  return {
    async listImages(spec) {
      const all = [...world.images.values()];
      return spec?.image ? all.filter((image) => names(image, spec.image)) : all;
    },
    imageStatus: async (spec) => findImage(world, spec),
    async pullImage(spec) {
      const image = registry.get(tagged(spec.image));
      if (!image) {
        throw new EdgeError('not-found', `failed to pull and unpack image "${spec.image}": ${spec.image}: not found`);
      }
      world.images.set(image.id, image);
      return image.id;
    },
    async removeImage(spec) {
      const image = findImage(world, spec);
      if (image) world.images.delete(image.id);
    },
    async imageFsInfo() {
      const used = [...world.images.values()].reduce((sum, { size }) => sum + size, 0n);
      const usage = {
        timestamp: now(),
        fsId: { mountpoint: '/fake/images' },
        usedBytes: { value: used },
        inodesUsed: { value: BigInt(world.images.size) },
      };
      return { images: [usage], containers: [{ ...usage, usedBytes: { value: 0n } }] };
    },
  };
}
