// Makes src/cluster/schema/kubernetes-types.json: the built-in object types this cluster serves, compact.
//
//   node scripts/extract-schema.mjs MESSAGES.json
//
// MESSAGES.json maps each protobuf message to its fields, `"5 name type"`: `?` ends the type of a Go pointer,
// `[]` starts a list, a leading dot an absolute name. The output keeps what the roots below reach, one line per
// field: `<number> <JSON name> <type>[ ?][ inline][ required]`. Required fields are those that the kubernetes-types
// package declares without a question mark.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const roots = [
  ...'Binding ConfigMap Endpoints Event Namespace Node PersistentVolume PersistentVolumeClaim Pod Secret Service'
    .split(' ')
    .map((name) => `core.v1.${name}`),
  'core.v1.ServiceAccount',
  'apiextensions.v1.CustomResourceDefinition',
  'authentication.v1.TokenRequest',
  'autoscaling.v1.Scale',
  'coordination.v1.Lease',
  'discovery.v1.EndpointSlice',
  'events.v1.Event',
  'meta.v1.DeleteOptions',
  'meta.v1.Status',
  'node.v1.RuntimeClass',
  'policy.v1.Eviction',
  'scheduling.v1.PriorityClass',
];

/** Messages that are a single JSON value; each has its own reader in the codec. */
const values = {
  'meta.v1.Time': 'time',
  'meta.v1.MicroTime': 'microTime',
  'meta.v1.Duration': 'duration',
  'meta.v1.FieldsV1': 'fields',
  'resource.Quantity': 'quantity',
  'intstr.IntOrString': 'intOrString',
  'runtime.RawExtension': 'embedded',
  'apiextensions.v1.JSON': 'json',
  'apiextensions.v1.JSONSchemaPropsOrArray': 'schemaOrArray',
  'apiextensions.v1.JSONSchemaPropsOrBool': 'schemaOrBool',
  'apiextensions.v1.JSONSchemaPropsOrStringArray': 'schemaOrStrings',
};

/** Struct fields that JSON flattens into their parent, by the field's name and type. */
const inlined = new Set([
  'ephemeralContainerCommon core.v1.EphemeralContainerCommon',
  'handler core.v1.ProbeHandler',
  'localObjectReference core.v1.LocalObjectReference',
  'persistentVolumeSource core.v1.PersistentVolumeSource',
  'volumeSource core.v1.VolumeSource',
]);

const scalars = new Set(['string', 'bool', 'int32', 'int64', 'double', 'bytes']);

function shortName(message) {
  return message
    .replace(/^apiextensions_apiserver\.pkg\.apis\./, '')
    .replace(/^apimachinery\.pkg\.(apis\.|api\.|util\.)?/, '')
    .replace(/^api\./, '');
}

function resolve(type, owner, messages) {
  if (type.startsWith('[]')) return `[]${resolve(type.slice(2), owner, messages)}`;
  const map = /^map<string,(.*)>$/.exec(type);
  if (map) return `map:${resolve(map[1], owner, messages)}`;
  if (scalars.has(type)) return type;
  const full = type.startsWith('.') ? type.slice(1) : `${owner.slice(0, owner.lastIndexOf('.'))}.${type}`;
  if (!messages[full]) throw new Error(`${owner}: type ${type} is not in the input`);
  const name = shortName(full);
  return values[name] ?? name;
}

/** JSON names differ from protobuf names only here: the JSON schema of custom resources and one uid. */
function jsonName(owner, name) {
  if (name === 'uID') return 'uid';
  if (!owner.endsWith('.JSONSchemaProps')) return name;
  if (name === 'ref' || name === 'schema') return `$${name}`;
  return name.startsWith('xKubernetes') ? name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`) : name;
}

function requiredFields(name) {
  const [group, version, type] = name.split('.');
  const file = new URL(`../node_modules/kubernetes-types/${group}/${version}.d.ts`, import.meta.url);
  if (!existsSync(file)) return new Set();
  const body =
    new RegExp(`export interface ${type} \\{\\n([\\s\\S]*?)\\n\\}`).exec(readFileSync(file, 'utf8'))?.[1] ?? '';
  return new Set([...body.matchAll(/^ {4}"?([$\w-]+)"?:/gm)].map((match) => match[1]));
}

function extract(messages) {
  const fullNames = new Map(Object.keys(messages).map((full) => [shortName(full), full]));
  const types = {};
  const queue = [...roots];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    if (types[name]) continue;
    const full = fullNames.get(name);
    if (!full) throw new Error(`no message for ${name}`);
    const required = requiredFields(name);
    types[name] = messages[full].map((line) => {
      const [number, field, written] = line.split(' ');
      const pointer = written.endsWith('?');
      const type = resolve(pointer ? written.slice(0, -1) : written, full, messages);
      const inner = type.replace(/^(\[\]|map:)+/, '');
      if (inner.includes('.')) queue.push(inner);
      // A schema may hold schemas at places whose type is a single JSON value.
      if (inner.startsWith('schemaOr')) queue.push('apiextensions.v1.JSONSchemaProps');
      const marks = [
        pointer && '?',
        inlined.has(`${field} ${type}`) && 'inline',
        required.has(jsonName(name, field)) && 'required',
      ];
      return [number, jsonName(name, field), type, ...marks.filter(Boolean)].join(' ');
    });
  }
  return Object.fromEntries(Object.entries(types).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const [input] = process.argv.slice(2);
if (!input) {
  console.error('usage: node scripts/extract-schema.mjs MESSAGES.json');
  process.exit(2);
}
const types = extract(JSON.parse(readFileSync(input, 'utf8')));
const output = new URL('../src/cluster/schema/kubernetes-types.json', import.meta.url);
writeFileSync(output, `${JSON.stringify(types, null, 2)}\n`);
console.log(`${Object.keys(types).length} types, ${Object.values(types).flat().length} fields`);
