import { alreadyExists, generateName, type KubeObject } from '../../../kube/index.js';
import { keyOf } from '../../keys.js';
import { awaitAccount } from '../account-arrival.js';
import { isDryRun, readKind } from '../body.js';
import type { Api, Call, Verb } from '../call.js';
import { hasStatus, requireValid } from '../object-change.js';
import { freshMetadata, storable } from '../object-metadata.js';

const nameTries = 8;

export const createObject: Verb = async (api, call) => {
  const object = await readKind(api, call);
  await awaitAccount(api, call, object);
  return { form: 'object', code: 201, object: await storeNew(api, call, object) };
};

/** Completes, admits, validates and stores a new object. Throws 403, 409 and 422. */
export async function storeNew(api: Api, call: Call, given: KubeObject): Promise<KubeObject> {
  const { kind, path } = call;
  const metadata = freshMetadata(kind, given, path.namespace, api.now());
  const named = nameObject(api, call, { ...initial(call, given), metadata });
  const name = named.metadata?.name ?? '';
  const completed = storable(api.rules.complete(kind, named));
  // Before admission, whose rules read the object as typed.
  requireValid(api, kind, completed);
  call.warnings.push(...api.rules.warnings(kind, completed));
  const admitted = api.admission.create(kind, completed);
  const key = keyOf(kind, path.namespace, name);
  if (api.store.current(key)) throw alreadyExists(kind.type, name);
  if (isDryRun(call.query)) return admitted;
  const { object } = await api.store.put(key, undefined, admitted);
  return object;
}

/** Status is nobody's to create, except that nodes bring theirs (facts kubernetes-api §6). */
function initial({ kind }: Call, object: KubeObject): KubeObject {
  if (!hasStatus(kind) || kind.storage === 'core/nodes') return object;
  const { status: _, ...rest } = object as KubeObject & { status?: unknown };
  return rest;
}

function nameObject(api: Api, { kind, path }: Call, object: KubeObject): KubeObject {
  const { name, generateName: base } = object.metadata ?? {};
  if (name || typeof base !== 'string' || base === '') return object;
  let made = '';
  for (let tries = 0; tries < nameTries; tries += 1) {
    made = generateName(base, api.random);
    if (!api.store.current(keyOf(kind, path.namespace, made))) break;
  }
  return { ...object, metadata: { ...object.metadata, name: made } };
}
