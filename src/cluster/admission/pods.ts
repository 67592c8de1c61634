import { generateName, type Pod, type ServiceAccount, type Volume } from '../../kube/index.js';
import { compareQuantity } from '../../lib/index.js';
import { forbidden } from '../refusals.js';
import type { AdmissionRule, Surroundings } from './admission.js';
import { withPriority } from './priority.js';

type PodSpec = NonNullable<Pod['spec']>;
type Toleration = NonNullable<PodSpec['tolerations']>[number];

const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const tokenVolumePrefix = 'kube-api-access-';
/** How long a pod stays on a node that is lost, unless it says otherwise. */
const lostNodeSeconds = 300;

/** What a new pod gets beyond its defaults (facts kubernetes-api §9). */
export const podRule: AdmissionRule = {
  create(kind, object, around) {
    if (kind.storage !== 'core/pods') return object;
    const pod = object as Pod;
    // A pod that cannot be valid is left as it is: validation names what is missing.
    if (!Array.isArray(pod.spec?.containers)) return object;
    const admitted = withAccount(kind, pod, around);
    const spec = withTolerations(withPriority(kind, admitted, around));
    return { ...admitted, spec, status: { phase: 'Pending', qosClass: qosOf(spec) } } as Pod;
  },
};

function withAccount(kind: Parameters<typeof forbidden>[0], pod: Pod, { current, random }: Surroundings): Pod {
  const spec = pod.spec as PodSpec;
  // Mirror pods of a node run without an account.
  if (pod.metadata?.annotations?.['kubernetes.io/config.mirror'] !== undefined) return pod;
  const namespace = pod.metadata?.namespace ?? '';
  const accountName = spec.serviceAccountName || 'default';
  const account = current(`core/serviceaccounts/${namespace}/${accountName}`) as ServiceAccount | undefined;
  if (!account) {
    const why = `error looking up service account ${namespace}/${accountName}: serviceaccount "${accountName}" not found`;
    throw forbidden(kind, pod.metadata?.name ?? '', why);
  }
  const named: PodSpec = {
    ...spec,
    serviceAccountName: accountName,
    serviceAccount: accountName,
    ...(!spec.imagePullSecrets?.length && account.imagePullSecrets && { imagePullSecrets: account.imagePullSecrets }),
  };
  const mounts = spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
  return { ...pod, spec: mounts ? withToken(named, random) : named };
}

/** Mounts an account token where every container that has nothing there yet expects it. */
function withToken(spec: PodSpec, random: () => number): PodSpec {
  const all = [...spec.containers, ...(spec.initContainers ?? [])];
  const lacks = ({ volumeMounts = [] }: (typeof all)[number]) =>
    volumeMounts.every(({ mountPath }) => mountPath !== tokenPath);
  if (!all.some(lacks)) return spec;
  const name =
    spec.volumes?.find((volume) => volume.name.startsWith(tokenVolumePrefix))?.name ??
    generateName(tokenVolumePrefix, random);
  const mounted = (container: (typeof all)[number]) =>
    lacks(container)
      ? {
          ...container,
          volumeMounts: [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: tokenPath }],
        }
      : container;
  const exists = spec.volumes?.some((volume) => volume.name === name);
  return {
    ...spec,
    containers: spec.containers.map(mounted),
    ...(spec.initContainers && { initContainers: spec.initContainers.map(mounted) }),
    volumes: exists ? (spec.volumes ?? []) : [...(spec.volumes ?? []), tokenVolume(name)],
  };
}

function tokenVolume(name: string): Volume {
  const namespace = { path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } };
  const sources = [
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { downwardAPI: { items: [namespace] } },
  ];
  return { name, projected: { sources, defaultMode: 0o644 } };
}

function withTolerations(spec: PodSpec): PodSpec {
  const tolerations = spec.tolerations ?? [];
  const missing = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].filter(
    (key) => !tolerations.some((toleration) => toleratesEviction(toleration, key)),
  );
  const added = missing.map(
    (key): Toleration => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: lostNodeSeconds }),
  );
  return { ...spec, ...(tolerations.length + added.length > 0 && { tolerations: [...tolerations, ...added] }) };
}

function toleratesEviction({ key, effect }: Toleration, taint: string): boolean {
  return (
    (key === undefined || key === '' || key === taint) &&
    (effect === undefined || effect === '' || effect === 'NoExecute')
  );
}

/** Guaranteed, Burstable or BestEffort, by the cpu and memory of every container. */
function qosOf(spec: PodSpec): string {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const amounts = containers.flatMap(({ resources }) =>
    ['cpu', 'memory'].map((name) => ({ limit: resources?.limits?.[name], request: resources?.requests?.[name] })),
  );
  const isSet = (value: string | undefined) => value !== undefined && compareQuantity(value, '0') !== 0;
  if (!amounts.some(({ limit, request }) => isSet(limit) || isSet(request))) return 'BestEffort';
  const guaranteed = amounts.every(
    ({ limit, request }) => limit !== undefined && isSet(limit) && compareQuantity(request ?? limit, limit) === 0,
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
