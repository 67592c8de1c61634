import type { Pod, Volume } from '../../kube/index.js';
import { EdgeError, hasCode } from '../../lib/index.js';
import { fieldValue, type RuntimeFacts, resourceValue } from '../config/field-ref.js';
import { allContainers } from '../pod/desired-pod.js';
import type { ObjectReader } from '../ports.js';
import type { Payload, PayloadFile } from './atomic-writer.js';

export interface PayloadInput {
  readonly pod: Pod;
  readonly objects: ObjectReader;
  readonly facts: RuntimeFacts;
  readonly allocatable: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal?: AbortSignal;
}

/** Files of a volume, and when its content ages (milliseconds since the epoch). */
export interface BuiltPayload {
  readonly files: Payload;
  readonly refreshAt: number | undefined;
}

type Items = readonly { key: string; path: string; mode?: number }[] | undefined;
type Build = { files: Map<string, PayloadFile>; refreshAt: number | undefined; mode: number };
type Projected = NonNullable<Volume['projected']>;
type Source = NonNullable<Projected['sources']>[number];

const defaultMode = 0o644;

/** The content of a configMap, secret, downwardAPI or projected volume (facts kubelet-on-cri §6); undefined for other kinds. */
export async function volumePayload(volume: Volume, input: PayloadInput): Promise<BuiltPayload | undefined> {
  const start = (mode: number | undefined): Build => ({
    files: new Map(),
    refreshAt: undefined,
    mode: mode ?? defaultMode,
  });
  if (volume.configMap) {
    const build = start(volume.configMap.defaultMode);
    await addConfigMap(build, input, volume.configMap);
    return build;
  }
  if (volume.secret) {
    const { secretName, items, optional } = volume.secret;
    const build = start(volume.secret.defaultMode);
    await addSecret(build, input, { name: secretName, items, optional });
    return build;
  }
  if (volume.downwardAPI) {
    const build = start(volume.downwardAPI.defaultMode);
    addDownward(build, input, volume.downwardAPI.items);
    return build;
  }
  if (volume.projected) {
    const build = start(volume.projected.defaultMode);
    for (const source of volume.projected.sources ?? []) await addSource(build, input, source);
    return build;
  }
  return undefined;
}

async function addSource(build: Build, input: PayloadInput, source: Source): Promise<void> {
  if (source.configMap) return addConfigMap(build, input, source.configMap);
  if (source.secret) return addSecret(build, input, source.secret);
  if (source.downwardAPI) return addDownward(build, input, source.downwardAPI.items);
  if (source.serviceAccountToken) return addToken(build, input, source.serviceAccountToken);
  throw new EdgeError('unsupported', `projected source ${Object.keys(source).join(', ')} is not supported`);
}

type Reference = { name?: string | undefined; items?: Items; optional?: boolean | undefined };

async function addConfigMap(build: Build, input: PayloadInput, reference: Reference): Promise<void> {
  const key = { namespace: input.pod.metadata?.namespace, name: reference.name ?? '' };
  const object = await optionally(reference, () => input.objects.configMap(key, input.signal));
  const { data = {}, binaryData = {} } = object ?? {};
  const content = new Map<string, Buffer>([
    ...Object.entries(data).map(([name, value]) => [name, Buffer.from(value)] as const),
    ...Object.entries(binaryData).map(([name, value]) => [name, Buffer.from(value, 'base64')] as const),
  ]);
  addItems(build, content, reference, `configmap ${key.name}`);
}

async function addSecret(build: Build, input: PayloadInput, reference: Reference): Promise<void> {
  const key = { namespace: input.pod.metadata?.namespace, name: reference.name ?? '' };
  const object = await optionally(reference, () => input.objects.secret(key, input.signal));
  const content = Object.entries(object?.data ?? {}).map(
    ([name, value]) => [name, Buffer.from(value, 'base64')] as const,
  );
  addItems(build, new Map(content), reference, `secret ${key.name}`);
}

async function optionally<T>(reference: Reference, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (reference.optional === true && hasCode(error, 'not-found')) return undefined;
    throw error;
  }
}

function addItems(
  build: Build,
  content: ReadonlyMap<string, Buffer>,
  { items, optional }: Reference,
  what: string,
): void {
  if (!items) {
    for (const [path, data] of content) build.files.set(path, { data, mode: build.mode });
    return;
  }
  for (const { key, path, mode } of items) {
    const data = content.get(key);
    if (data !== undefined) build.files.set(path, { data, mode: mode ?? build.mode });
    else if (optional !== true) throw new EdgeError('not-found', `references non-existent key ${key} of ${what}`);
  }
}

function addDownward(build: Build, input: PayloadInput, items: NonNullable<Volume['downwardAPI']>['items'] = []): void {
  for (const { path, mode, fieldRef, resourceFieldRef } of items) {
    const text = fieldRef
      ? fieldValue(input.pod, fieldRef.fieldPath, input.facts)
      : resourceFieldRef && resourceOf(input, resourceFieldRef);
    build.files.set(path, { data: Buffer.from(text ?? ''), mode: mode ?? build.mode });
  }
}

function resourceOf(
  { pod, allocatable }: PayloadInput,
  ref: { containerName?: string; resource: string; divisor?: string },
) {
  const container = pod.spec && allContainers(pod.spec).find(({ name }) => name === ref.containerName);
  if (!container)
    throw new EdgeError('invalid', `resourceFieldRef names container ${ref.containerName}, which the pod has not`);
  return resourceValue(container, ref, allocatable);
}

async function addToken(
  build: Build,
  input: PayloadInput,
  source: NonNullable<Source['serviceAccountToken']>,
): Promise<void> {
  const { metadata = {}, spec } = input.pod;
  const key = { namespace: metadata.namespace, name: spec?.serviceAccountName || 'default' };
  const lifetime = source.expirationSeconds ?? 3600;
  const request = {
    audiences: source.audience ? [source.audience] : [],
    expirationSeconds: lifetime,
    boundPod: { name: metadata.name ?? '', uid: metadata.uid ?? '' },
  };
  const { token, expirationTimestamp } = await input.objects.serviceAccountToken(key, request, input.signal);
  const uid = commonUser(input.pod);
  const guarded = uid !== undefined || spec?.securityContext?.fsGroup !== undefined;
  build.files.set(source.path, {
    data: Buffer.from(token),
    mode: guarded ? 0o600 : build.mode,
    ...(uid === undefined ? {} : { uid }),
  });
  // The reader hands out a new one from 80 % of its life on, or a day at most.
  const dueAt = Math.min(Date.parse(expirationTimestamp) - lifetime * 200, input.now + 86_400_000);
  const soonest = input.now + 60_000;
  build.refreshAt = Math.min(build.refreshAt ?? Number.POSITIVE_INFINITY, Math.max(dueAt, soonest));
}

/** The user all containers run as, when they agree on one. */
function commonUser({ spec }: Pod): number | undefined {
  if (!spec) return undefined;
  const users = new Set(
    allContainers(spec).map((container) => container.securityContext?.runAsUser ?? spec.securityContext?.runAsUser),
  );
  return users.size === 1 ? [...users][0] : undefined;
}
