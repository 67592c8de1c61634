import { describe, expect, it } from 'vitest';
import { ImageSpec } from '../../../src/proto/cri/v1/api.js';
import { type OpenRuntime, testPod, untilStopped } from './test-pod.js';

const spec = (image: string) => ImageSpec.fromPartial({ image });
const absent = 'skerry.local/never-built:1';

export function imageContract(open: OpenRuntime) {
  describe('its images', () => {
    it('are found by name and by id', async () => {
      const { runtime, image } = open();
      const byName = await runtime.imageStatus(spec(image));
      expect(byName?.repoTags).toContain(image);
      expect((byName?.size ?? 0n) > 0n).toBe(true);
      expect((await runtime.imageStatus(spec(byName?.id ?? '')))?.id).toBe(byName?.id);
      expect((await runtime.listImages()).map(({ id }) => id)).toContain(byName?.id);
    });

    it('have no status when they are not there, and no container can be made of them', async () => {
      const { runtime } = open();
      expect(await runtime.imageStatus(spec(absent))).toBeUndefined();
      await using pod = await testPod(open());
      await expect(pod.create(untilStopped, { image: { image: absent } })).rejects.toMatchObject({ code: 'not-found' });
    });

    it('make containers by id', async () => {
      const { runtime, image } = open();
      const id = (await runtime.imageStatus(spec(image)))?.id ?? '';
      await using pod = await testPod(open());
      await pod.start(untilStopped, { image: { image: id } });
    });

    it('may be removed when they are not there', async () => {
      await open().runtime.removeImage(spec(absent));
    });

    it('take a place that is told', async () => {
      const { images } = await open().runtime.imageFsInfo();
      expect(images[0]?.fsId?.mountpoint).toMatch(/^\//);
      expect(images[0]?.usedBytes).toBeDefined();
    });
  });
}
