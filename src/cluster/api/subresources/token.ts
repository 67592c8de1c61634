import { readObject } from '../body.js';
import type { Verb } from '../call.js';
import { requireObject } from '../stored-object.js';

/** POST serviceaccounts/x/token: a bearer token for a ServiceAccount (facts kubernetes-api §13). Nothing is stored. */
export const requestToken: Verb = async (api, call) => {
  const request = (await readObject(api, call.request))?.object ?? {};
  const account = requireObject(api.store.get, call).object;
  return { form: 'plain', code: 201, body: await api.issueToken(account, request) };
};
