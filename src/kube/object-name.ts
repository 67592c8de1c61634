import type { ObjectKey } from './kube-api.js';
import type { KubeObject } from './objects.js';

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
const suffixLength = 5;
const baseLength = 58;

/** A name from `metadata.generateName` (facts kubernetes-api §6): the base cut to 58 characters and 5 random ones. */
export function generateName(base: string, random: () => number = Math.random): string {
  let name = base.slice(0, baseLength);
  for (let i = 0; i < suffixLength; i += 1) name += alphabet[Math.floor(random() * alphabet.length)];
  return name;
}

/** `namespace/name`, or the name alone for cluster-scoped objects: the key of caches and logs. */
export function keyText(key: ObjectKey | KubeObject): string {
  const { namespace, name } = 'name' in key ? key : objectKey(key as KubeObject);
  return namespace ? `${namespace}/${name}` : name;
}

/** The key of an object as it stands; the name is empty when the object has none yet. */
export function objectKey(object: KubeObject): ObjectKey {
  return { namespace: object.metadata?.namespace, name: object.metadata?.name ?? '' };
}
