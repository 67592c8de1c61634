import { describe, expect, it } from 'vitest';
import { type DeepPartial, PodSandboxFilter, PodSandboxState } from '../../../src/proto/cri/v1/api.js';
import { type OpenRuntime, shell, testPod, untilStopped } from './test-pod.js';

const listed = async (open: OpenRuntime, filter: DeepPartial<PodSandboxFilter>) =>
  (await open().runtime.listPodSandboxes(PodSandboxFilter.fromPartial(filter))).map(({ id }) => id);

export function sandboxContract(open: OpenRuntime) {
  describe('its sandboxes', () => {
    it('tells its version and that it and its network are ready', async () => {
      const { runtime } = open();
      const version = await runtime.version();
      expect(version.runtimeName).not.toBe('');
      const { status } = await runtime.status();
      const holds = Object.fromEntries(status?.conditions.map((one) => [one.type, one.status]) ?? []);
      expect(holds).toMatchObject({ RuntimeReady: true, NetworkReady: true });
    });

    it('are ready after run, not ready but still there after stop, gone after remove', async () => {
      const { runtime } = open();
      await using pod = await testPod(open());
      const started = await runtime.podSandboxStatus(pod.id);
      expect(started.state).toBe(PodSandboxState.SANDBOX_READY);
      expect(started.network?.ip).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
      expect(await listed(open, { id: pod.id })).toEqual([pod.id]);

      await runtime.stopPodSandbox(pod.id);
      expect((await runtime.podSandboxStatus(pod.id)).state).toBe(PodSandboxState.SANDBOX_NOTREADY);

      await runtime.removePodSandbox(pod.id);
      await expect(runtime.podSandboxStatus(pod.id)).rejects.toMatchObject({ code: 'not-found' });
      expect(await listed(open, { id: pod.id })).toEqual([]);
    });

    it('keep their metadata, labels and annotations, in status and list', async () => {
      const { runtime } = open();
      const metadata = { name: 'web', namespace: 'shop', uid: crypto.randomUUID(), attempt: 4 };
      const labels = { 'app.kubernetes.io/name': 'web', tier: '' };
      const annotations = { note: 'a "quoted"\nline', 'example.org/ü': '✓' };
      await using pod = await testPod(open(), { metadata, labels, annotations });
      const told = { id: pod.id, metadata, labels, annotations, runtimeHandler: '' };
      expect(await runtime.podSandboxStatus(pod.id)).toMatchObject(told);
      const [item] = await runtime.listPodSandboxes(PodSandboxFilter.fromPartial({ id: pod.id }));
      expect(item).toMatchObject(told);
    });

    it('count time in nanoseconds since the epoch', async () => {
      const before = BigInt(Date.now()) * 1_000_000n;
      await using pod = await testPod(open());
      const after = BigInt(Date.now() + 1) * 1_000_000n;
      const { createdAt } = await open().runtime.podSandboxStatus(pod.id);
      expect(createdAt >= before && createdAt <= after).toBe(true);
    });

    it('are found by the beginning of their id, by state and by labels, all of which must hold', async () => {
      const { runtime } = open();
      const mark = crypto.randomUUID();
      await using one = await testPod(open(), { labels: { mark, n: '1' } });
      await using two = await testPod(open(), { labels: { mark, n: '2' } });
      await runtime.stopPodSandbox(two.id);
      expect((await listed(open, { labelSelector: { mark } })).sort()).toEqual([one.id, two.id].sort());
      expect(await listed(open, { labelSelector: { mark, n: '2' } })).toEqual([two.id]);
      const state = { state: PodSandboxState.SANDBOX_READY };
      expect(await listed(open, { labelSelector: { mark }, state })).toEqual([one.id]);
      expect(await listed(open, { id: one.id.slice(0, 20) })).toEqual([one.id]);
      expect(await listed(open, { id: one.id, labelSelector: { n: '2' } })).toEqual([]);
    });

    it('may be stopped and removed again, and when they never were', async () => {
      const { runtime } = open();
      await using pod = await testPod(open());
      for (const id of [pod.id, pod.id, 'f'.repeat(64)]) await runtime.stopPodSandbox(id);
      for (const id of [pod.id, pod.id, 'f'.repeat(64)]) await runtime.removePodSandbox(id);
    });

    it('are refused a second time under the same name', async () => {
      const { runtime } = open();
      await using pod = await testPod(open());
      await expect(runtime.runPodSandbox(pod.config, '')).rejects.toThrow(/reserve/);
    });

    it('are refused for a handler that is not configured', async () => {
      await using pod = await testPod(open());
      const other = { ...pod.config, metadata: { name: 'other', namespace: 'contract', uid: 'other', attempt: 0 } };
      await expect(open().runtime.runPodSandbox(other, 'no-such-handler')).rejects.toThrow('no-such-handler');
    });

    it('take their containers with them', async () => {
      const { runtime } = open();
      await using pod = await testPod(open());
      const running = await pod.start(untilStopped);
      const done = await pod.start(shell('exit 0'));
      await runtime.stopPodSandbox(pod.id);
      await runtime.removePodSandbox(pod.id);
      for (const id of [running, done]) {
        await expect(runtime.containerStatus(id)).rejects.toMatchObject({ code: 'not-found' });
      }
    });
  });
}
