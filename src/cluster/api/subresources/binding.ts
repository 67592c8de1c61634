import { conflict, type KubeObject, type Pod, type Status } from '../../../kube/index.js';
import { keyOf } from '../../keys.js';
import { badRequest } from '../../refusals.js';
import { timestamp } from '../../timestamp.js';
import { readObject } from '../body.js';
import type { Api, Call, Verb } from '../call.js';
import { requireValid, storeChange } from '../object-change.js';
import { requireObject } from '../stored-object.js';

type BindingBody = KubeObject & { target?: { kind?: unknown; name?: unknown } };

/** Assigns a pod to a node (facts kubernetes-api §12). The pod is the one of the path or, for POST /bindings, of the body. */
export const bindPod: Verb = async (api, call) => {
  const body = (await readObject(api, call.request))?.object as BindingBody | undefined;
  const { kind = 'Node', name: node } = body?.target ?? {};
  if (kind !== 'Node' || typeof node !== 'string' || node === '') {
    throw badRequest('target: a Binding needs target.kind Node and target.name');
  }
  const name = call.path.name ?? body?.metadata?.name;
  if (name === undefined || (body?.metadata?.name ?? name) !== name) {
    throw badRequest('metadata.name of the Binding must be the name of the pod');
  }
  const podCall = { ...call, path: { ...call.path, name } };
  const current = requireObject(api.store.current, podCall);
  const pod = current.object as Pod;
  requireBindable(api, podCall, pod, body);
  const next = bound(pod, node, body, api.now());
  requireValid(api, call.kind, next);
  await storeChange(api, podCall, current, next);
  const status: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
  return { form: 'plain', code: 201, body: status };
};

function requireBindable(
  { store, registry }: Api,
  { kind, path }: Call,
  pod: Pod,
  body: BindingBody | undefined,
): void {
  const refuse = (why: string) => conflict(kind.type, path.name ?? '', why);
  const { uid } = body?.metadata ?? {};
  if (uid && uid !== pod.metadata?.uid) {
    throw refuse(`Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata?.uid}`);
  }
  if (pod.metadata?.deletionTimestamp) throw refuse(`pod ${path.name} is being deleted, cannot be assigned to a host`);
  if (pod.spec?.nodeName) throw refuse(`pod ${path.name} is already assigned to node "${pod.spec.nodeName}"`);
  if (pod.spec?.schedulingGates?.length) throw refuse(`pod ${path.name} has non-empty .spec.schedulingGates`);
  const nodes = registry.find('', 'v1', 'nodes');
  const node = String(body?.target?.name);
  if (nodes && !store.current(keyOf(nodes, undefined, node)))
    throw badRequest(`target.name: there is no node "${node}"`);
}

function bound(pod: Pod, nodeName: string, body: BindingBody | undefined, now: Date): Pod {
  const { nominatedNodeName: _, conditions = [], ...status } = (pod.status ?? {}) as Pod['status'] & object;
  const { annotations, labels } = body?.metadata ?? {};
  const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime: timestamp(now) };
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      ...(annotations && { annotations: { ...pod.metadata?.annotations, ...annotations } }),
      ...(labels && { labels: { ...pod.metadata?.labels, ...labels } }),
      generation: (pod.metadata?.generation ?? 0) + 1,
    },
    ...(pod.spec && { spec: { ...pod.spec, nodeName } }),
    status: { ...status, conditions: [...conditions.filter(({ type }) => type !== 'PodScheduled'), scheduled] },
  };
}
