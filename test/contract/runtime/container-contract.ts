import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ContainerFilter, ContainerState, type DeepPartial } from '../../../src/proto/cri/v1/api.js';
import { ended, type OpenRuntime, shell, testPod, untilStopped } from './test-pod.js';

const listed = async (open: OpenRuntime, filter: DeepPartial<ContainerFilter>) =>
  (await open().runtime.listContainers(ContainerFilter.fromPartial(filter))).map(({ id }) => id);

export function containerContract(open: OpenRuntime) {
  describe('its containers', () => {
    it('are created, run and end with their code and a reason', async () => {
      const { runtime } = open();
      await using pod = await testPod(open());
      const id = await pod.create(untilStopped);
      expect(await runtime.containerStatus(id)).toMatchObject({
        state: ContainerState.CONTAINER_CREATED,
        startedAt: 0n,
        finishedAt: 0n,
      });
      await runtime.startContainer(id);
      const running = await runtime.containerStatus(id);
      expect(running).toMatchObject({ state: ContainerState.CONTAINER_RUNNING, finishedAt: 0n });
      expect(running.startedAt > 0n).toBe(true);

      const good = await ended(runtime, await pod.start(shell('exit 0')));
      expect(good).toMatchObject({ exitCode: 0, reason: 'Completed' });
      const bad = await ended(runtime, await pod.start(shell('exit 3')));
      expect(bad).toMatchObject({ exitCode: 3, reason: 'Error' });
      expect(bad.finishedAt >= bad.createdAt).toBe(true);
    });

    it('keep their metadata, labels and annotations, in status and list', async () => {
      const { runtime, image } = open();
      await using pod = await testPod(open());
      const told = {
        metadata: { name: 'app', attempt: 7 },
        labels: { 'io.kubernetes.container.name': 'app' },
        annotations: { 'io.kubernetes.container.hash': '1a2b' },
      };
      const id = await pod.create(untilStopped, told);
      const status = await runtime.containerStatus(id);
      expect(status).toMatchObject({ id, ...told, logPath: `${pod.config.logDirectory}/c1.log` });
      expect(status.image?.image).toBe(image);
      expect(status.imageRef).not.toBe('');
      const [item] = await runtime.listContainers(ContainerFilter.fromPartial({ id }));
      expect(item).toMatchObject({ id, podSandboxId: pod.id, ...told });
    });

    it('are found by sandbox, state, labels and the beginning of their id, all of which must hold', async () => {
      await using pod = await testPod(open());
      await using other = await testPod(open());
      const running = await pod.start(untilStopped, { labels: { n: '1' } });
      const created = await pod.create(untilStopped, { labels: { n: '2' } });
      await other.create(untilStopped);
      expect((await listed(open, { podSandboxId: pod.id })).sort()).toEqual([running, created].sort());
      const state = { state: ContainerState.CONTAINER_RUNNING };
      expect(await listed(open, { podSandboxId: pod.id, state })).toEqual([running]);
      expect(await listed(open, { podSandboxId: pod.id, labelSelector: { n: '2' } })).toEqual([created]);
      expect(await listed(open, { id: created.slice(0, 20) })).toEqual([created]);
      expect(await listed(open, { id: created, podSandboxId: other.id })).toEqual([]);
    });

    it('live side by side in one sandbox and end apart', async () => {
      const { runtime } = open();
      await using pod = await testPod(open());
      const one = await pod.start(untilStopped);
      const two = await pod.start(untilStopped);
      await runtime.stopContainer(one, 10);
      await runtime.removeContainer(one);
      expect((await runtime.containerStatus(two)).state).toBe(ContainerState.CONTAINER_RUNNING);
      expect(await listed(open, { podSandboxId: pod.id })).toEqual([two]);
    });

    it('get their environment', async () => {
      const { runtime } = open();
      await using pod = await testPod(open());
      const envs = [{ key: 'GREETING', value: Buffer.from('hello = wörld') }];
      const id = await pod.start(untilStopped, { envs });
      const { stdout } = await runtime.execSync(id, ['env'], 10);
      expect(Buffer.from(stdout).toString().split('\n')).toContain('GREETING=hello = wörld');
    });

    it('write both output streams to their log in the format of CRI', async () => {
      const { runtime } = open();
      await using pod = await testPod(open());
      const { logPath } = await ended(runtime, await pod.start(shell('echo to out; echo to err >&2; exit 0')));
      const lines = (await readFile(logPath, 'utf8')).trimEnd().split('\n');
      const format = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(?:Z|[+-]\d\d:\d\d) (stdout|stderr) F (.*)$/;
      const parsed = lines.map((line) => format.exec(line)?.slice(1));
      expect(parsed).toHaveLength(2);
      expect(parsed).toContainEqual(['stdout', 'to out']);
      expect(parsed).toContainEqual(['stderr', 'to err']);
    });

    it('are refused a second time under the same name and attempt', async () => {
      await using pod = await testPod(open());
      await pod.create(untilStopped, { metadata: { name: 'twin' } });
      await expect(pod.create(untilStopped, { metadata: { name: 'twin' } })).rejects.toThrow(/reserve/);
      await pod.create(untilStopped, { metadata: { name: 'twin', attempt: 1 } });
    });

    it('start once', async () => {
      await using pod = await testPod(open());
      const id = await pod.start(untilStopped);
      await expect(open().runtime.startContainer(id)).rejects.toMatchObject({ name: 'EdgeError' });
    });

    it('report what they use, by id and in lists', async () => {
      const { runtime } = open();
      await using pod = await testPod(open());
      const id = await pod.start(untilStopped, { labels: { used: 'yes' } });
      const stats = await runtime.containerStats(id);
      expect(stats.attributes).toMatchObject({ id, labels: { used: 'yes' } });
      expect((stats.memory?.timestamp ?? 0n) > 0n).toBe(true);
      const list = await runtime.listContainerStats({ id: '', podSandboxId: pod.id, labelSelector: {} });
      expect(list.map(({ attributes }) => attributes?.id)).toEqual([id]);
    });
  });
}
