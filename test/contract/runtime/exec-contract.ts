import { describe, expect, it } from 'vitest';
import { type OpenRuntime, shell, testPod, untilStopped } from './test-pod.js';

export function execContract(open: OpenRuntime) {
  describe('execSync', () => {
    it('gives both outputs and the exit code, and a failing command is no fault', async () => {
      const { runtime } = open();
      await using pod = await testPod(open());
      const id = await pod.start(untilStopped);
      const answer = await runtime.execSync(id, shell('echo out; echo err >&2; exit 5'), 10);
      expect(Buffer.from(answer.stdout).toString()).toBe('out\n');
      expect(Buffer.from(answer.stderr).toString()).toBe('err\n');
      expect(answer.exitCode).toBe(5);
    });

    it('times out with its own code', async () => {
      const { runtime } = open();
      await using pod = await testPod(open());
      const id = await pod.start(untilStopped);
      await expect(runtime.execSync(id, ['sleep', '1000'], 1)).rejects.toMatchObject({ code: 'timeout' });
    });

    it('needs a running container', async () => {
      const { runtime } = open();
      await using pod = await testPod(open());
      const id = await pod.create(untilStopped);
      await expect(runtime.execSync(id, ['true'], 5)).rejects.toMatchObject({ name: 'EdgeError' });
      await expect(runtime.execSync('d'.repeat(64), ['true'], 5)).rejects.toMatchObject({ code: 'not-found' });
    });

    it('rejects with the reason of a signal that is aborted already', async () => {
      const reason = new Error('changed my mind');
      const signal = AbortSignal.abort(reason);
      await expect(open().runtime.execSync('d'.repeat(64), ['true'], 5, { signal })).rejects.toBe(reason);
    });
  });
}
