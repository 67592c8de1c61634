import { notFound } from '../../../kube/index.js';
import { badRequest, invalid } from '../../refusals.js';
import { readKind } from '../body.js';
import type { Verb } from '../call.js';
import { changeObject, currentOf } from '../object-change.js';
import { storeNew } from './create.js';

export const updateObject: Verb = async (api, call) => {
  const { kind, path } = call;
  const object = await readKind(api, call);
  const name = path.name ?? '';
  if (object.metadata?.name !== name) {
    throw badRequest(
      `the name of the object (${object.metadata?.name ?? ''}) does not match the name on the URL (${name})`,
    );
  }
  const current = currentOf(api, call);
  if (!current) {
    if (!kind.putCreates || path.subresource !== undefined) throw notFound(kind.type, name);
    return { form: 'object', code: 201, object: await storeNew(api, call, object) };
  }
  if (kind.strictUpdate && !object.metadata?.resourceVersion) {
    throw invalid(kind.type, name, [
      {
        field: 'metadata.resourceVersion',
        reason: 'FieldValueInvalid',
        message: 'Invalid value: 0: must be specified for an update',
      },
    ]);
  }
  return { form: 'object', code: 200, object: await changeObject(api, call, current, object) };
};
