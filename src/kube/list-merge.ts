/**
 * How strategic merge patches treat the field at a schema path (names only, no indexes: `spec`,
 * `containers`, `ports`). `key`: a list of maps merged by that member; `set`: a list of scalars
 * merged as a set; `retainKeys`: patches of the map name the members that stay. Undefined: atomic.
 */
export interface ListMergeRule {
  readonly key?: string;
  readonly retainKeys?: boolean;
  readonly set?: boolean;
}

export type ListMerge = (path: readonly string[]) => ListMergeRule | undefined;

const byKey = (key: string): ListMergeRule => ({ key });
const byName = byKey('name');
const byNameRetaining: ListMergeRule = { key: 'name', retainKeys: true };

/** Members of a pod spec, wherever one is embedded. */
const podSpecRules: Record<string, ListMergeRule> = {
  containers: byName,
  initContainers: byName,
  ephemeralContainers: byName,
  'containers.env': byName,
  'containers.ports': byKey('containerPort'),
  'containers.volumeMounts': byKey('mountPath'),
  'containers.volumeDevices': byKey('devicePath'),
  volumes: byNameRetaining,
  imagePullSecrets: byName,
  resourceClaims: byNameRetaining,
  schedulingGates: byName,
  hostAliases: byKey('ip'),
  topologySpreadConstraints: byKey('topologyKey'),
};

const conditions = { 'status.conditions': byKey('type') };
const strategy = { 'spec.strategy': { retainKeys: true } };
const webhooks = { webhooks: byName, 'webhooks.matchConditions': byName };
const admissionPolicy = { 'spec.matchConditions': byName, 'spec.variables': byName };

/** Beside the pod spec; paths from the root of the object. */
const kindRules: Record<string, Record<string, ListMergeRule>> = {
  Pod: { ...conditions, 'status.podIPs': byKey('ip'), 'status.hostIPs': byKey('ip') },
  Node: { ...conditions, 'status.addresses': byKey('type'), 'spec.podCIDRs': { set: true } },
  Namespace: conditions,
  PersistentVolumeClaim: conditions,
  ReplicationController: conditions,
  Service: { ...conditions, 'spec.ports': byKey('port') },
  ServiceAccount: { secrets: byName },
  Deployment: { ...conditions, ...strategy },
  ReplicaSet: conditions,
  DaemonSet: conditions,
  StatefulSet: conditions,
  Job: conditions,
  PodDisruptionBudget: conditions,
  HorizontalPodAutoscaler: conditions,
  APIService: conditions,
  CSINode: { 'spec.drivers': byName },
  MutatingWebhookConfiguration: webhooks,
  ValidatingWebhookConfiguration: webhooks,
  MutatingAdmissionPolicy: admissionPolicy,
  ValidatingAdmissionPolicy: admissionPolicy,
};

const podSpecPaths: Record<string, string> = {
  Pod: 'spec.',
  PodTemplate: 'template.spec.',
  ReplicationController: 'spec.template.spec.',
  Deployment: 'spec.template.spec.',
  ReplicaSet: 'spec.template.spec.',
  DaemonSet: 'spec.template.spec.',
  StatefulSet: 'spec.template.spec.',
  Job: 'spec.template.spec.',
  CronJob: 'spec.jobTemplate.spec.template.spec.',
};

/** The merge keys of a built-in kind (facts kubernetes-api §7). Unknown kinds know those of metadata only. */
export function coreListMerge(kind: string): ListMerge {
  const own = Object.hasOwn(kindRules, kind) ? kindRules[kind] : undefined;
  const podSpec = Object.hasOwn(podSpecPaths, kind) ? podSpecPaths[kind] : undefined;
  return (path) => {
    const text = path.join('.');
    if (/(^|\.)metadata\.ownerReferences$/.test(text)) return byKey('uid');
    if (/(^|\.)metadata\.finalizers$/.test(text)) return { set: true };
    if (podSpec !== undefined && text.startsWith(podSpec)) {
      const inner = text.slice(podSpec.length).replace(/^(init|ephemeral)Containers\./, 'containers.');
      if (Object.hasOwn(podSpecRules, inner)) return podSpecRules[inner];
    }
    return own && Object.hasOwn(own, text) ? own[text] : undefined;
  };
}
