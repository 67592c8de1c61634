import type { Container, PodSpec } from '../../kube/index.js';

/** Names what this version cannot do for a pod: running it without would be a silent lie. */
export function unsupportedFeatures(spec: PodSpec): string[] {
  const found: string[] = [];
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy !== undefined)
      found.push(`restartPolicy of init container ${container.name} (sidecars)`);
    found.push(...containerFeatures(container));
  }
  for (const container of spec.containers) {
    if (container.restartPolicy !== undefined) found.push(`restartPolicy of container ${container.name}`);
    found.push(...containerFeatures(container));
  }
  if (spec.hostUsers === false) found.push('hostUsers: false (user namespaces)');
  if (spec.resourceClaims?.length) found.push('resourceClaims');
  if (spec.os?.name !== undefined && spec.os.name !== 'linux') found.push(`os ${spec.os.name}`);
  return found;
}

function containerFeatures(container: Container): string[] {
  const of = `of container ${container.name}`;
  return [
    ...(container.livenessProbe ? [`livenessProbe ${of}`] : []),
    ...(container.readinessProbe ? [`readinessProbe ${of}`] : []),
    ...(container.startupProbe ? [`startupProbe ${of}`] : []),
    ...(container.lifecycle?.postStart ? [`lifecycle.postStart ${of}`] : []),
    ...(container.lifecycle?.preStop ? [`lifecycle.preStop ${of}`] : []),
    ...(container.volumeDevices?.length ? [`volumeDevices ${of}`] : []),
  ];
}
