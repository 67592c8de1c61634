import type { Runtime } from '../../cri/index.js';
import type { Container } from '../../kube/index.js';
import { EdgeError, messageOf } from '../../lib/index.js';
import { type AuthConfig, type Image, ImageSpec } from '../../proto/cri/v1/api.js';
import type { Recorder } from '../events/recorder.js';
import type { Limiter } from '../executor/limiter.js';
import type { DesiredPod } from '../pod/desired-pod.js';
import type { ObjectReader } from '../ports.js';
import { type Credential, matchingCredentials, secretCredentials } from './credentials.js';
import { normalizeImage } from './image-name.js';

export type ImageResult =
  | { readonly kind: 'present'; readonly image: Image }
  | {
      readonly kind: 'failed';
      /** The waiting reason (facts kubelet-on-cri §2.9). */
      readonly reason: string;
      readonly message: string;
      readonly event: string;
      readonly error: unknown;
    };

/** Brings images to the node, one at a time (facts kubelet-on-cri §4.7). */
export interface ImagePuller {
  ensure(request: { desired: DesiredPod; container: Container; signal: AbortSignal }): Promise<ImageResult>;
}

export function createImagePuller(deps: {
  runtime: Pick<Runtime, 'imageStatus' | 'pullImage'>;
  objects: Pick<ObjectReader, 'secret'>;
  recorder: Recorder;
  /** One place: pulls wait for each other. */
  pulls: Limiter;
  now: () => number;
}): ImagePuller {
  const { runtime, recorder, pulls, now } = deps;
  return {
    async ensure({ desired, container, signal }) {
      const given = container.image ?? '';
      let spec: ImageSpec;
      try {
        spec = ImageSpec.fromPartial({
          image: normalizeImage(given),
          annotations: desired.pod.metadata?.annotations ?? {},
        });
      } catch (error) {
        const message = `Failed to apply default image tag "${given}": ${messageOf(error)}`;
        return { kind: 'failed', reason: 'InvalidImageName', message, event: 'InspectFailed', error };
      }
      const policy = container.imagePullPolicy ?? 'IfNotPresent';
      const local = async () => (policy === 'Always' ? undefined : runtime.imageStatus(spec, { signal }));
      const present = (image: Image): ImageResult => {
        const message = `Container image "${given}" already present on machine and can be accessed by the pod`;
        recorder.pod(desired.pod, 'Normal', 'Pulled', message, container.name);
        return { kind: 'present', image };
      };
      try {
        const found = await local();
        if (found) return present(found);
      } catch (error) {
        const message = `Failed to inspect image "${given}": ${messageOf(error)}`;
        return { kind: 'failed', reason: 'ImageInspectError', message, event: 'InspectFailed', error };
      }
      if (policy === 'Never') {
        const message = `Container image "${given}" is not present with pull policy of Never`;
        const error = new EdgeError('not-found', message);
        return { kind: 'failed', reason: 'ErrImageNeverPull', message, event: 'ErrImageNeverPull', error };
      }
      const queuedAt = now();
      return pulls(async () => {
        try {
          signal.throwIfAborted();
          // Somebody in the queue may have brought it.
          const found = await local();
          return found
            ? present(found)
            : { kind: 'present', image: await pullNow(deps, desired, container, spec, queuedAt, signal) };
        } catch (error) {
          const message = `Failed to pull image "${given}": ${messageOf(error)}`;
          return { kind: 'failed', reason: pullReason(error), message, event: 'Failed', error };
        }
      });
    },
  };
}

async function pullNow(
  deps: Parameters<typeof createImagePuller>[0],
  desired: DesiredPod,
  container: Container,
  spec: ImageSpec,
  queuedAt: number,
  signal: AbortSignal,
): Promise<Image> {
  const { runtime, recorder, now } = deps;
  const startedAt = now();
  recorder.pod(desired.pod, 'Normal', 'Pulling', `Pulling image "${container.image}"`, container.name);
  const logins = matchingCredentials(await podCredentials(deps, desired, signal), spec.image);
  const reference = await firstThatWorks(logins, (auth) => runtime.pullImage(spec, auth, undefined, { signal }));
  const image = await runtime.imageStatus({ ...spec, image: reference }, { signal });
  if (!image) throw new EdgeError('internal', `image ${reference} is not there after its pull`);
  const took = `${(now() - startedAt) / 1000}s (${(now() - queuedAt) / 1000}s including waiting)`;
  const message = `Successfully pulled image "${container.image}" in ${took}. Image size: ${image.size} bytes.`;
  recorder.pod(desired.pod, 'Normal', 'Pulled', message, container.name);
  return image;
}

/** Every login in turn; without any, one try as nobody. */
async function firstThatWorks<T>(
  logins: readonly AuthConfig[],
  attempt: (auth: AuthConfig | undefined) => Promise<T>,
): Promise<T> {
  const [first, ...others] = logins;
  try {
    return await attempt(first);
  } catch (error) {
    if (others.length === 0) throw error;
    return firstThatWorks(others, attempt);
  }
}

async function podCredentials(
  { objects, recorder }: Parameters<typeof createImagePuller>[0],
  { pod, spec, namespace }: DesiredPod,
  signal: AbortSignal,
): Promise<Credential[]> {
  const found: Credential[] = [];
  for (const { name = '' } of spec.imagePullSecrets ?? []) {
    try {
      found.push(...secretCredentials(await objects.secret({ namespace, name }, signal)));
    } catch (error) {
      const message = `Unable to retrieve some image pull secrets (${name}); attempting to pull the image may not succeed: ${messageOf(error)}`;
      recorder.pod(pod, 'Warning', 'FailedToRetrieveImagePullSecret', message);
    }
  }
  return found;
}

/** Runtimes put two reasons at the head of their message (facts kubelet-on-cri §1). */
function pullReason(error: unknown): string {
  const known = ['RegistryUnavailable', 'SignatureValidationFailed'];
  return known.find((reason) => messageOf(error).startsWith(reason)) ?? 'ErrImagePull';
}
