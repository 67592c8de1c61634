import type { ResourceType } from '../../kube/index.js';

/** The component name clients know a built-in type by: `core.v1.Pod` is `io.k8s.api.core.v1.Pod`. */
export function componentName(typeName: string): string {
  const group = typeName.slice(0, typeName.indexOf('.'));
  if (group === 'meta') return `io.k8s.apimachinery.pkg.apis.${typeName}`;
  if (group === 'apiextensions') return `io.k8s.apiextensions-apiserver.pkg.apis.${typeName}`;
  return `io.k8s.api.${typeName}`;
}

/** Reverse domain, version, kind: `io.example.v1.Widget`. */
export function customComponentName(type: Pick<ResourceType, 'group' | 'version' | 'kind'>): string {
  return `${type.group.split('.').reverse().join('.')}.${type.version}.${type.kind}`;
}

/** Types with a JSON form of their own keep the name they have in Kubernetes. */
export const specialComponents = {
  time: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
  microTime: 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime',
  duration: 'io.k8s.apimachinery.pkg.apis.meta.v1.Duration',
  quantity: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
  intOrString: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  embedded: 'io.k8s.apimachinery.pkg.runtime.RawExtension',
  fields: 'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1',
  json: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON',
  schemaOrArray: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray',
  schemaOrBool: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool',
  schemaOrStrings: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray',
} as const;
