import type { Lease } from 'kubernetes-types/coordination/v1.js';
import type {
  Binding,
  ConfigMap,
  Container,
  ContainerStatus,
  Event as CoreEvent,
  EnvVar,
  Namespace,
  Node,
  NodeCondition,
  NodeStatus,
  Pod,
  PodCondition,
  PodSpec,
  PodStatus,
  Secret,
  Service,
  ServiceAccount,
  Volume,
} from 'kubernetes-types/core/v1.js';
import type { ObjectMeta, OwnerReference, Status } from 'kubernetes-types/meta/v1.js';
import type { RuntimeClass } from 'kubernetes-types/node/v1.js';

export type {
  Binding,
  ConfigMap,
  Container,
  ContainerStatus,
  CoreEvent,
  EnvVar,
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
  Volume,
};

/** What every Kubernetes object has. The JSON is kept as it came: unknown fields survive a round trip. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata?: ObjectMeta;
}

/** An object as the API server returns it: named, with an identity and a version. */
export type Stored<T extends KubeObject> = T & {
  metadata: ObjectMeta & { name: string; uid: string; resourceVersion: string };
};
