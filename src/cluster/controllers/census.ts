import {
  type KubeApi,
  type KubeObject,
  type ObjectKey,
  type OwnerReference,
  sameJson,
  watchChanges,
} from '../../kube/index.js';
import { aborted, childOf, type Log, type Loop } from '../../lib/index.js';
import type { Kind, KindRegistry } from '../kind.js';

/** The little that ownership and deletion need to know of an object. */
export interface Citizen {
  readonly kind: Kind;
  readonly key: ObjectKey;
  readonly uid: string;
  readonly owners: readonly OwnerReference[];
  readonly finalizers: readonly string[];
  readonly deleting: boolean;
}

export type CensusEvent = { readonly kind: 'put' | 'drop'; readonly citizen: Citizen };

/**
 * All objects of all kinds, by their metadata alone. Events are left out: they own nothing, are owned
 * by nothing and there are many. Kinds that come and go with their definitions are followed.
 */
export interface Census {
  readonly run: Loop;
  get(uid: string): Citizen | undefined;
  /** Objects with an owner reference to this uid. */
  dependents(uid: string): Citizen[];
  /** False while the first list of any kind is missing: absence means nothing then. */
  complete(): boolean;
  subscribe(listener: (event: CensusEvent) => void): Disposable;
}

export function createCensus(options: {
  readonly api: Pick<KubeApi, 'list' | 'watch'>;
  readonly registry: Pick<KindRegistry, 'all' | 'onChange'>;
  readonly log: Log;
  readonly now: () => Date;
  readonly random: () => number;
}): Census {
  const { api, registry, log, now, random } = options;
  const citizens = new Map<string, Citizen>();
  const byOwner = new Map<string, Set<string>>();
  const listeners = new Set<(event: CensusEvent) => void>();
  const listed = new Set<string>();

  const tell = (event: CensusEvent) => {
    for (const listener of [...listeners]) listener(event);
  };
  const unlink = (citizen: Citizen) => {
    for (const { uid } of citizen.owners) {
      const set = byOwner.get(uid);
      set?.delete(citizen.uid);
      if (set?.size === 0) byOwner.delete(uid);
    }
  };
  const put = (citizen: Citizen) => {
    const before = citizens.get(citizen.uid);
    if (before) unlink(before);
    citizens.set(citizen.uid, citizen);
    for (const { uid } of citizen.owners) byOwner.set(uid, (byOwner.get(uid) ?? new Set()).add(citizen.uid));
    // Heartbeats and status reports are most of the traffic and no news here.
    if (!before || !sameJson(newsOf(before), newsOf(citizen))) tell({ kind: 'put', citizen });
  };
  const drop = (uid: string) => {
    const citizen = citizens.get(uid);
    if (!citizen) return;
    unlink(citizen);
    citizens.delete(uid);
    tell({ kind: 'drop', citizen });
  };
  const replace = (storage: string, items: readonly Citizen[]) => {
    const present = new Set(items.map(({ uid }) => uid));
    for (const citizen of [...citizens.values()]) {
      if (citizen.kind.storage === storage && !present.has(citizen.uid)) drop(citizen.uid);
    }
    for (const item of items) put(item);
  };

  const follow = async (kind: Kind, signal: AbortSignal) => {
    for await (const change of watchChanges(api, kind.type, {}, { signal, log, now, random })) {
      if (change.kind === 'put') put(citizenOf(kind, change.item));
      if (change.kind === 'drop') drop(change.item.metadata?.uid ?? '');
      if (change.kind !== 'reset') continue;
      replace(
        kind.storage,
        change.items.map((item) => citizenOf(kind, item)),
      );
      listed.add(kind.storage);
    }
  };

  return {
    get: (uid) => citizens.get(uid),
    dependents: (uid) => [...(byOwner.get(uid) ?? [])].flatMap((dependent) => citizens.get(dependent) ?? []),
    complete: () => followedKinds(registry).every(({ storage }) => listed.has(storage)),
    subscribe(listener) {
      listeners.add(listener);
      for (const citizen of [...citizens.values()]) listener({ kind: 'put', citizen });
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    async run(signal) {
      using stop = childOf(signal);
      const running = new Map<string, { kind: Kind; stop: AbortController & Disposable; done: Promise<void> }>();
      let fault: unknown;

      const start = (kind: Kind) => {
        const own = childOf(stop.signal);
        const done = follow(kind, own.signal)
          .catch((error: unknown) => {
            fault ??= error;
            stop.abort(error);
          })
          .finally(() => own[Symbol.dispose]());
        running.set(kind.storage, { kind, stop: own, done });
      };
      const adjust = () => {
        const wanted = new Map(followedKinds(registry).map((kind) => [kind.storage, kind]));
        for (const [storage, watch] of running) {
          // A definition may stop serving the version we follow.
          if (sameJson(wanted.get(storage)?.type, watch.kind.type)) continue;
          watch.stop.abort();
          running.delete(storage);
          listed.delete(storage);
          if (!wanted.has(storage)) replace(storage, []);
        }
        for (const [storage, kind] of wanted) if (!running.has(storage)) start(kind);
      };

      using _following = registry.onChange(adjust);
      adjust();
      await aborted(stop.signal);
      await Promise.all([...running.values()].map(({ done }) => done));
      if (fault !== undefined) throw fault;
    },
  };
}

/** One kind per storage: what is served in two versions is followed once. */
export function followedKinds(registry: Pick<KindRegistry, 'all'>): Kind[] {
  const kinds = new Map<string, Kind>();
  for (const kind of registry.all()) {
    const followed =
      ['list', 'watch', 'delete'].every((verb) => kind.verbs.includes(verb)) && kind.type.kind !== 'Event';
    if (followed && !kinds.has(kind.storage)) kinds.set(kind.storage, kind);
  }
  return [...kinds.values()];
}

const newsOf = ({ owners, finalizers, deleting }: Citizen) => ({ owners, finalizers, deleting });

function citizenOf(kind: Kind, { metadata = {} }: KubeObject): Citizen {
  return {
    kind,
    key: { namespace: metadata.namespace, name: metadata.name ?? '' },
    uid: metadata.uid ?? '',
    owners: metadata.ownerReferences ?? [],
    finalizers: metadata.finalizers ?? [],
    deleting: metadata.deletionTimestamp !== undefined,
  };
}
