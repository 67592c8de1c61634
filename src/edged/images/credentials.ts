import type { Secret } from '../../kube/index.js';
import { EdgeError } from '../../lib/index.js';
import { AuthConfig } from '../../proto/cri/v1/api.js';
import { splitImage } from './image-name.js';

/** A registry login and the images it is for. */
export interface Credential {
  /** Host, optionally a port and a path prefix; labels of the host may be globs. */
  readonly key: string;
  readonly auth: AuthConfig;
}

/** The logins in a pull secret (facts kubelet-on-cri §4.7). Throws `invalid` for other secrets or malformed content, without quoting it. */
export function secretCredentials(secret: Secret): Credential[] {
  const name = secret.metadata?.name ?? '';
  const legacy = secret.type === 'kubernetes.io/dockercfg';
  const key = legacy ? '.dockercfg' : '.dockerconfigjson';
  const data = secret.data?.[key];
  if (data === undefined) throw new EdgeError('invalid', `pull secret ${name} has no key ${key}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(data, 'base64').toString('utf8'));
  } catch {
    // The parser's message would quote the secret.
    throw new EdgeError('invalid', `pull secret ${name}: ${key} is not JSON`);
  }
  const entries = legacy ? parsed : isRecord(parsed) ? parsed.auths : undefined;
  if (!isRecord(entries)) throw new EdgeError('invalid', `pull secret ${name}: ${key} lists no registries`);
  return Object.entries(entries).flatMap(([registry, entry]) => (isRecord(entry) ? [credential(registry, entry)] : []));
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const text = (value: unknown) => (typeof value === 'string' ? value : '');

function credential(registry: string, entry: Record<string, unknown>): Credential {
  const pair = Buffer.from(text(entry.auth), 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  const [username, password] =
    colon < 0 ? [text(entry.username), text(entry.password)] : [pair.slice(0, colon), pair.slice(colon + 1)];
  return { key: normalizeKey(registry), auth: AuthConfig.fromPartial({ username, password, serverAddress: registry }) };
}

function normalizeKey(registry: string): string {
  const [host = '', ...path] = registry.replace(/^https?:\/\//, '').split('/');
  const prefix = path.join('/').replace(/^v[12](\/|$)/, '');
  return prefix === '' ? host : `${host}/${prefix.replace(/\/$/, '')}`;
}

const hub = 'index.docker.io';

/** The logins to try for an image, the most specific first. */
export function matchingCredentials(credentials: readonly Credential[], image: string): AuthConfig[] {
  const { repository } = splitImage(image);
  const [first = ''] = repository.split('/');
  const named = repository.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  const isHub = !named || first === 'docker.io';
  const wanted = isHub ? `${hub}/${repository.replace(/^docker\.io\//, '')}` : repository;
  return credentials
    .filter(({ key }) => matches(isHub ? key.replace(/^docker\.io(?=\/|$)/, hub) : key, wanted))
    .sort((a, b) => (a.key < b.key ? 1 : -1))
    .map(({ auth }) => auth);
}

function matches(key: string, repository: string): boolean {
  const [keyHost = '', ...keyPath] = key.split('/');
  const [host = '', ...path] = repository.split('/');
  const [keyName = '', keyPort = ''] = keyHost.split(':');
  const [name = '', port = ''] = host.split(':');
  if (keyPort !== port) return false;
  const keyLabels = keyName.split('.');
  const labels = name.split('.');
  const sameHost =
    keyLabels.length === labels.length && keyLabels.every((label, i) => globMatches(label, labels[i] ?? ''));
  return sameHost && path.join('/').startsWith(keyPath.join('/'));
}

function globMatches(glob: string, label: string): boolean {
  const pattern = glob
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${pattern}$`).test(label);
}
