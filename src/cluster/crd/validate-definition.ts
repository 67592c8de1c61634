import type { KubeObject } from '../../kube/index.js';
import type { FieldError, KindRegistry } from '../kind.js';
import { dnsLabel, dnsSubdomain, forbidden, invalid, notSupported, oneOf, required } from '../schema/index.js';
import type { Definition, DefinitionVersion } from './definition.js';
import { jsonPathErrors, structuralErrors } from './structural.js';

const approval = 'api-approved.kubernetes.io';
const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];

/** A CustomResourceDefinition of the right types: what facts kubernetes-api §11 demands of it. */
export function validateDefinition(
  object: KubeObject,
  before: KubeObject | undefined,
  registry: KindRegistry,
): FieldError[] {
  const definition = object as Definition;
  const { group = '', scope, names = {}, versions = [], conversion } = definition.spec ?? {};
  const errors = [
    ...named(group, 'spec.group', dnsSubdomain),
    ...(scope === undefined ? [required('spec.scope')] : oneOf(scope, ['Cluster', 'Namespaced'], 'spec.scope')),
    ...named(names.plural ?? '', 'spec.names.plural', dnsLabel),
    ...named((names.kind ?? '').toLowerCase(), 'spec.names.kind', dnsLabel),
    ...versions.flatMap((version, index) => versionErrors(version, `spec.versions[${index}]`)),
    ...versionListErrors(versions),
  ];
  const name = `${names.plural}.${group}`;
  if (definition.metadata?.name !== name) {
    errors.push(invalid('metadata.name', definition.metadata?.name, 'must be spec.names.plural+"."+spec.group'));
  }
  if (/(^|\.)(k8s|kubernetes)\.io$/.test(group) && !definition.metadata?.annotations?.[approval]) {
    errors.push(required(`metadata.annotations[${approval}]`, 'protected groups must have approval annotation'));
  }
  if (conversion?.strategy !== undefined && conversion.strategy !== 'None') {
    errors.push(notSupported('spec.conversion.strategy', conversion.strategy, ['None']));
  }
  if (definition.spec?.preserveUnknownFields) {
    errors.push(invalid('spec.preserveUnknownFields', true, 'must be false'));
  }
  // A group that is built in cannot get further kinds under the same names.
  for (const kind of registry.all()) {
    if (!kind.custom && kind.type.group === group && kind.type.plural === names.plural) {
      errors.push(forbidden('spec.names.plural', `${name} is a built-in kind`));
    }
  }
  return [...errors, ...changeErrors(definition, before as Definition | undefined)];
}

function named(value: string, field: string, rule: (name: string) => string | undefined): FieldError[] {
  const problem = value === '' ? undefined : rule(value);
  if (value === '') return [required(field)];
  return problem ? [invalid(field, value, problem)] : [];
}

function versionListErrors(versions: readonly DefinitionVersion[]): FieldError[] {
  const errors: FieldError[] = [];
  const storing = versions.filter((version) => version.storage).length;
  if (storing !== 1) {
    errors.push(
      invalid(
        'spec.versions',
        versions.map((version) => version.name),
        'must have exactly one version marked as storage version',
      ),
    );
  }
  const seen = new Set<string | undefined>();
  for (const [index, { name }] of versions.entries()) {
    if (seen.has(name)) errors.push(invalid(`spec.versions[${index}].name`, name, 'must be unique'));
    seen.add(name);
  }
  return errors;
}

function versionErrors(version: DefinitionVersion, path: string): FieldError[] {
  const schema = version.schema?.openAPIV3Schema;
  const errors = named(version.name ?? '', `${path}.name`, dnsLabel);
  if (!schema) errors.push(required(`${path}.schema.openAPIV3Schema`, 'schemas are required'));
  else {
    if (schema.type !== 'object') {
      errors.push(invalid(`${path}.schema.openAPIV3Schema.type`, schema.type ?? '', 'must be object at the root'));
    }
    errors.push(...structuralErrors(schema, `${path}.schema.openAPIV3Schema`));
  }
  for (const [index, column] of (version.additionalPrinterColumns ?? []).entries()) {
    const at = `${path}.additionalPrinterColumns[${index}]`;
    if (!column.name) errors.push(required(`${at}.name`));
    errors.push(
      ...oneOf(column.type ?? '', columnTypes, `${at}.type`),
      ...jsonPathErrors(column.jsonPath, `${at}.jsonPath`),
    );
  }
  const scale = version.subresources?.scale;
  if (scale) {
    errors.push(
      ...jsonPathErrors(scale.specReplicasPath, `${path}.subresources.scale.specReplicasPath`),
      ...jsonPathErrors(scale.statusReplicasPath, `${path}.subresources.scale.statusReplicasPath`),
    );
  }
  for (const [index, field] of (version.selectableFields ?? []).entries()) {
    errors.push(...jsonPathErrors(field.jsonPath, `${path}.selectableFields[${index}].jsonPath`));
  }
  return errors;
}

/** Objects are stored under group and plural, as one kind in one scope: those stay. Stored versions cannot leave. */
function changeErrors(definition: Definition, before: Definition | undefined): FieldError[] {
  if (!before) return [];
  const errors: FieldError[] = [];
  const fields: [string, unknown, unknown][] = [
    ['spec.group', definition.spec?.group, before.spec?.group],
    ['spec.scope', definition.spec?.scope, before.spec?.scope],
    ['spec.names.plural', definition.spec?.names?.plural, before.spec?.names?.plural],
    ['spec.names.kind', definition.spec?.names?.kind, before.spec?.names?.kind],
  ];
  for (const [field, now, then] of fields) {
    if (then !== undefined && now !== then) errors.push(invalid(field, now ?? '', 'field is immutable'));
  }
  const versions = (definition.spec?.versions ?? []).map((version) => version.name);
  for (const [index, stored] of (definition.status?.storedVersions ?? []).entries()) {
    if (!versions.includes(stored)) {
      errors.push(invalid(`status.storedVersions[${index}]`, stored, 'must appear in spec.versions'));
    }
  }
  return errors;
}
