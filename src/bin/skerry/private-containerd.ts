import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCapability } from '../../backends/containerd/index.js';
import {
  bridgeConflist,
  containerdConfig,
  findCniBinDir,
  findContainerdBinaries,
} from '../../backends/containerd-daemon/index.js';
import { writeFileAtomic } from '../../lib/index.js';
import { imageNames } from './images.js';
import type { Layout } from './layout.js';
import type { PartSpec } from './part.js';
import type { Settings } from './settings.js';

/** Writes the configuration of a containerd of our own, with its own pod network, and tells how to run it. */
export async function privateContainerd(layout: Layout, settings: Settings): Promise<PartSpec> {
  const folder = layout.containerd;
  const configFile = join(folder, 'config.toml');
  const { containerd } = await findContainerdBinaries();
  for (const path of [folder, layout.cniConfDir, layout.cniDataDir]) {
    await mkdir(path, { recursive: true, mode: 0o711 });
  }

  const { bridge, subnet } = settings;
  const network = bridgeConflist({ name: bridge, bridge, subnet, dataDir: layout.cniDataDir });
  await writeFileAtomic(join(layout.cniConfDir, '10-skerry.conflist'), `${JSON.stringify(network, null, 2)}\n`);
  await writeFileAtomic(
    configFile,
    containerdConfig({
      root: join(folder, 'root'),
      state: join(folder, 'state'),
      socket: layout.containerdSocket,
      cgroupDriver: 'cgroupfs',
      cniBinDir: await findCniBinDir(),
      cniConfDir: layout.cniConfDir,
      sandboxImage: imageNames[settings.images].pause,
      restrictOomScoreAdj: !(await hasCapability('sys_resource')),
    }),
  );
  return {
    name: 'containerd',
    command: containerd,
    args: ['--config', configFile],
    graceMs: 20_000,
    logFile: layout.logFile('containerd'),
    processFile: layout.processFile('containerd'),
    holdFile: layout.holdFile('containerd'),
  };
}
