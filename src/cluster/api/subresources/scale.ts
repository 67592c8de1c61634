import { type KubeObject, mergePatch } from '../../../kube/index.js';
import { badRequest, noSuchResource } from '../../refusals.js';
import { readBody, readObject } from '../body.js';
import type { Api, Call, Verb } from '../call.js';
import { changeObject } from '../object-change.js';
import { parsePatch } from '../patch-body.js';
import { requireObject } from '../stored-object.js';

type Paths = { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string };
type Scale = KubeObject & { spec?: { replicas?: unknown } };

/** GET of a custom object's size as autoscaling/v1 Scale (facts kubernetes-api §11, §12). */
export const getScale: Verb = async (api, call) => {
  const { object } = requireObject(api.store.get, call);
  return { form: 'plain', code: 200, body: scaleOf(object, pathsOf(call)) };
};

export const updateScale: Verb = async (api, call) => {
  const scale = ((await readObject(api, call.request))?.object ?? {}) as Scale;
  return { form: 'plain', code: 200, body: await resize(api, call, () => scale) };
};

export const patchScale: Verb = async (api, call) => {
  const { kind, request } = call;
  const about = { kind, name: call.path.name ?? '', rules: api.rules };
  const patch = parsePatch(await readBody(request), request.headers['content-type'], about);
  return { form: 'plain', code: 200, body: await resize(api, call, patch) };
};

async function resize(api: Api, call: Call, wantedOf: (scale: Scale) => Scale): Promise<KubeObject> {
  const paths = pathsOf(call);
  const current = requireObject(api.store.current, call);
  const { spec, metadata } = wantedOf(scaleOf(current.object, paths));
  const replicas = spec?.replicas ?? 0;
  if (!Number.isSafeInteger(replicas) || Number(replicas) < 0)
    throw badRequest('spec.replicas must be a non-negative integer');
  const sized = mergePatch(current.object, nested(paths.specReplicasPath, replicas)) as KubeObject;
  const { resourceVersion } = metadata ?? {};
  const wanted = { ...sized, metadata: { ...sized.metadata, ...(resourceVersion && { resourceVersion }) } };
  // The write is one to the main object: the scale is only another view of it.
  const { subresource: _, ...path } = call.path;
  return scaleOf(await changeObject(api, { ...call, path }, current, wanted), paths);
}

function scaleOf(object: KubeObject, paths: Paths): Scale & { status: object } {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata ?? {};
  const selector = paths.labelSelectorPath === undefined ? undefined : at(object, paths.labelSelectorPath);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: JSON.parse(JSON.stringify({ name, namespace, uid, resourceVersion, creationTimestamp })),
    spec: { replicas: Number(at(object, paths.specReplicasPath) ?? 0) },
    status: {
      replicas: Number(at(object, paths.statusReplicasPath) ?? 0),
      ...(typeof selector === 'string' && { selector }),
    },
  };
}

function pathsOf({ kind }: Call): Paths {
  const paths = kind.definition?.scale;
  if (!paths) throw noSuchResource();
  return paths;
}

const partsOf = (path: string) => path.split('.').filter((part) => part !== '');

function at(object: unknown, path: string): unknown {
  return partsOf(path).reduce(
    (value, part) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined,
    object,
  );
}

function nested(path: string, value: unknown): unknown {
  return partsOf(path).reduceRight((inner, part) => ({ [part]: inner }), value);
}
