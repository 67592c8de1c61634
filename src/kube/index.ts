export type { Change } from './change.js';
export { createKubeClient, type KubeClient, type KubeClientOptions } from './client.js';
export { createFakeKubeApi, type FakeKubeControls } from './fake/index.js';
export { type FieldSelector, type FieldTerm, parseFieldSelector } from './field-selector.js';
export { createInformer, type IndexFunctions, type Informer, type InformerEvent } from './informer.js';
export { sameJson } from './json.js';
export { jsonPatch } from './json-patch.js';
export type {
  DeleteOptions,
  KubeApi,
  ListOptions,
  ObjectKey,
  ObjectList,
  PatchKind,
  ResourceType,
  WatchEvent,
  WriteOptions,
} from './kube-api.js';
export { kubeconfigYaml, loadKubeconfig } from './kubeconfig.js';
export {
  type LabelMatcher,
  type LabelRequirement,
  type Labels,
  labelSelectorMatcher,
  parseLabelSelector,
  requirementMatcher,
} from './label-selector.js';
export { coreListMerge, type ListMerge, type ListMergeRule } from './list-merge.js';
export { createMergePatch, mergePatch } from './merge-patch.js';
export { generateName, keyText } from './object-name.js';
export type {
  Binding,
  ConfigMap,
  Container,
  ContainerStatus,
  CoreEvent,
  EnvVar,
  KubeObject,
  Lease,
  Namespace,
  Node,
  NodeCondition,
  NodeStatus,
  ObjectMeta,
  OwnerReference,
  Pod,
  PodCondition,
  PodSpec,
  PodStatus,
  RuntimeClass,
  Secret,
  Service,
  ServiceAccount,
  Status,
  Stored,
  Volume,
} from './objects.js';
export { resources } from './resource-types.js';
export {
  alreadyExists,
  conflict,
  errorFromStatus,
  expired,
  failureStatus,
  notFound,
  statusOf,
} from './status.js';
export { createStrategicPatch } from './strategic-diff.js';
export { strategicMergePatch } from './strategic-patch.js';
export type { ClientCredentials } from './transport.js';
export { type WatchDependencies, watchChanges } from './watch-changes.js';
