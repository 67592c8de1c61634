import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DesiredPod, desiredPod } from '../pod/desired-pod.js';
import { containerHash } from './container-hash.js';
import { freshMemory } from './memory.js';
import { isAlive, type ObservedContainer, type ObservedPod } from './observed.js';
import { planPod } from './plan.js';
import { createModel, type Model } from './testing/model.js';

const image = 'hello:v1';
const names = ['a', 'b'];
const initNames = ['i', 'j'];

const pods = fc
  .record({
    containers: fc.subarray(names, { minLength: 1 }),
    init: fc.subarray(initNames),
    restartPolicy: fc.constantFrom('Always', 'OnFailure', 'Never'),
    hostNetwork: fc.boolean(),
    deleting: fc.boolean(),
    graceSeconds: fc.integer({ min: 0, max: 60 }),
  })
  .map(
    ({ containers, init, deleting, graceSeconds, ...spec }): DesiredPod =>
      desiredPod({
        metadata: {
          uid: 'u',
          name: 'n',
          namespace: 's',
          ...(deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: graceSeconds } : {}),
        },
        spec: {
          ...spec,
          containers: containers.map((name) => ({ name, image })),
          initContainers: init.map((name) => ({ name, image })),
        },
      }),
  );

const sandboxes = fc.uniqueArray(
  fc.record({
    attempt: fc.nat(3),
    ready: fc.boolean(),
    createdAt: fc.nat(1000),
    hostNetwork: fc.boolean(),
    ips: fc.constantFrom(['10.0.0.1'], [], undefined),
  }),
  { maxLength: 3, selector: ({ attempt }) => attempt },
);

const states = fc
  .tuple(
    sandboxes,
    fc.array(
      fc.record({
        name: fc.constantFrom(...names, ...initNames, 'stranger'),
        state: fc.constantFrom('created', 'running', 'exited', 'unknown'),
        exitCode: fc.constantFrom(0, 1),
        changed: fc.boolean(),
        where: fc.nat(3),
        attempt: fc.nat(4),
        createdAt: fc.nat(1000),
      }),
      { maxLength: 6 },
    ),
  )
  .map(
    ([found, containers]): ObservedPod => ({
      sandboxes: found.map((sandbox, index) => ({ ...sandbox, id: `s${index}` })),
      containers: containers.map(
        ({ changed, where, state, ...rest }, index): ObservedContainer => ({
          ...rest,
          id: `c${index}`,
          sandboxId: `s${where}`,
          // A container cannot run in a sandbox that is not ready.
          state: found[where]?.ready === true ? state : 'exited',
          startedAt: 1,
          finishedAt: 2,
          reason: '',
          message: '',
          image,
          imageRef: image,
          hash: changed ? 'old' : containerHash({ name: rest.name, image }),
          logPath: '',
        }),
      ),
    }),
  );

/** Plans and performs until nothing is left to do; time jumps to the next wake-up. */
function settle(model: Model, plan = planPod): void {
  for (let round = 0; round < 200; round += 1) {
    const { steps, wakeAt } = plan({
      desired: model.desired,
      observed: model.observed,
      memory: model.memory,
      now: model.now,
    });
    if (steps.length === 0 && wakeAt === undefined && !model.initEnds()) return;
    if (steps.length === 0) model.now = wakeAt ?? model.now;
    for (const step of steps) model.perform(step);
  }
  throw new Error('the plan never comes to an end');
}

function checkSettled({ desired, observed, memory }: Model): void {
  const alive = observed.containers.filter(isAlive);
  if (desired.ending) {
    expect(observed).toEqual({ sandboxes: [], containers: [] });
    expect(memory.finished).toBe(true);
    return;
  }
  const wanted = desired.spec.containers.map(({ name }) => name);
  const running = alive.filter(({ name }) => wanted.includes(name)).map(({ name }) => name);
  if (desired.restartPolicy === 'Always') expect([...running].sort()).toEqual([...wanted].sort());
  expect(new Set(running).size).toBe(running.length);
  if (running.length > 0) {
    expect(observed.sandboxes.filter(({ ready }) => ready)).toHaveLength(1);
    for (const item of alive) expect(item.sandboxId).toBe(observed.sandboxes.find(({ ready }) => ready)?.id);
  } else expect(observed.sandboxes.some(({ ready }) => ready)).toBe(false);
}

describe('a plan', () => {
  it('brings any pod from any state to what is desired, and starts nothing that runs', () => {
    fc.assert(
      fc.property(pods, states, fc.boolean(), (desired, observed, initFails) => {
        const model = createModel(desired, observed, {
          initExit: initFails && desired.restartPolicy === 'Never' ? 1 : 0,
        });
        settle(model);
        checkSettled(model);
      }),
      { numRuns: 1000 },
    );
  });

  it('is the same for the same input', () => {
    fc.assert(
      fc.property(pods, states, fc.nat(100_000), (desired, observed, now) => {
        const input = { desired, observed, memory: freshMemory, now };
        expect(planPod(input)).toEqual(planPod(input));
      }),
    );
  });

  it('would be caught leaving out a stop or starting twice', () => {
    const forgetful: typeof planPod = (input) => {
      const { steps, wakeAt } = planPod(input);
      return { steps: steps.filter(({ kind }) => kind !== 'stopContainer'), wakeAt };
    };
    const eager: typeof planPod = (input) => {
      const { steps, wakeAt } = planPod(input);
      return { steps: [...steps, ...steps.filter(({ kind }) => kind === 'startContainer')], wakeAt };
    };
    for (const broken of [forgetful, eager]) {
      const run = () =>
        fc.assert(
          fc.property(pods, states, (desired, observed) => {
            const model = createModel(desired, observed, { initExit: 0 });
            settle(model, broken);
            checkSettled(model);
          }),
          { numRuns: 300 },
        );
      expect(run).toThrow();
    }
  });

  it('gives every container at least one second to end', () => {
    const desired = desiredPod({
      metadata: {
        uid: 'u',
        name: 'n',
        namespace: 's',
        deletionTimestamp: '2026-01-01T00:00:00Z',
        deletionGracePeriodSeconds: 0,
      },
      spec: { containers: [{ name: 'a', image }] },
    });
    const model = createModel(desired, observedWith({ name: 'a', state: 'running' }), { initExit: 0 });
    settle(model);
    const graces = model.performed.flatMap((step) => (step.kind === 'stopContainer' ? [step.graceSeconds] : []));
    expect(graces).toEqual([1]);
  });

  it('ends an init container that is alive beside regular ones before it starts any', () => {
    const desired = desiredPod({
      metadata: { uid: 'u', name: 'n', namespace: 's' },
      spec: {
        containers: [
          { name: 'a', image },
          { name: 'b', image },
        ],
        initContainers: [{ name: 'i', image }],
      },
    });
    const observed = observedWith({ name: 'i', state: 'unknown' }, { name: 'a', state: 'exited' });
    const { steps } = planPod({ desired, observed, memory: { ...freshMemory, prepared: true }, now: 1 });
    expect(steps.map(({ kind }) => kind)).toEqual(['stopContainer']);
    expect(steps[0]).toMatchObject({ container: 'i' });
  });
});

function observedWith(...containers: Pick<ObservedContainer, 'name' | 'state'>[]): ObservedPod {
  const sandbox = { id: 's', attempt: 0, ready: true, createdAt: 1, hostNetwork: false, ips: ['10.0.0.1'] };
  return {
    sandboxes: [sandbox],
    containers: containers.map(({ name, state }, index) => ({
      id: `c${index}`,
      sandboxId: 's',
      name,
      state,
      attempt: 0,
      createdAt: index,
      startedAt: 1,
      finishedAt: 0,
      exitCode: 0,
      reason: '',
      message: '',
      image,
      imageRef: image,
      hash: containerHash({ name, image }),
      logPath: '',
    })),
  };
}

describe('the hash of a container', () => {
  it('is the one other node agents compute', () => {
    expect(containerHash({ name: 'test_container', image: 'foo/image:v1' })).toBe('8e45cbd0');
  });
});
