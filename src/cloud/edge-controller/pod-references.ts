import type { Container, Pod } from '../../kube/index.js';

/** What a pod reads besides itself, as `namespace/name`. */
export interface PodReferences {
  readonly configMaps: readonly string[];
  readonly secrets: readonly string[];
  readonly claims: readonly string[];
}

/**
 * Every configmap, secret and claim the pod can ask for: volumes (projected and CSI ones too), environment of
 * all kinds of containers, image pull secrets. Wider than facts cloudhub-wire §8.3, which forgets init containers.
 */
export function referencesOf(pod: Pod): PodReferences {
  const { spec, metadata } = pod;
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  const claims = new Set<string>();
  const add = (set: Set<string>, name: string | undefined) => {
    if (name) set.add(`${metadata?.namespace ?? 'default'}/${name}`);
  };

  for (const volume of spec?.volumes ?? []) {
    add(configMaps, volume.configMap?.name);
    add(secrets, volume.secret?.secretName);
    add(secrets, volume.csi?.nodePublishSecretRef?.name);
    add(claims, volume.persistentVolumeClaim?.claimName);
    if (volume.ephemeral) add(claims, `${metadata?.name}-${volume.name}`);
    for (const source of volume.projected?.sources ?? []) {
      add(configMaps, source.configMap?.name);
      add(secrets, source.secret?.name);
    }
  }
  const containers: Pick<Container, 'env' | 'envFrom'>[] = [
    ...(spec?.initContainers ?? []),
    ...(spec?.containers ?? []),
    ...(spec?.ephemeralContainers ?? []),
  ];
  for (const { env = [], envFrom = [] } of containers) {
    for (const { valueFrom } of env) {
      add(configMaps, valueFrom?.configMapKeyRef?.name);
      add(secrets, valueFrom?.secretKeyRef?.name);
    }
    for (const { configMapRef, secretRef } of envFrom) {
      add(configMaps, configMapRef?.name);
      add(secrets, secretRef?.name);
    }
  }
  for (const { name } of spec?.imagePullSecrets ?? []) add(secrets, name);
  return { configMaps: [...configMaps], secrets: [...secrets], claims: [...claims] };
}
