import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeRuntime } from '../../cri/index.js';
import { StatusResponse } from '../../proto/cri/v1/api.js';
import { preflightFindings } from './preflight.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skerry-preflight-'));
});
afterEach(() => rm(folder, { recursive: true }));

const signal = AbortSignal.timeout(60_000);
const plain = { hasSystemd: async () => false, hasSysResource: async () => true };

/** The findings on a containerd that shows this configuration. */
async function findings(
  shown: Record<string, unknown>,
  machine = plain,
  conditions = [
    { type: 'RuntimeReady', status: true, reason: '', message: '' },
    { type: 'NetworkReady', status: true, reason: '', message: '' },
  ],
) {
  const fake = createFakeRuntime({ images: ['pause:1'] });
  const config = { sandboxImage: 'pause:1', cni: { binDir: join(folder, 'bin'), confDir: folder }, ...shown };
  const answer = StatusResponse.fromPartial({ status: { conditions }, info: { config: JSON.stringify(config) } });
  return preflightFindings({ status: async () => answer, imageStatus: fake.imageStatus }, signal, machine);
}

const handlers = (systemd: boolean) => ({
  containerd: { defaultRuntimeName: 'runc', runtimes: { runc: { options: { SystemdCgroup: systemd } } } },
});
const noNetwork = [
  { type: 'RuntimeReady', status: true, reason: '', message: '' },
  { type: 'NetworkReady', status: false, reason: 'NetworkPluginNotReady', message: 'cni plugin not initialized' },
];

describe('the preflight of containerd', () => {
  it('is silent when all is well', async () => {
    expect(await findings(handlers(false))).toEqual([]);
  });

  it('sees two owners of the cgroup tree', async () => {
    const systemd = { ...plain, hasSystemd: async () => true };
    expect(await findings(handlers(false), systemd)).toMatchObject([{ fix: expect.stringContaining('SystemdCgroup') }]);
    expect(await findings(handlers(true), systemd)).toEqual([]);
  });

  it('misses the sandbox image', async () => {
    expect(await findings({ sandboxImage: 'pause:2' })).toMatchObject([
      { severity: 'warning', what: expect.stringContaining('pause:2') },
    ]);
  });

  it('knows that no sandbox starts without CAP_SYS_RESOURCE, unless the score is restricted', async () => {
    const lacking = { ...plain, hasSysResource: async () => false };
    expect(await findings({}, lacking)).toMatchObject([
      { severity: 'error', fix: expect.stringContaining('restrict_oom_score_adj') },
    ]);
    expect(await findings({ restrictOOMScoreAdj: true }, lacking)).toEqual([]);
  });

  it('says why the network is not ready', async () => {
    const what = async () => (await findings({}, plain, noNetwork)).map((finding) => finding.what);
    expect(await what()).toEqual([`There is no CNI configuration in ${folder}.`]);
    await writeFile(join(folder, '10.conflist'), '{');
    expect(await what()).toEqual([expect.stringContaining('10.conflist cannot be read')]);
    for (const wrong of [
      'null',
      '[]',
      '{"plugins":{}}',
      '{"plugins":[null]}',
      '{"plugins":[{"type":1}]}',
      '{"type":[]}',
    ]) {
      await writeFile(join(folder, '10.conflist'), wrong);
      expect(await what(), wrong).toEqual([expect.stringContaining('10.conflist cannot be read')]);
    }
    await writeFile(join(folder, '10.conflist'), JSON.stringify({ plugins: [{ type: 'bridge' }] }));
    expect(await what()).toEqual([`The CNI plugins bridge, loopback are not in ${join(folder, 'bin')}.`]);
  });

  it('takes what it cannot read of the configuration for absent', async () => {
    const odd = { sandboxImage: 1, cni: 'none', containerd: { defaultRuntimeName: 'constructor', runtimes: {} } };
    expect(await findings({ ...odd, restrictOOMScoreAdj: 'yes' }, plain)).toEqual([]);
    const systemd = { ...plain, hasSystemd: async () => true };
    expect(await findings({ containerd: { runtimes: [] } }, systemd)).toEqual([]);
  });

  it('passes on what containerd reports of itself', async () => {
    const ill = [{ type: 'RuntimeReady', status: false, reason: 'Broken', message: 'shim is gone' }];
    expect(await findings({}, plain, ill)).toMatchObject([
      { severity: 'error', what: expect.stringContaining('shim is gone') },
    ]);
  });
});
