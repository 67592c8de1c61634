import type { KubeObject } from '../../kube/index.js';

type Json = Record<string, unknown>;

/** Core field to events.k8s.io field (facts kubernetes-api §14); what is not named has the same name in both. */
const names: readonly (readonly [core: string, events: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
];

/** An event as the other API shows it; the same object when it already is in that API. */
export function convertEvent(event: KubeObject, apiVersion: string): KubeObject {
  if (event.apiVersion === apiVersion) return event;
  const toEvents = apiVersion !== 'v1';
  const renamed = new Map(names.map(([core, events]) => (toEvents ? [core, events] : [events, core])));
  const result: Json = {};
  for (const [name, value] of Object.entries(event)) result[renamed.get(name) ?? name] = value;
  return { ...result, apiVersion } as KubeObject;
}
