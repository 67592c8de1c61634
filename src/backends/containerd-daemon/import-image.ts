import { execa } from 'execa';
import { extract } from 'tar-stream';
import { z } from 'zod';
import { connectRuntime } from '../../cri/index.js';
import { createBackoff, EdgeError, pause, readBounded, silentLog } from '../../lib/index.js';
import { ImageSpec } from '../../proto/cri/v1/api.js';
import { findContainerdBinaries } from './find-binaries.js';

const dockerManifest = z.array(z.object({ RepoTags: z.array(z.string()).nullable() }));

/** The names an image archive gives its images, from docker's manifest in it. */
export async function archiveNames(archive: Buffer): Promise<string[]> {
  const tar = extract();
  tar.end(archive);
  for await (const entry of tar) {
    if (entry.header.name !== 'manifest.json') {
      entry.resume();
      continue;
    }
    const text = (await readBounded(entry as AsyncIterable<Buffer>, 1024 * 1024, 'manifest.json')).toString();
    return dockerManifest.parse(JSON.parse(text)).flatMap(({ RepoTags }) => RepoTags ?? []);
  }
  throw new EdgeError('invalid', 'the image archive has no manifest.json: build it with docker save, skopeo or skerry');
}

/**
 * Brings an archive into containerd's namespace of Kubernetes and returns its names once CRI knows
 * them: the import is only announced to the CRI plugin, which learns of it a moment later.
 */
export async function importImage(deps: { socket: string; archive: Buffer; signal?: AbortSignal }): Promise<string[]> {
  const { socket, archive, signal } = deps;
  const names = await archiveNames(archive);
  const { ctr } = await findContainerdBinaries();
  const argv = ['--address', socket, '--namespace', 'k8s.io', 'images', 'import', '-'];
  try {
    await execa(ctr, argv, { input: archive, ...(signal && { cancelSignal: signal }) });
  } catch (cause) {
    throw new EdgeError('internal', `containerd did not import ${names.join(', ')}`, { cause });
  }
  await using runtime = await connectRuntime({ endpoint: socket, log: silentLog, requestTimeoutMs: 30_000 });
  const deadline = Date.now() + 30_000;
  for (const name of names) {
    const backoff = createBackoff({ baseMs: 5, maxMs: 200 });
    while (
      (await runtime.imageStatus(ImageSpec.fromPartial({ image: name }), { ...(signal && { signal }) })) === undefined
    ) {
      signal?.throwIfAborted();
      if (Date.now() > deadline)
        throw new EdgeError('timeout', `containerd's CRI plugin does not show ${name} after its import`);
      await pause(backoff.next(), signal);
    }
  }
  return names;
}
