import { parseDocument } from 'yaml';
import { EdgeError } from '../../lib/index.js';
import { defaultConfig } from './defaults.js';
import { keysWithoutEffect, missingFeatures } from './known-keys.js';
import { type CloudConfig, configSchema } from './schema.js';

type Tree = { [key: string]: unknown };

/**
 * Reads the text of cloudcore.yaml, laid over the defaults: keys in any letter case, unknown ones
 * reported to `warn` and ignored, lists replaced (facts keadm-and-config §2.1). Throws `invalid` with one
 * sentence that names every wrong field.
 */
export function loadCloudConfig(text: string, warn: (sentence: string) => void = () => {}): CloudConfig {
  const document = parseDocument(text, { prettyErrors: true });
  const [fault] = document.errors;
  if (fault) throw new EdgeError('invalid', `cloudcore.yaml is not YAML: ${fault.message.split('\n')[0]}`);
  const tree: unknown = document.toJS({ maxAliasCount: 100 });
  if (tree !== null && !isTree(tree)) throw new EdgeError('invalid', 'cloudcore.yaml is not a map of settings');

  const parsed = configSchema.safeParse(overlay(defaultConfig(), tree ?? {}, '', warn));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
  throw new EdgeError('invalid', `cloudcore.yaml: ${faults.join('; ')}`);
}

function overlay(base: Tree, over: Tree, path: string, warn: (sentence: string) => void): Tree {
  const result: Tree = { ...base };
  for (const [written, value] of Object.entries(over)) {
    const key = Object.keys(base).find((name) => name.toLowerCase() === written.toLowerCase());
    const here = path === '' ? (key ?? written) : `${path}.${key ?? written}`;
    if (key === undefined) report(here, value, warn);
    else if (value === null) continue;
    else if (isTree(base[key]) && isTree(value)) result[key] = overlay(base[key], value, here, warn);
    else result[key] = value;
  }
  return result;
}

function report(path: string, value: unknown, warn: (sentence: string) => void): void {
  const feature = Object.entries(missingFeatures).find(([name]) => sameKey(name, path))?.[1];
  if (feature !== undefined && value === true) {
    warn(`${path} is true, but ${feature} is not available yet`);
    return;
  }
  if (isTree(value) && Object.keys(missingFeatures).some((name) => isBelow(name, path))) {
    for (const [key, inner] of Object.entries(value)) report(`${path}.${key}`, inner, warn);
    return;
  }
  const known = keysWithoutEffect.some((name) => sameKey(name, path) || isBelow(path, name));
  if (!known) warn(`${path} is not a setting of cloudcore.yaml; it is ignored`);
}

const sameKey = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
const isBelow = (path: string, above: string) => path.toLowerCase().startsWith(`${above.toLowerCase()}.`);

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
