import type { KubeObject, Pod, Status } from '../../../kube/index.js';
import { badRequest } from '../../refusals.js';
import { timestamp } from '../../timestamp.js';
import { isDryRun, readObject } from '../body.js';
import type { Verb } from '../call.js';
import { parseDeleteOptions } from '../delete-options.js';
import { deleteObject } from '../object-deletion.js';
import { requireObject } from '../stored-object.js';

type Eviction = KubeObject & { deleteOptions?: KubeObject };

/** Deletes a pod on behalf of a drain, saying so in its conditions. There are no disruption budgets to keep yet. */
export const evictPod: Verb = async (api, call) => {
  const body = ((await readObject(api, call.request))?.object ?? {}) as Eviction;
  if (body.kind !== undefined && body.kind !== 'Eviction')
    throw badRequest(`the body must be an Eviction, not ${body.kind}`);
  const asked = parseDeleteOptions(body.deleteOptions ?? {}, call.query);
  const options = { ...asked, dryRun: asked.dryRun || isDryRun(call.query) };
  const current = requireObject(api.store.current, call);
  const evicted = { ...current, object: disrupted(current.object as Pod, api.now()) };
  await deleteObject(api, call.kind, evicted, options);
  const status: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
  return { form: 'plain', code: 201, body: status };
};

function disrupted(pod: Pod, now: Date): Pod {
  if (pod.metadata?.deletionTimestamp) return pod;
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
    lastTransitionTime: timestamp(now),
  };
  const conditions = (pod.status?.conditions ?? []).filter(({ type }) => type !== condition.type);
  return { ...pod, status: { ...pod.status, conditions: [...conditions, condition] } };
}
