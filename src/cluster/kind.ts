import type { KubeObject, ResourceType } from '../kube/index.js';

/** One served kind: what discovery tells, what paths exist, how its objects are treated. Built in, or made from a CRD. */
export interface Kind {
  readonly type: ResourceType;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources: readonly Subresource[];
  /** `<group>/<plural>` under which objects are stored: kinds served in two versions share it. */
  readonly storage: string;
  readonly custom: boolean;
  /** `metadata.generation` counts changes of the spec. */
  readonly generation: boolean;
  /** PUT without a resourceVersion is refused (facts kubernetes-api §3). */
  readonly strictUpdate: boolean;
  /** PUT of an absent object creates it. */
  readonly putCreates: boolean;
  /** DELETE answers the last object instead of a Status. */
  readonly deleteReturnsObject: boolean;
  /** Set for custom kinds: what the CustomResourceDefinition says about this version. */
  readonly definition?: CustomVersion;
}

/** One served version of a CustomResourceDefinition. */
export interface CustomVersion {
  readonly definitionName: string;
  /** `spec.versions[].schema.openAPIV3Schema`. */
  readonly schema: JsonSchema;
  readonly storageVersion: string;
  readonly statusSubresource: boolean;
  readonly scale?: {
    readonly specReplicasPath: string;
    readonly statusReplicasPath: string;
    readonly labelSelectorPath?: string;
  };
  readonly columns: readonly PrinterColumn[];
  /** JSON paths (`.spec.color`) that field selectors may name besides metadata.name and metadata.namespace. */
  readonly selectableFields: readonly string[];
  /** Text of the Warning header for a deprecated version. */
  readonly deprecationWarning?: string;
}

export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
}

/** A structural OpenAPI v3 schema as a CustomResourceDefinition carries it. */
export type JsonSchema = { readonly [keyword: string]: unknown };

export interface Subresource {
  /** `status`, `log`, `binding`, `scale`. */
  readonly name: string;
  readonly verbs: readonly string[];
  /** When the body is of another kind than the parent. */
  readonly responseKind?: { readonly group: string; readonly version: string; readonly kind: string };
}

/** All kinds served now. Custom kinds come and go; a listener hears of it (discovery, OpenAPI and watches follow). */
export interface KindRegistry {
  find(group: string, version: string, plural: string): Kind | undefined;
  findKind(group: string, version: string, kind: string): Kind | undefined;
  all(): readonly Kind[];
  /** Takes a CustomResourceDefinition as stored; replaces what the same definition gave before. */
  define(definition: KubeObject): void;
  undefine(definitionName: string): void;
  onChange(listener: () => void): Disposable;
}

export interface FieldError {
  /** `spec.containers[0].name` */
  readonly field: string;
  /** A cause reason of facts kubernetes-api §3: FieldValueRequired, FieldValueInvalid, … */
  readonly reason: string;
  readonly message: string;
}

/** What a kind's schema knows, for built-in and custom kinds alike. Functions never change their argument. */
export interface ObjectRules {
  /** A request body as an object. JSON, YAML and, for built-in kinds, Kubernetes protobuf. Throws `invalid` or `unsupported`. */
  decode(body: Buffer, contentType: string | undefined): { object: KubeObject; duplicateFields: string[] };
  /** Paths the schema does not know, `spec.containers[0].imag`. Empty for kinds without a schema. */
  unknownFields(kind: Kind, object: KubeObject): string[];
  /** Drops unknown fields (built-in: always; custom: unless preserved) and nulls, fills defaults, canonicalises quantities. */
  complete(kind: Kind, object: KubeObject): KubeObject;
  /** The object as another kind of the same storage: core and events.k8s.io events, versions of a custom kind. */
  convert(object: KubeObject, to: Kind): KubeObject;
  /** Everything wrong with the object; with `old`, also what may not change. */
  validate(kind: Kind, object: KubeObject, old?: KubeObject): FieldError[];
  /** What the writer should be told though the object is fine, such as CEL rules that are not run. */
  warnings(kind: Kind, object: KubeObject): string[];
  /** For strategic merge patches: how the list at this schema path merges. Undefined: replaced whole. */
  listMerge(
    kind: Kind,
    path: readonly string[],
  ): { readonly key?: string; readonly retainKeys?: boolean; readonly set?: boolean } | undefined;
}

/** Columns for `kubectl get` (facts kubernetes-api §8). */
export type TableMaker = (
  kind: Kind,
  objects: readonly KubeObject[],
  options: { readonly includeObject: 'Metadata' | 'Object' | 'None'; readonly now: Date; readonly columns: boolean },
) => Record<string, unknown>;

/** Documents computed from the registry and cached until it changes. `undefined`: no such path. */
export interface Discovery {
  /** Answers GET under /api, /apis, /openapi and /version. */
  answer(path: string, accept: string | undefined): { contentType: string; body: Buffer; etag: string } | undefined;
}
