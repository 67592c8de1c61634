import { createHash } from 'node:crypto';
import type { Discovery, Kind, KindRegistry } from '../kind.js';
import { encodeSwagger, openApiV3, swaggerV2 } from '../openapi/index.js';
import { acceptsGnostic, prefersAggregated } from './accept.js';
import { aggregatedDiscovery, aggregatedType } from './aggregated.js';
import { byGroup, groupVersion } from './groups.js';
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from './plain.js';
import { gitVersion, versionInfo } from './version.js';

type Answer = NonNullable<ReturnType<Discovery['answer']>>;

const gnosticType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/**
 * Discovery, OpenAPI and version documents of what the registry serves. Each is computed when it is asked for
 * first and kept until a kind comes or goes. The ETag is the hash of the body, quoted.
 */
export function createDiscovery(registry: KindRegistry): Discovery {
  const cache = new Map<string, Answer>();
  registry.onChange(() => cache.clear());

  return {
    answer(path, accept) {
      const trimmed = path.length > 1 ? path.replace(/\/$/, '') : path;
      const variant = variantOf(trimmed, accept);
      const key = `${variant} ${trimmed}`;
      const known = cache.get(key);
      if (known) return known;
      const made = make(registry.all(), trimmed, variant);
      if (made) cache.set(key, made);
      return made;
    },
  };
}

type Variant = 'plain' | 'aggregated' | 'gnostic';

function variantOf(path: string, accept: string | undefined): Variant {
  if ((path === '/api' || path === '/apis') && prefersAggregated(accept)) return 'aggregated';
  return path === '/openapi/v2' && acceptsGnostic(accept) ? 'gnostic' : 'plain';
}

function make(kinds: readonly Kind[], path: string, variant: Variant): Answer | undefined {
  if (variant === 'aggregated') return json(aggregatedDiscovery(kinds, path === '/api'), aggregatedType);
  if (path === '/version') return json(versionInfo);
  if (path === '/openapi/v2') {
    const document = swaggerV2(kinds, gitVersion);
    return variant === 'gnostic' ? answer(gnosticType, encodeSwagger(document)) : json(document);
  }
  if (path === '/openapi/v3') return json(openApiIndex(kinds));
  if (path.startsWith('/openapi/v3/')) return openApiDocument(kinds, path.slice('/openapi/v3/'.length));
  return plainDocument(kinds, path);
}

function plainDocument(kinds: readonly Kind[], path: string): Answer | undefined {
  const groups = byGroup(kinds);
  const [, root, ...rest] = path.split('/');
  if (root === 'api' && rest.length === 0) return json(apiVersions(groups.find(({ name }) => name === '')));
  if (root === 'apis' && rest.length === 0) return json(apiGroupList(groups.filter(({ name }) => name !== '')));
  if (root !== 'api' && root !== 'apis') return undefined;
  const [name = '', version] = root === 'api' ? ['', ...rest] : rest;
  if (rest.length > (root === 'api' ? 1 : 2) || (root === 'apis' && name === '')) return undefined;
  const group = groups.find((candidate) => candidate.name === name);
  if (!group) return undefined;
  if (version === undefined) return json(apiGroup(group));
  const found = group.versions.find((candidate) => candidate.version === version);
  return found && json(apiResourceList(name, version, found.kinds));
}

/** Hashes in the URLs let clients keep a document for as long as it is the same. */
function openApiIndex(kinds: readonly Kind[]): unknown {
  const paths: Record<string, { serverRelativeURL: string }> = {};
  for (const group of byGroup(kinds)) {
    for (const { version, kinds: members } of group.versions) {
      const at = `${group.name === '' ? 'api' : 'apis'}/${groupVersion(group.name, version)}`;
      const hash = hashOf(Buffer.from(JSON.stringify(openApiV3(members, gitVersion))));
      paths[at] = { serverRelativeURL: `/openapi/v3/${at}?hash=${hash}` };
    }
  }
  return { paths };
}

function openApiDocument(kinds: readonly Kind[], at: string): Answer | undefined {
  const [root, ...rest] = at.split('/');
  const [group = '', version] = root === 'api' ? ['', ...rest] : rest;
  if ((root !== 'api' && root !== 'apis') || rest.length !== (root === 'api' ? 1 : 2)) return undefined;
  const members = kinds.filter(({ type }) => type.group === group && type.version === version);
  return members.length === 0 ? undefined : json(openApiV3(members, gitVersion));
}

const json = (value: unknown, contentType = 'application/json') =>
  answer(contentType, Buffer.from(JSON.stringify(value)));

function answer(contentType: string, body: Buffer): Answer {
  return { contentType, body, etag: `"${hashOf(body)}"` };
}

function hashOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex').toUpperCase();
}
