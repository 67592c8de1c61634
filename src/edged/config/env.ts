import type { ConfigMap, Container, Pod, Secret } from '../../kube/index.js';
import { EdgeError, hasCode } from '../../lib/index.js';
import type { ObjectReader } from '../ports.js';
import { expand } from './expand.js';
import { fieldValue, type RuntimeFacts, resourceValue } from './field-ref.js';

export interface EnvInput {
  readonly pod: Pod;
  readonly container: Container;
  readonly objects: Pick<ObjectReader, 'configMap' | 'secret'>;
  readonly facts: RuntimeFacts;
  readonly allocatable: Readonly<Record<string, string>>;
  /** The pod's containers, for resourceFieldRef.containerName. */
  readonly siblings: readonly Container[];
  readonly signal?: AbortSignal;
}

/**
 * A container's environment: envFrom in order, then env in order, `$(NAME)` seeing what was defined
 * before (facts kubelet-on-cri §4.2); no service variables, as in KubeEdge (§11). Throws the reader's
 * `not-found` or `invalid` for what is missing and not optional.
 */
export async function containerEnv(input: EnvInput): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>();
  const readers = objectReaders(input);
  for (const { prefix = '', configMapRef, secretRef } of input.container.envFrom ?? []) {
    const ref = configMapRef ?? secretRef;
    if (!ref?.name) continue;
    const data = await readers(configMapRef ? 'configMap' : 'secret', ref.name, ref.optional === true);
    for (const [key, value] of data ?? []) {
      if (isName(prefix + key)) values.set(prefix + key, value);
    }
  }
  for (const { name, value, valueFrom } of input.container.env ?? []) {
    if (!valueFrom) {
      values.set(name, expand(value ?? '', values));
      continue;
    }
    const found = await referred(input, valueFrom, readers);
    if (found !== undefined) values.set(name, found);
  }
  return values;
}

type ValueFrom = NonNullable<NonNullable<Container['env']>[number]['valueFrom']>;
type Readers = ReturnType<typeof objectReaders>;

async function referred(input: EnvInput, from: ValueFrom, readers: Readers): Promise<string | undefined> {
  if (from.fieldRef) return fieldValue(input.pod, from.fieldRef.fieldPath, input.facts);
  if (from.resourceFieldRef) {
    const { containerName } = from.resourceFieldRef;
    const of = containerName ? input.siblings.find(({ name }) => name === containerName) : input.container;
    if (!of) throw new EdgeError('invalid', `resourceFieldRef names container ${containerName}, which the pod has not`);
    return resourceValue(of, from.resourceFieldRef, input.allocatable);
  }
  const kind = from.configMapKeyRef ? 'configMap' : 'secret';
  const ref = from.configMapKeyRef ?? from.secretKeyRef;
  if (!ref?.name) throw new EdgeError('unsupported', `valueFrom ${Object.keys(from).join(', ')} is not supported`);
  const data = await readers(kind, ref.name, ref.optional === true);
  const value = data?.get(ref.key);
  if (value === undefined && ref.optional !== true) {
    const of = `${kind === 'secret' ? 'Secret' : 'ConfigMap'} ${input.pod.metadata?.namespace}/${ref.name}`;
    throw new EdgeError('not-found', `couldn't find key ${ref.key} in ${of}`);
  }
  return value;
}

/** Each object is read once per container; undefined when it is absent and optional. */
function objectReaders({ objects, pod, signal }: EnvInput) {
  const seen = new Map<string, ReadonlyMap<string, string> | undefined>();
  return async (kind: 'configMap' | 'secret', name: string, optional: boolean) => {
    const id = `${kind}/${name}`;
    if (!seen.has(id)) {
      const key = { namespace: pod.metadata?.namespace, name };
      try {
        seen.set(
          id,
          kind === 'secret'
            ? secretText(await objects.secret(key, signal))
            : configMapText(await objects.configMap(key, signal)),
        );
      } catch (error) {
        if (!optional || !hasCode(error, 'not-found')) throw error;
        seen.set(id, undefined);
      }
    }
    return seen.get(id);
  };
}

const configMapText = ({ data = {} }: ConfigMap) => new Map(Object.entries(data));

const secretText = ({ data = {} }: Secret) =>
  new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]));

// The relaxed rule: printable ASCII without an equals sign.
const isName = (name: string) => /^[\x20-\x3c\x3e-\x7e]+$/.test(name);
