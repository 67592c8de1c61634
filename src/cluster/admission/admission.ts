import type { KubeObject } from '../../kube/index.js';
import type { Kind, KindRegistry } from '../kind.js';

/** What the rest of the cluster tells admission. Reads see writes that are still on their way to the disk. */
export interface Surroundings {
  /** The object of a kind by its key in the store. */
  readonly current: (key: string) => KubeObject | undefined;
  readonly list: (prefix: string) => readonly KubeObject[];
  readonly registry: KindRegistry;
  readonly now: () => Date;
  readonly random: () => number;
}

/** One rule: gives the object as it is let in, or throws the refusal. Never changes its argument. */
export interface AdmissionRule {
  readonly create?: (kind: Kind, object: KubeObject, around: Surroundings) => KubeObject;
  /** Before an update is completed and validated, with values as the client typed them: fills in what was left out and means as it was. */
  readonly inherit?: (kind: Kind, wanted: KubeObject, before: KubeObject) => KubeObject;
  readonly update?: (kind: Kind, object: KubeObject, before: KubeObject, around: Surroundings) => KubeObject;
  readonly remove?: (kind: Kind, object: KubeObject) => void;
}

/** All rules in one, in their order. */
export interface Admission {
  create(kind: Kind, object: KubeObject): KubeObject;
  inherit(kind: Kind, wanted: KubeObject, before: KubeObject): KubeObject;
  update(kind: Kind, object: KubeObject, before: KubeObject): KubeObject;
  remove(kind: Kind, object: KubeObject): void;
}

export function createAdmission(rules: readonly AdmissionRule[], around: Surroundings): Admission {
  return {
    create: (kind, object) => rules.reduce((next, rule) => rule.create?.(kind, next, around) ?? next, object),
    inherit: (kind, wanted, before) => rules.reduce((next, rule) => rule.inherit?.(kind, next, before) ?? next, wanted),
    update: (kind, object, before) =>
      rules.reduce((next, rule) => rule.update?.(kind, next, before, around) ?? next, object),
    remove(kind, object) {
      for (const rule of rules) rule.remove?.(kind, object);
    },
  };
}
