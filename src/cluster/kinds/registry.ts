import { customKinds } from '../crd/index.js';
import type { Kind, KindRegistry } from '../kind.js';
import { builtInKinds } from './built-in.js';

/**
 * The registry of all served kinds: the built-in table plus what CustomResourceDefinitions add.
 *
 * `define` takes a stored, valid definition and throws `invalid` for one that could never be served;
 * it replaces what the same definition gave before. Listeners are called after the change, in order of subscription.
 */
export function createKindRegistry(): KindRegistry {
  const custom = new Map<string, readonly Kind[]>();
  const listeners = new Set<() => void>();
  let byPlural = new Map<string, Kind>();
  let byKind = new Map<string, Kind>();
  let kinds: readonly Kind[] = [];

  function rebuild() {
    kinds = [...builtInKinds, ...[...custom.values()].flat()];
    // A built-in kind always wins: the first entry of a key stays.
    byPlural = firstOf(kinds, (kind) => key(kind.type.group, kind.type.version, kind.type.plural));
    byKind = firstOf(kinds, (kind) => key(kind.type.group, kind.type.version, kind.type.kind));
  }
  function changed() {
    rebuild();
    for (const listener of [...listeners]) listener();
  }
  rebuild();

  return {
    find: (group, version, plural) => byPlural.get(key(group, version, plural)),
    findKind: (group, version, kind) => byKind.get(key(group, version, kind)),
    all: () => kinds,
    define(definition) {
      custom.set(definition.metadata?.name ?? '', customKinds(definition));
      changed();
    },
    undefine(definitionName) {
      if (custom.delete(definitionName)) changed();
    },
    onChange(listener) {
      const entry = () => listener();
      listeners.add(entry);
      return { [Symbol.dispose]: () => void listeners.delete(entry) };
    },
  };
}

const key = (group: string, version: string, name: string) => `${group}/${version}/${name}`;

function firstOf(kinds: readonly Kind[], keyOf: (kind: Kind) => string): Map<string, Kind> {
  const index = new Map<string, Kind>();
  for (const kind of kinds) {
    if (!index.has(keyOf(kind))) index.set(keyOf(kind), kind);
  }
  return index;
}
