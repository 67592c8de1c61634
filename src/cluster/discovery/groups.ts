import { compareVersions } from '../crd/index.js';
import type { Kind } from '../kind.js';

export interface Group {
  /** Empty for the core group. */
  readonly name: string;
  /** The preferred version first. */
  readonly versions: readonly { readonly version: string; readonly kinds: readonly Kind[] }[];
}

/** The served kinds by group, the core group first, and by version within it. */
export function byGroup(kinds: readonly Kind[]): Group[] {
  const groups = new Map<string, Map<string, Kind[]>>();
  for (const kind of kinds) {
    const versions = groups.get(kind.type.group) ?? new Map<string, Kind[]>();
    groups.set(kind.type.group, versions);
    versions.set(kind.type.version, [...(versions.get(kind.type.version) ?? []), kind]);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, versions]) => ({
      name,
      versions: [...versions]
        .sort(([a], [b]) => compareVersions(a, b))
        .map(([version, members]) => ({ version, kinds: members })),
    }));
}

/** `v1` or `apps/v1`. */
export function groupVersion(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}
