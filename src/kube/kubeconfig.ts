import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { EdgeError, messageOf } from '../lib/index.js';
import type { ClientCredentials } from './transport.js';

const text = z.string().min(1);
const clusterSchema = z.looseObject({
  server: text,
  'certificate-authority': text.optional(),
  'certificate-authority-data': text.optional(),
  'tls-server-name': text.optional(),
});
const userSchema = z.looseObject({
  'client-certificate': text.optional(),
  'client-certificate-data': text.optional(),
  'client-key': text.optional(),
  'client-key-data': text.optional(),
  token: text.optional(),
  tokenFile: text.optional(),
});
const configSchema = z.looseObject({
  'current-context': text,
  contexts: z.array(z.looseObject({ name: text, context: z.looseObject({ cluster: text, user: text.optional() }) })),
  clusters: z.array(z.looseObject({ name: text, cluster: clusterSchema })),
  users: z.array(z.looseObject({ name: text, user: userSchema.nullish() })).nullish(),
});

/** What would change whom we talk to or who we are, and is not there yet. */
const refusedOfCluster = ['insecure-skip-tls-verify', 'proxy-url'];
const refusedOfUser = ['exec', 'auth-provider', 'username', 'password', 'as', 'as-uid', 'as-groups', 'as-user-extra'];

/**
 * Reads the current context of a kubeconfig file; certificates and tokens may be inline or files
 * beside it. Throws `not-found` without the file, `invalid` naming the field, `unsupported` for
 * exec plugins and other ways to authenticate that are not there.
 */
export async function loadKubeconfig(path: string): Promise<ClientCredentials> {
  const config = parseConfig(await readNamed(path, 'kubeconfig'), path);
  const contextName = config['current-context'];
  const { context } = named(config.contexts, contextName, `${path}: current-context`);
  const { cluster } = named(config.clusters, context.cluster, `${path}: the cluster of context ${contextName}`);
  const user = context.user
    ? named(config.users ?? [], context.user, `${path}: the user of context ${contextName}`).user
    : {};
  refuse(cluster, refusedOfCluster, `${path}: cluster ${context.cluster}`);
  refuse(user ?? {}, refusedOfUser, `${path}: user ${context.user}`);
  const read = (owner: Record<string, unknown>, field: string) => inlineOrFile(owner, field, dirname(path));
  return {
    server: cluster.server,
    ca: await read(cluster, 'certificate-authority'),
    cert: await read(user ?? {}, 'client-certificate'),
    key: await read(user ?? {}, 'client-key'),
    token:
      user?.token ?? (user?.tokenFile && (await readNamed(resolve(dirname(path), user.tokenFile), 'tokenFile')).trim()),
    serverName: cluster['tls-server-name'],
  };
}

/** A kubeconfig with one context named like the cluster and everything inline. Keep it at mode 0600: it holds the key. */
export function kubeconfigYaml(options: {
  readonly server: string;
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
  readonly cluster: string;
  readonly user: string;
}): string {
  const { server, caPem, certPem, keyPem, cluster, user } = options;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': cluster,
    clusters: [{ name: cluster, cluster: { server, 'certificate-authority-data': base64(caPem) } }],
    users: [{ name: user, user: { 'client-certificate-data': base64(certPem), 'client-key-data': base64(keyPem) } }],
    contexts: [{ name: cluster, context: { cluster, user } }],
  });
}

const base64 = (value: string) => Buffer.from(value).toString('base64');

function parseConfig(content: string, path: string): z.infer<typeof configSchema> {
  let value: unknown;
  try {
    value = parse(content);
  } catch (cause) {
    throw new EdgeError('invalid', `${path} is not YAML: ${messageOf(cause)}`, { cause });
  }
  const result = configSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new EdgeError('invalid', `${path}: ${issue?.path.join('.') || 'kubeconfig'}: ${issue?.message}`);
}

function named<T extends { readonly name: string }>(list: readonly T[], name: string, what: string): T {
  const found = list.find((entry) => entry.name === name);
  if (!found) throw new EdgeError('invalid', `${what}: no entry is named ${JSON.stringify(name)}`);
  return found;
}

function refuse(owner: Record<string, unknown>, fields: readonly string[], what: string): void {
  const field = fields.find((name) => owner[name] !== undefined && owner[name] !== false && owner[name] !== '');
  if (field)
    throw new EdgeError('unsupported', `${what}: ${field} is not supported; use a client certificate or a token`);
}

async function inlineOrFile(
  owner: Record<string, unknown>,
  field: string,
  folder: string,
): Promise<string | undefined> {
  const inline = owner[`${field}-data`];
  if (typeof inline === 'string') return Buffer.from(inline, 'base64').toString('utf8');
  const file = owner[field];
  return typeof file === 'string' ? await readNamed(resolve(folder, file), field) : undefined;
}

async function readNamed(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new EdgeError('not-found', `${what} ${path} cannot be read: ${messageOf(cause)}`, { cause });
  }
}
