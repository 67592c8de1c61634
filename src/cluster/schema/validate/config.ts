import { isDeepStrictEqual } from 'node:util';
import type { ConfigMap, Secret } from '../../../kube/index.js';
import type { FieldError } from '../../kind.js';
import { duplicate, forbidden, invalid, required, tooLong } from '../field-error.js';
import { configKey } from './names.js';

const maxBytes = 1024 * 1024;
const decodedBytes = (value: string) => Buffer.from(value, 'base64').length;

/** Keys that the well-known secret types must hold. */
const requiredKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

export function validateSecret(secret: Secret, old: Secret | undefined): FieldError[] {
  const errors = validateKeys(secret.data, 'data');
  const total = Object.values(secret.data ?? {}).reduce((sum, value) => sum + decodedBytes(value), 0);
  errors.push(...validateSize(total));
  for (const key of requiredKeys[secret.type ?? ''] ?? []) {
    if (secret.data?.[key] === undefined) errors.push(required(`data[${key}]`));
  }
  if (old && secret.type !== old.type) errors.push(invalid('type', secret.type, 'field is immutable'));
  return [...errors, ...validateImmutable(secret, old, ['data'])];
}

export function validateConfigMap(config: ConfigMap, old: ConfigMap | undefined): FieldError[] {
  const errors = [...validateKeys(config.data, 'data'), ...validateKeys(config.binaryData, 'binaryData')];
  for (const key of Object.keys(config.binaryData ?? {})) {
    if (config.data?.[key] !== undefined) errors.push(duplicate(`data[${key}]`, key));
  }
  const texts = Object.values(config.data ?? {}).reduce((sum, value) => sum + Buffer.byteLength(value), 0);
  const binaries = Object.values(config.binaryData ?? {}).reduce((sum, value) => sum + decodedBytes(value), 0);
  return [...errors, ...validateSize(texts + binaries), ...validateImmutable(config, old, ['data', 'binaryData'])];
}

function validateKeys(data: Readonly<Record<string, string>> | undefined, path: string): FieldError[] {
  return Object.keys(data ?? {}).flatMap((key) => {
    const problem = configKey(key);
    return problem ? [invalid(`${path}[${key}]`, key, problem)] : [];
  });
}

function validateSize(bytes: number): FieldError[] {
  if (bytes <= maxBytes) return [];
  return [tooLong('data', maxBytes)];
}

function validateImmutable<T extends { immutable?: boolean }>(
  now: T,
  old: T | undefined,
  fields: readonly (keyof T)[],
): FieldError[] {
  if (!old?.immutable) return [];
  const errors = now.immutable ? [] : [forbidden('immutable', 'field is immutable when `immutable` is set')];
  for (const field of fields) {
    if (!isDeepStrictEqual(now[field] ?? {}, old[field] ?? {})) {
      errors.push(forbidden(String(field), 'field is immutable when `immutable` is set'));
    }
  }
  return errors;
}
