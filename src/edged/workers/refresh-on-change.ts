import type { PodSpec } from '../../kube/index.js';
import type { Log } from '../../lib/index.js';
import { allContainers } from '../pod/desired-pod.js';
import type { ObjectReader } from '../ports.js';
import type { PodWorkers } from './pod-workers.js';

/** Pods see changed configMaps and secrets in their volumes, and start when a missing one appears (facts kubelet-on-cri §6). */
export async function refreshOnChange(
  { objects, workers, log }: { objects: Pick<ObjectReader, 'changed'>; workers: PodWorkers; log: Log },
  signal: AbortSignal,
): Promise<void> {
  for await (const { kind, key } of objects.changed(signal)) {
    for (const worker of workers.list()) {
      const { namespace, spec, uid } = worker.desired;
      if (namespace !== key.namespace || !refersTo(spec, kind, key.name)) continue;
      log.debug({ podUid: uid, kind, name: key.name }, 'object of a pod changed');
      worker.refresh();
    }
  }
}

/** Whether a pod's volumes or environment name an object. */
export function refersTo(spec: PodSpec, kind: 'ConfigMap' | 'Secret', name: string): boolean {
  const configMap = kind === 'ConfigMap';
  const inVolumes = (spec.volumes ?? []).some((volume) => {
    const direct = configMap ? volume.configMap?.name : volume.secret?.secretName;
    const projected = volume.projected?.sources?.some(
      (source) => (configMap ? source.configMap : source.secret)?.name === name,
    );
    return direct === name || projected === true;
  });
  if (inVolumes) return true;
  return allContainers(spec).some((container) => {
    const whole = container.envFrom?.some((from) => (configMap ? from.configMapRef : from.secretRef)?.name === name);
    const one = container.env?.some(
      ({ valueFrom }) => (configMap ? valueFrom?.configMapKeyRef : valueFrom?.secretKeyRef)?.name === name,
    );
    return whole === true || one === true;
  });
}
