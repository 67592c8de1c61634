import type { CoreEvent, KubeObject, ObjectKey, Pod, ResourceType } from '../../../src/kube/index.js';
import { resources, watchChanges } from '../../../src/kube/index.js';
import { silentLog } from '../../../src/lib/index.js';
import type { Skerry } from './skerry.js';

export const helloImage = 'localhost/skerry/hello:1';
const deadlineMs = 90_000;

/** A pod of one container that runs a shell script. `spec` is laid over. */
export function shellPod(name: string, script: string, spec: Partial<Pod['spec']> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [
        { name: 'main', image: helloImage, imagePullPolicy: 'IfNotPresent', command: ['/bin/sh', '-c', script] },
      ],
      ...spec,
    },
  };
}

/** A script that runs until it is told to end. */
export const untilStopped = 'trap "exit 0" TERM; while :; do sleep 1 & wait $!; done';

/** Watches an object until it is as wanted; fails with its last state. */
export async function waitFor<T extends KubeObject>(
  skerry: Pick<Skerry, 'kube'>,
  type: ResourceType<T>,
  key: ObjectKey,
  what: string,
  wanted: (object: T) => boolean,
): Promise<T> {
  const signal = AbortSignal.timeout(deadlineMs);
  let last: T | undefined;
  const options = {
    ...(key.namespace === undefined ? {} : { namespace: key.namespace }),
    fieldSelector: `metadata.name=${key.name}`,
  };
  for await (const change of watchChanges(skerry.kube, type, options, { signal, log: silentLog })) {
    last = change.kind === 'reset' ? change.items[0] : change.item;
    if (last !== undefined && change.kind !== 'drop' && wanted(last)) return last;
  }
  throw new Error(`${type.kind} ${key.name}: ${what} was not seen in time; last: ${JSON.stringify(last, null, 1)}`);
}

/** Watches until the object is gone. */
export async function waitGone(skerry: Pick<Skerry, 'kube'>, type: ResourceType, key: ObjectKey): Promise<void> {
  const signal = AbortSignal.timeout(deadlineMs);
  const options = {
    ...(key.namespace === undefined ? {} : { namespace: key.namespace }),
    fieldSelector: `metadata.name=${key.name}`,
  };
  for await (const change of watchChanges(skerry.kube, type, options, { signal, log: silentLog })) {
    if (change.kind === 'drop' || (change.kind === 'reset' && change.items.length === 0)) return;
  }
  throw new Error(`${type.kind} ${key.name} is still there`);
}

export const podKey = (name: string) => ({ namespace: 'default', name });

export const waitForPod = (skerry: Skerry, name: string, what: string, wanted: (pod: Pod) => boolean) =>
  waitFor(skerry, resources.pods, podKey(name), what, wanted);

export const waitRunning = (skerry: Skerry, name: string) => waitForPod(skerry, name, 'Running with an IP', isRunning);

export const isRunning = (pod: Pod) =>
  pod.status?.phase === 'Running' &&
  Boolean(pod.status.podIP) &&
  (pod.status.containerStatuses ?? []).every((status) => status.ready);

export async function createPod(skerry: Skerry, pod: Pod): Promise<Pod> {
  return skerry.kube.create(resources.pods, pod);
}

export async function deletePod(skerry: Skerry, name: string): Promise<void> {
  await skerry.kube.delete(resources.pods, podKey(name));
  await waitGone(skerry, resources.pods, podKey(name));
}

/** Waits for an event about a pod. */
export async function waitForEvent(
  skerry: Skerry,
  pod: string,
  wanted: (event: CoreEvent) => boolean,
): Promise<CoreEvent> {
  const signal = AbortSignal.timeout(deadlineMs);
  const seen: string[] = [];
  const options = { namespace: 'default', fieldSelector: `involvedObject.name=${pod}` };
  for await (const change of watchChanges(skerry.kube, resources.events, options, { signal, log: silentLog })) {
    if (change.kind === 'drop') continue;
    const events = change.kind === 'reset' ? change.items : [change.item];
    const found = events.find(wanted);
    if (found) return found;
    seen.push(...events.map((event) => `${event.reason}: ${event.message}`));
  }
  throw new Error(`no such event about ${pod}; seen: ${seen.join('; ')}`);
}

/** The output of a pod's only container. */
export const logsOf = (skerry: Skerry, name: string, ...more: string[]) => skerry.kubectl('logs', name, ...more);
