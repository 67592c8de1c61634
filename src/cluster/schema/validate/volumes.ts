import type { Volume } from '../../../kube/index.js';
import type { FieldError } from '../../kind.js';
import { child, duplicate, forbidden, invalid, required } from '../field-error.js';
import { dnsLabel } from './names.js';

/** Names are unique, each volume has one source, and the sources edged knows have what they need. */
export function validateVolumes(volumes: readonly Volume[], path: string): FieldError[] {
  const names = new Set<string>();
  return volumes.flatMap((volume, index) => {
    const at = `${path}[${index}]`;
    const errors: FieldError[] = [];
    const problem = volume.name ? dnsLabel(volume.name) : undefined;
    if (!volume.name) errors.push(required(child(at, 'name')));
    if (problem) errors.push(invalid(child(at, 'name'), volume.name, problem));
    if (names.has(volume.name)) errors.push(duplicate(child(at, 'name'), volume.name));
    names.add(volume.name);
    const sources = Object.keys(volume).filter((field) => field !== 'name');
    if (sources.length > 1) {
      errors.push(forbidden(child(at, sources[1] ?? ''), 'may not specify more than 1 volume type'));
    }
    return [...errors, ...validateSource(volume, at)];
  });
}

function validateSource(volume: Volume, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (volume.hostPath) {
    if (!volume.hostPath.path) errors.push(required(`${path}.hostPath.path`));
    else if (volume.hostPath.path.split('/').includes('..')) {
      errors.push(invalid(`${path}.hostPath.path`, volume.hostPath.path, "must not contain '..'"));
    }
  }
  if (volume.secret && !volume.secret.secretName) errors.push(required(`${path}.secret.secretName`));
  if (volume.configMap && !volume.configMap.name) errors.push(required(`${path}.configMap.name`));
  if (volume.persistentVolumeClaim && !volume.persistentVolumeClaim.claimName) {
    errors.push(required(`${path}.persistentVolumeClaim.claimName`));
  }
  const lists: [string, { path: string }[] | undefined][] = [
    ['secret', volume.secret?.items],
    ['configMap', volume.configMap?.items],
    ['downwardAPI', volume.downwardAPI?.items],
  ];
  for (const [source, items] of lists) {
    for (const [index, item] of (items ?? []).entries()) {
      errors.push(...validateRelative(item.path, `${path}.${source}.items[${index}].path`));
    }
  }
  for (const source of ['secret', 'configMap', 'downwardAPI', 'projected'] as const) {
    const mode = volume[source]?.defaultMode;
    if (mode !== undefined && (mode < 0 || mode > 0o777)) {
      errors.push(
        invalid(`${path}.${source}.defaultMode`, mode, 'must be a number between 0 and 0777 (octal), both inclusive'),
      );
    }
  }
  return errors;
}

function validateRelative(value: string | undefined, field: string): FieldError[] {
  if (!value) return [required(field)];
  if (value.startsWith('/')) return [invalid(field, value, 'must be a relative path')];
  return value.split('/').includes('..') ? [invalid(field, value, "must not contain '..'")] : [];
}
