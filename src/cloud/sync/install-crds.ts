import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeApi, KubeObject, ResourceType } from '../../kube/index.js';
import { EdgeError, hasCode, type Log, pause } from '../../lib/index.js';
import { clusterObjectSyncs, objectSyncs } from './sync-types.js';

const definitions: ResourceType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
};

const establishedWithinMs = 30_000;
const checkMs = 200;

/**
 * Makes sure that sync objects can be stored: when their kinds are missing, creates every definition found in
 * `folder` (`*.yaml`) and waits until they are served. Throws `not-found` when
 * there is none, `unavailable` when they are not served in time.
 */
export async function ensureDefinitions(options: {
  readonly kube: Pick<KubeApi, 'list' | 'create'>;
  readonly folder: string;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { kube, folder, log, signal } = options;
  if (await areServed(kube)) return;
  const found = await readDefinitions(folder);
  if (found.length === 0) {
    throw new EdgeError('not-found', `the cluster lacks ${objectSyncs.kind} and ${folder} holds no definition of it`);
  }
  for (const definition of found) {
    await kube.create(definitions, definition).catch((error: unknown) => {
      if (!hasCode(error, 'already-exists')) throw error;
    });
    log.info({ definition: definition.metadata?.name }, 'custom resource definition created');
  }
  for (let waited = 0; waited < establishedWithinMs && !signal.aborted; waited += checkMs) {
    if (await areServed(kube)) return;
    await pause(checkMs, signal);
  }
  if (!signal.aborted) throw new EdgeError('unavailable', `${objectSyncs.plural}.${objectSyncs.group} is not served`);
}

async function areServed(kube: Pick<KubeApi, 'list'>): Promise<boolean> {
  try {
    await Promise.all([objectSyncs, clusterObjectSyncs].map((type) => kube.list(type, {})));
    return true;
  } catch (error) {
    if (hasCode(error, 'not-found')) return false;
    throw error;
  }
}

async function readDefinitions(folder: string): Promise<KubeObject[]> {
  const files = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).sort();
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  const objects = texts.flatMap((text) => parseAllDocuments(text)).map((document) => document.toJS() as KubeObject);
  return objects.filter((object) => object?.kind === definitions.kind);
}
