import { describe, expect, it } from 'vitest';
import { ContainerState } from '../../../src/proto/cri/v1/api.js';
import { ended, type OpenRuntime, shell, testPod, untilStopped } from './test-pod.js';

const unknown = 'e'.repeat(64);

export function stopContract(open: OpenRuntime) {
  describe('stopping and removing its containers', () => {
    it('lets a container end by itself within its grace', async () => {
      const { runtime } = open();
      await using pod = await testPod(open());
      const id = await pod.start(untilStopped);
      // The shell needs a moment until it has set its trap.
      await expect.poll(async () => (await runtime.execSync(id, ['true'], 10)).exitCode).toBe(0);
      await runtime.stopContainer(id, 30);
      expect(await ended(runtime, id)).toMatchObject({ exitCode: 0 });
    });

    it('kills a container that does not end within its grace', async () => {
      const { runtime } = open();
      await using pod = await testPod(open());
      const id = await pod.start(shell('trap "" TERM; sleep 1000'));
      await runtime.stopContainer(id, 1);
      expect(await ended(runtime, id)).toMatchObject({ exitCode: 137 });
    });

    it('may be repeated, and succeeds for containers that never were', async () => {
      const { runtime } = open();
      await using pod = await testPod(open());
      const id = await pod.start(untilStopped);
      await runtime.stopContainer(id, 10);
      await runtime.stopContainer(id, 10);
      await runtime.stopContainer(unknown, 10);
      await runtime.removeContainer(id);
      await runtime.removeContainer(id);
      await runtime.removeContainer(unknown);
    });

    it('leaves a container that was only created as it is', async () => {
      const { runtime } = open();
      await using pod = await testPod(open());
      const id = await pod.create(untilStopped);
      await runtime.stopContainer(id, 1);
      expect((await runtime.containerStatus(id)).state).toBe(ContainerState.CONTAINER_CREATED);
      await runtime.removeContainer(id);
    });

    it('removes a running container by force', async () => {
      const { runtime } = open();
      await using pod = await testPod(open());
      const id = await pod.start(untilStopped);
      await runtime.removeContainer(id);
      await expect(runtime.containerStatus(id)).rejects.toMatchObject({ code: 'not-found' });
    });

    it('gives no status for a container that never was', async () => {
      await expect(open().runtime.containerStatus(unknown)).rejects.toMatchObject({ code: 'not-found' });
    });
  });
}
