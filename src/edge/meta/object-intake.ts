import type { Change, Pod } from '../../kube/index.js';
import { EdgeError } from '../../lib/index.js';
import { parseResource } from '../../wire/index.js';
import type { GroupCommit } from './group-commit.js';
import { createKeyedFeed, type KeyedFeed } from './keyed-feed.js';
import { objectOf, type StoredObject } from './object-kinds.js';
import type { ObjectRows } from './object-rows.js';

export type PodChange = Exclude<Change<Pod>, { kind: 'reset' }>;
export interface ConfigChange {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly key: { readonly namespace: string; readonly name: string };
}

/** The one way objects get into the store, whichever message brought them. */
export interface ObjectIntake {
  /** Stores `content` under `resource` and tells followers. Throws `invalid` for what is no such object. */
  put(resource: string, content: unknown): Promise<void>;
  /** Removes the row, unless it holds another object than `uid`. Repeating it is harmless. */
  remove(resource: string, uid: string | undefined): Promise<void>;
  readonly pods: KeyedFeed<PodChange>;
  readonly configs: KeyedFeed<ConfigChange>;
}

/** @param options.podRemoved runs inside the transaction that ends a pod; what it returns runs after the commit */
export function createObjectIntake(options: {
  readonly rows: ObjectRows;
  readonly commit: GroupCommit;
  readonly node: string;
  readonly podRemoved: (uid: string) => () => void;
}): ObjectIntake {
  const { rows, commit, node, podRemoved } = options;
  const pods = createKeyedFeed<PodChange>();
  const configs = createKeyedFeed<ConfigChange>();

  const tell = (type: string, kind: PodChange['kind'], object: StoredObject) => {
    const { namespace = '', name, uid = '' } = object.metadata;
    if (type === 'pod') pods.publish(uid, { kind, item: object as unknown as Pod });
    const config = configKinds[type];
    if (config) configs.publish(`${type}/${namespace}/${name}`, { kind: config, key: { namespace, name } });
  };

  return {
    pods,
    configs,
    async put(resource, content) {
      const { type, object } = readObject(resource, content);
      if (type === 'pod' && !isForNode(object, node)) {
        throw new EdgeError('invalid', `${resource} is bound to another node than ${node}`);
      }
      await commit.write(
        () => {
          const before = rows.get(resource);
          const replaced = before && type === 'pod' && before.metadata.uid !== object.metadata.uid ? before : undefined;
          if (!rows.put(resource, object)) return undefined;
          return { replaced, after: replaced && podRemoved(replaced.metadata.uid ?? '') };
        },
        (outcome) => {
          if (!outcome) return;
          // The cloud may skip the delete of a pod when one of the same name took its place.
          if (outcome.replaced) tell(type, 'drop', outcome.replaced);
          outcome.after?.();
          tell(type, 'put', object);
        },
      );
    },
    async remove(resource, uid) {
      const { type } = parseResource(resource);
      await commit.write(
        () => {
          const removed = rows.remove(resource, uid);
          const gone = type === 'pod' ? (removed?.metadata.uid ?? uid) : undefined;
          return { removed, after: gone ? podRemoved(gone) : undefined };
        },
        ({ removed, after }) => {
          after?.();
          if (removed) tell(type, 'drop', removed);
        },
      );
    },
  };
}

const configKinds: Readonly<Record<string, ConfigChange['kind']>> = { configmap: 'ConfigMap', secret: 'Secret' };

/** Checks that the content is the object its resource names; a pod must have its UID. */
function readObject(resource: string, content: unknown): { type: string; object: StoredObject } {
  const { type, name, namespace } = parseResource(resource);
  const object = objectOf(type, content);
  if (!object) throw new EdgeError('invalid', `content of ${resource} is not an object with metadata.name`);
  if (
    object.metadata.name !== name ||
    (namespace !== undefined && (object.metadata.namespace ?? namespace) !== namespace)
  ) {
    throw new EdgeError('invalid', `content of ${resource} is another object: ${object.metadata.name}`);
  }
  if (type === 'pod' && !object.metadata.uid)
    throw new EdgeError('invalid', `content of ${resource} has no metadata.uid`);
  return { type, object };
}

export function isForNode(pod: StoredObject, node: string): boolean {
  const bound = (pod.spec as { nodeName?: unknown } | undefined)?.nodeName;
  return bound === undefined || bound === '' || bound === node;
}
