import { readdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openContainerd } from '../../../src/backends/containerd/index.js';
import { type Bench, startBench, testPod } from '../../../src/edged/testing/bench.js';
import type { Pod } from '../../../src/kube/index.js';
import { silentLog } from '../../../src/lib/index.js';
import { ownContainerd, testImage } from '../runtime/own-containerd.js';

let own: Awaited<ReturnType<typeof ownContainerd>>;
beforeAll(async () => {
  own = await ownContainerd();
});
afterAll(async () => {
  const left: string[] = [];
  for (const controller of await readdir('/sys/fs/cgroup')) {
    const found = await readdir(join('/sys/fs/cgroup', controller, cgroupRoot), { recursive: true }).catch(() => []);
    left.push(...found.filter((name) => name.includes('/pod')));
  }
  await own.daemon.purge({ bridges: [own.bridge] });
  // The pods' parents stay with the node; this node ends here.
  for (const controller of await readdir('/sys/fs/cgroup')) {
    for (const level of ['kubepods/besteffort', 'kubepods/burstable', 'kubepods', '']) {
      await rmdir(join('/sys/fs/cgroup', controller, cgroupRoot, level)).catch(() => undefined);
    }
  }
  expect(left, 'cgroups of pods that are gone').toEqual([]);
});

const connect = () => openContainerd({ endpoint: own.daemon.socket, log: silentLog });
const cgroupRoot = `/skerry-test-${process.pid}`;
const config = { cgroupDriver: 'cgroupfs', cgroupRoot } as const;
const script = (text: string) => ['/bin/sh', '-c', text];
const longRunning = script('trap "exit 0" TERM; echo ready; sleep 3600 & wait');

function pod(
  uid: string,
  container: Partial<NonNullable<Pod['spec']>['containers'][number]> = {},
  spec: Partial<Pod['spec']> = {},
) {
  const main = { name: 'main', image: testImage, imagePullPolicy: 'IfNotPresent', command: longRunning, ...container };
  return testPod(uid, { containers: [main], ...spec });
}

const phase = (edged: Bench, uid: string) => edged.statuses.get(uid)?.phase;
const main = (edged: Bench, uid: string) => edged.statuses.get(uid)?.containerStatuses?.[0];

async function logOf(edged: Bench, name: string, query = ''): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${edged.port}/containerLogs/default/${name}/main${query}`);
  return answer.text();
}

describe('edged on containerd', () => {
  it('runs a pod with an address, limits, a log, and ends it without a trace', async () => {
    await using runtime = await connect();
    await using edged = await startBench({ runtime, config });
    const resources = { limits: { cpu: '100m', memory: '32Mi' } };
    edged.put(
      pod('one', {
        resources,
        env: [{ name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
        command: script('trap "exit 0" TERM; echo ip $IP; hostname; sleep 3600 & wait'),
      }),
    );
    await edged.until(() => phase(edged, 'one') === 'Running');
    const ip = edged.statuses.get('one')?.podIP;
    expect(edged.statuses.get('one')?.qosClass).toBe('Guaranteed');
    await edged.until(async () => (await logOf(edged, 'pod-one')) === `ip ${ip}\npod-one\n`);
    expect(await logOf(edged, 'pod-one', '?tailLines=1')).toBe('pod-one\n');
    const memory = join('/sys/fs/cgroup/memory', cgroupRoot, 'kubepods/podone');
    expect((await readFile(join(memory, 'memory.limit_in_bytes'), 'utf8')).trim()).toBe(String(32 * 1024 * 1024));

    edged.remove('one', 5);
    await edged.until(() => edged.gone.includes('one'));
    expect(phase(edged, 'one')).toBe('Succeeded');
    expect(await runtime.listPodSandboxes()).toEqual([]);
    expect(await readdir(join(edged.folder, 'logs'))).toEqual([]);
    expect(await readdir(join(edged.folder, 'kubelet/pods'))).toEqual([]);
    await expect(readdir(memory)).rejects.toThrow('ENOENT');
  });

  it('gives containers their volumes and follows a changed configMap', async () => {
    await using runtime = await connect();
    await using edged = await startBench({ runtime, config });
    edged.setConfigMap('settings', { colour: 'blue', size: 'small' });
    edged.put(
      pod(
        'vol',
        {
          command: script(
            'trap "exit 0" TERM; cat /conf/colour; echo; cat /one; echo; cat /all/name; echo; while true; do cat /conf/colour > /shared/seen; sleep 0.1; done',
          ),
          volumeMounts: [
            { name: 'conf', mountPath: '/conf' },
            { name: 'conf', mountPath: '/one', subPath: 'size' },
            { name: 'all', mountPath: '/all', readOnly: true },
            { name: 'shared', mountPath: '/shared' },
            { name: 'ram', mountPath: '/ram' },
          ],
        },
        {
          volumes: [
            { name: 'conf', configMap: { name: 'settings' } },
            {
              name: 'all',
              projected: {
                sources: [
                  { serviceAccountToken: { path: 'token' } },
                  { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
                ],
              },
            },
            { name: 'shared', emptyDir: {} },
            { name: 'ram', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
          ],
        },
      ),
    );
    await edged.until(() => phase(edged, 'vol') === 'Running');
    await edged.until(async () => (await logOf(edged, 'pod-vol')) === 'blue\nsmall\npod-vol\n');
    const seen = join(edged.folder, 'kubelet/pods/vol/volumes/kubernetes.io~empty-dir/shared/seen');
    edged.setConfigMap('settings', { colour: 'green', size: 'large' });
    await edged.until(async () => (await readFile(seen, 'utf8')) === 'green');
    edged.remove('vol', 1);
    await edged.until(() => edged.gone.includes('vol'));
    expect((await readFile('/proc/self/mountinfo', 'utf8')).includes(edged.folder)).toBe(false);
  });

  it('tells of a crash at once, restarts, and has the log of the container before', async () => {
    await using runtime = await connect();
    await using edged = await startBench({ runtime, config });
    edged.put(pod('crash', { command: script('echo bye > /dev/termination-log; echo run; exit 3') }));
    await edged.until(() => main(edged, 'crash')?.state?.waiting?.reason === 'CrashLoopBackOff');
    expect(main(edged, 'crash')).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 3, message: 'bye\n' } },
    });
    expect(await logOf(edged, 'pod-crash', '?previous=true')).toBe('run\n');
    edged.remove('crash', 0);
    await edged.until(() => edged.gone.includes('crash'));
  });

  it('adopts its pods after its restart and goes on after a killed containerd, with no container restarted', async () => {
    await using runtime = await connect();
    const pods = [pod('a'), pod('b')];
    const first = await startBench({ runtime, config, pods });
    await first.until(() => pods.every(({ metadata }) => phase(first, metadata?.uid ?? '') === 'Running'));
    const ids = ['a', 'b'].map((uid) => main(first, uid)?.containerID);
    await first.stop();
    await using edged = await startBench({ runtime, config, pods, folder: first.folder });
    await edged.until(() => pods.every(({ metadata }) => phase(edged, metadata?.uid ?? '') === 'Running'));
    expect(['a', 'b'].map((uid) => main(edged, uid)?.containerID)).toEqual(ids);

    const ready = () => edged.nodes.at(-1)?.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
    process.kill(own.daemon.pid, 'SIGKILL');
    edged.put(pod('late'));
    await edged.until(() => ready() === 'False');
    own.daemon = await own.start();
    await edged.until(() => ready() === 'True');
    await edged.until(() => phase(edged, 'late') === 'Running');
    expect(['a', 'b'].map((uid) => main(edged, uid)?.containerID)).toEqual(ids);
    for (const uid of ['a', 'b', 'late']) edged.remove(uid);
    await edged.until(() => edged.gone.length === 3);
  });
});
