import type { KubeObject, ResourceType } from '../../kube/index.js';

/** What an edge has stored, as every replica can read it (facts cloudhub-wire §4.5). */
export interface SyncObject extends KubeObject {
  spec?: { objectAPIVersion?: string; objectKind?: string; objectName?: string };
  /** `"0"`: sent for the first time, not acked yet. */
  status?: { objectResourceVersion?: string };
}

const reliableSync = (plural: string, kind: string, namespaced: boolean): ResourceType<SyncObject> => ({
  group: 'reliablesyncs.kubeedge.io',
  version: 'v1alpha1',
  plural,
  kind,
  namespaced,
});

export const objectSyncs = reliableSync('objectsyncs', 'ObjectSync', true);
export const clusterObjectSyncs = reliableSync('clusterobjectsyncs', 'ClusterObjectSync', false);

/** An object as the books know it. */
export interface ObjectRef {
  readonly uid: string;
  readonly apiVersion: string;
  readonly kind: string;
  /** Absent for cluster scope. */
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** The reference of an object; undefined when it lacks what the books need. */
export function refOf(object: unknown): ObjectRef | undefined {
  const { apiVersion, kind, metadata } = (object ?? {}) as KubeObject;
  if (!apiVersion || !kind || !metadata?.uid || !metadata.name) return undefined;
  return { uid: metadata.uid, apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}

/** `<node>.<uid>`; node names may hold dots, UIDs do not. */
export const syncName = (node: string, uid: string): string => `${node}.${uid}`;

export function parseSyncName(name: string): { node: string; uid: string } {
  const dot = name.lastIndexOf('.');
  return { node: name.slice(0, dot), uid: name.slice(dot + 1) };
}
