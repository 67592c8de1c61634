import { type ContainerdRuntime, openContainerd } from '../../backends/containerd/index.js';
import { provideImages } from './images.js';
import { privateContainerd } from './private-containerd.js';
import { untilAnswered } from './readiness.js';
import { type Stage, within } from './stage.js';

/** A runtime that answers, and the socket it does so on. */
export interface RuntimeAtWork {
  readonly runtime: ContainerdRuntime;
  readonly socket: string;
  readonly endpoint: string;
}

/** Starts our own containerd, or takes the given one, and provides the two images skerry needs. */
export async function startRuntime(stage: Stage): Promise<RuntimeAtWork> {
  const { layout, settings, report, log, held, stop } = stage;
  const socket = settings.runtimeEndpoint?.replace(/^unix:\/\//, '') ?? layout.containerdSocket;
  const endpoint = `unix://${socket}`;
  const connect = (signal: AbortSignal) =>
    untilAnswered(
      `containerd at ${endpoint}`,
      async () => {
        const runtime = await openContainerd({ endpoint, log, signal });
        const { runtimeName, runtimeVersion } = await runtime.version({ signal });
        return { runtime, version: `${runtimeName} ${runtimeVersion}` };
      },
      signal,
    );
  const { runtime, version } =
    settings.runtimeEndpoint === undefined
      ? await stage.start(await privateContainerd(layout, settings), 'containerd', connect)
      : await within(stop, connect);
  held.defer('the connection to containerd', () => runtime[Symbol.asyncDispose]());
  report.line(`${version} answers at ${endpoint}`);
  await provideImages({ runtime, socket, images: settings.images, report, signal: stop });
  return { runtime, socket, endpoint };
}
