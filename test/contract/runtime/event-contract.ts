import { describe, expect, it } from 'vitest';
import type { RuntimeEvent } from '../../../src/cri/index.js';
import { ContainerState } from '../../../src/proto/cri/v1/api.js';
import { type OpenRuntime, shell, testPod, untilStopped } from './test-pod.js';

export function eventContract(open: OpenRuntime) {
  describe('its events', () => {
    it('begin with a gap and then tell the life of a container', async () => {
      const { runtime } = open();
      await using pod = await testPod(open());
      const stop = new AbortController();
      const events = runtime.events(stop.signal)[Symbol.asyncIterator]();
      expect((await events.next()).value).toEqual({ kind: 'gap' });

      const id = await pod.start(untilStopped);
      await runtime.stopContainer(id, 10);
      await runtime.removeContainer(id);
      const seen: RuntimeEvent['kind'][] = [];
      while (!seen.includes('deleted')) {
        const { value } = (await events.next()) as { value: RuntimeEvent };
        if (value.kind !== 'gap' && value.id === id) seen.push(value.kind);
      }
      expect(seen.slice(0, 2)).toEqual(['created', 'started']);
      stop.abort();
      expect(await drained(events)).toBe(true);
    });

    it('tell an exit when the status shows it', async () => {
      const { runtime } = open();
      await using pod = await testPod(open());
      const stop = new AbortController();
      const events = runtime.events(stop.signal);
      let id: string | undefined;
      for await (const event of events) {
        if (event.kind === 'gap') id = await pod.start(shell('exit 7'));
        if (event.kind !== 'exited' || event.id !== id) continue;
        const status = await runtime.containerStatus(id);
        expect(status).toMatchObject({ state: ContainerState.CONTAINER_EXITED, exitCode: 7 });
        stop.abort();
      }
      expect(stop.signal.aborted).toBe(true);
    });

    it('tell that a sandbox came and went', async () => {
      const { runtime } = open();
      const stop = new AbortController();
      let id: string | undefined;
      const seen = new Set<RuntimeEvent['kind']>();
      for await (const event of runtime.events(stop.signal)) {
        if (event.kind === 'gap') {
          await using pod = await testPod(open());
          id = pod.id;
        } else if (event.id === id) seen.add(event.kind);
        if (seen.has('deleted') && seen.has('exited')) stop.abort();
      }
      expect([...seen].sort()).toEqual(['created', 'deleted', 'exited', 'started']);
    });
  });
}

/** True when the rest of the events ends without a throw. */
async function drained(events: AsyncIterator<RuntimeEvent>): Promise<boolean> {
  while (!(await events.next()).done);
  return true;
}
