import type { Status } from '../../../kube/index.js';
import type { Call, Verb } from '../call.js';
import { deleteOptionsOf } from '../delete-options.js';
import { deleteObject } from '../object-deletion.js';
import { requireObject } from '../stored-object.js';

export const removeObject: Verb = async (api, call) => {
  const options = await deleteOptionsOf(api, call);
  const current = requireObject(api.store.current, call);
  const { object, gone } = await deleteObject(api, call.kind, current, options);
  if (!gone || call.kind.deleteReturnsObject) return { form: 'object', code: 200, object };
  return { form: 'plain', code: 200, body: success(call, object.metadata?.uid) };
};

function success({ kind: { type }, path }: Call, uid: string | undefined): Status {
  const details = {
    name: path.name ?? '',
    ...(type.group !== '' && { group: type.group }),
    kind: type.plural,
    ...(uid !== undefined && { uid }),
  };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}
