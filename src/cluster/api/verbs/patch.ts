import { invalid } from '../../refusals.js';
import { checkFields, readBody } from '../body.js';
import type { Verb } from '../call.js';
import { changeObject } from '../object-change.js';
import { parsePatch } from '../patch-body.js';
import { requireObject } from '../stored-object.js';

export const patchObject: Verb = async (api, call) => {
  const { kind, request } = call;
  const name = call.path.name ?? '';
  const patch = parsePatch(await readBody(request), request.headers['content-type'], { kind, name, rules: api.rules });
  // From here to the write everything is in one turn: no other write comes between, so there is nothing to retry.
  const current = requireObject(api.store.current, call);
  const wanted = patch(api.rules.convert(current.object, kind));
  checkFields(api, call, wanted, [], (message) =>
    invalid(kind.type, name, [{ field: 'patch', reason: 'FieldValueInvalid', message }]),
  );
  return { form: 'object', code: 200, object: await changeObject(api, call, current, wanted) };
};
