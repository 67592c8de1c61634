import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bridgeConflist,
  buildBusyboxImage,
  findCniBinDir,
  findContainerdBinaries,
  importImage,
  pauseCommand,
  startContainerd,
} from '../../../src/backends/containerd-daemon/index.js';
import { silentLog } from '../../../src/lib/index.js';

export const pauseImage = 'skerry.local/pause:1';
export const testImage = 'skerry.local/busybox:1';

/** A containerd of the test's own with a network, a pause image and a busybox image. */
export async function ownContainerd() {
  const folder = await mkdtemp(join(tmpdir(), 'skerry-cri-'));
  const cniConfDir = join(folder, 'cni');
  const tag = Math.random().toString(36).slice(2, 8);
  const subnet = `10.${200 + Math.floor(Math.random() * 50)}.${Math.floor(Math.random() * 256)}.0/24`;
  const network = { name: `skerry-${tag}`, bridge: `skt-${tag}`, subnet, dataDir: join(folder, 'leases') };
  await mkdir(cniConfDir);
  await writeFile(join(cniConfDir, '10-skerry.conflist'), JSON.stringify(bridgeConflist(network)));
  // A second OCI runtime in all but code: it leaves a trace of each call and hands it to the first.
  const { runc } = await findContainerdBinaries();
  const other = { binary: join(folder, 'other-runc'), trace: join(folder, 'other-runc.trace') };
  await writeFile(other.binary, `#!/bin/sh\necho "$@" >> ${other.trace}\nexec ${runc} "$@"\n`, { mode: 0o755 });
  const start = async () =>
    startContainerd({
      folder,
      cniConfDir,
      cniBinDir: await findCniBinDir(),
      sandboxImage: pauseImage,
      handlers: { other: { binary: other.binary } },
      log: silentLog,
    });
  const daemon = await start();
  const restoreImages = async () => {
    const { socket } = daemon;
    await importImage({ socket, archive: await buildBusyboxImage({ name: pauseImage, entrypoint: pauseCommand }) });
    await importImage({ socket, archive: await buildBusyboxImage({ name: testImage, cmd: ['/bin/sh'] }) });
  };
  try {
    await restoreImages();
  } catch (error) {
    await daemon.purge({ bridges: [network.bridge] });
    throw error;
  }
  return { folder, bridge: network.bridge, daemon, start, restoreImages, otherTrace: other.trace };
}
