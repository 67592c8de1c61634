import type { ContainerdRuntime } from '../../backends/containerd/index.js';
import { buildBusyboxImage, importImage, pauseCommand } from '../../backends/containerd-daemon/index.js';
import { EdgeError, messageOf } from '../../lib/index.js';
import { ImageSpec } from '../../proto/cri/v1/api.js';
import type { Report } from './report.js';
import type { Settings } from './settings.js';

/** The pause image of every sandbox and the image of the demo pod, by where they come from. */
export const imageNames: Record<Settings['images'], { readonly pause: string; readonly hello: string }> = {
  registry: { pause: 'registry.k8s.io/pause:3.10', hello: 'docker.io/library/busybox:1.37' },
  local: { pause: 'localhost/skerry/pause:1', hello: 'localhost/skerry/hello:1' },
};

const probeMs = 4_000;

/** Whether both registries answer within a short while: any HTTP answer counts, a login demand too. */
export async function registriesAnswer(): Promise<boolean> {
  const probes = ['https://registry.k8s.io/v2/', 'https://registry-1.docker.io/v2/'].map((url) =>
    fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(probeMs) }).then(
      ({ status }) => status < 500,
      () => false,
    ),
  );
  return (await Promise.all(probes)).every(Boolean);
}

/**
 * Makes both images present in the runtime: pulled, or built from the static busybox and imported. The pause image is
 * the one containerd is configured with: in a containerd of somebody else it bears another name than in ours.
 */
export async function provideImages(options: {
  readonly runtime: Pick<ContainerdRuntime, 'imageStatus' | 'pullImage' | 'sandboxImage'>;
  readonly socket: string;
  readonly images: Settings['images'];
  readonly report: Report;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { runtime, images, report, signal } = options;
  const { pause, hello } = imageNames[images];
  const names = { pause: (await runtime.sandboxImage({ signal })) ?? pause, hello };
  for (const [purpose, image] of Object.entries(names)) {
    const spec = ImageSpec.fromPartial({ image });
    if (await runtime.imageStatus(spec, { signal })) continue;
    if (images === 'registry') {
      report.line(`pulling ${image}`);
      await runtime.pullImage(spec, undefined, undefined, { signal }).catch((error: unknown) => {
        throw new EdgeError('unavailable', `The ${purpose} image ${image} cannot be pulled: ${messageOf(error)}`, {
          cause: error,
        });
      });
    } else {
      report.line(`making ${image} from the static busybox, as no registry answers`);
      await importImage({ socket: options.socket, archive: await buildBusyboxImage(localImage(purpose, image)) });
    }
  }
}

function localImage(purpose: string, name: string) {
  return purpose === 'pause' ? { name, entrypoint: pauseCommand } : { name, cmd: ['/bin/sh'] };
}
