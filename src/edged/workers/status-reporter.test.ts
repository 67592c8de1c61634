import { describe, expect, it, vi } from 'vitest';
import type { PodStatus } from '../../kube/index.js';
import { silentLog } from '../../lib/index.js';
import type { NodeFacts } from '../node/node-facts.js';
import { freshMemory } from '../planner/memory.js';
import { nothingObserved, type ObservedContainer, type ObservedPod } from '../planner/observed.js';
import { desiredPod } from '../pod/desired-pod.js';
import { testPod } from '../testing/bench.js';
import { createStatusReporter } from './status-reporter.js';

const desired = desiredPod(testPod('a'));
const sandbox = { id: 's', attempt: 0, ready: true, createdAt: 1, hostNetwork: false, ips: ['10.0.0.2'] };
const running: ObservedContainer = {
  id: 'c',
  sandboxId: 's',
  name: 'main',
  attempt: 0,
  state: 'running',
  createdAt: 1,
  startedAt: 2,
  finishedAt: 0,
  exitCode: 0,
  reason: '',
  message: '',
  image: 'hello:v1',
  imageRef: 'hello:v1',
  hash: '',
  logPath: '',
};
const picture = (observed: ObservedPod) => ({ desired, observed, memory: freshMemory });

function open() {
  const told: PodStatus[] = [];
  const reporter = createStatusReporter(
    {
      sink: { podStatus: async (_, status) => void told.push(status), podGone: async () => undefined },
      node: { hostIps: ['192.0.2.7'], runtimeName: 'fake' } as unknown as NodeFacts,
      now: () => 1_000_000,
      log: silentLog,
      signal: new AbortController().signal,
    },
    {},
  );
  return { told, reporter };
}

describe('the status of a pod', () => {
  it('is told once for all the steps on its way, and at once when its container runs', async () => {
    vi.useFakeTimers();
    try {
      const { told, reporter } = open();
      reporter.report(picture(nothingObserved));
      reporter.report(picture({ sandboxes: [sandbox], containers: [] }));
      expect(told).toEqual([]);
      await vi.advanceTimersByTimeAsync(1000);
      expect(told).toHaveLength(1);
      expect(told[0]).toMatchObject({ phase: 'Pending', podIP: '10.0.0.2' });
      reporter.report(picture({ sandboxes: [sandbox], containers: [running] }));
      expect(told.at(-1)?.phase).toBe('Running');
      await vi.advanceTimersByTimeAsync(1000);
      expect(told).toHaveLength(2);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is safe with the sink before the pod is told to be gone', async () => {
    const { told, reporter } = open();
    reporter.report(picture(nothingObserved));
    await reporter.settle(picture(nothingObserved));
    expect(told).toHaveLength(1);
    await reporter.settle(picture(nothingObserved));
    expect(told).toHaveLength(1);
  });
});
