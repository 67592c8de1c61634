import type { Verb } from '../call.js';
import { requireObject } from '../stored-object.js';

export const getObject: Verb = async (api, call) => {
  const { object } = requireObject(api.store.get, call);
  return { form: 'object', code: 200, object };
};
