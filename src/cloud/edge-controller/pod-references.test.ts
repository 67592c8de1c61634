import { describe, expect, it } from 'vitest';
import { referencesOf } from './pod-references.js';

describe('what a pod reads', () => {
  it('is found in volumes, projected sources, every kind of container and pull secrets', () => {
    const references = referencesOf({
      metadata: { name: 'p', namespace: 'ns' },
      spec: {
        imagePullSecrets: [{ name: 'pull' }],
        volumes: [
          { name: 'a', configMap: { name: 'cm-volume' } },
          { name: 'b', secret: { secretName: 'volume' } },
          {
            name: 'c',
            projected: { sources: [{ secret: { name: 'projected' } }, { configMap: { name: 'cm-projected' } }] },
          },
          { name: 'd', persistentVolumeClaim: { claimName: 'claim' } },
          { name: 'e', ephemeral: {} },
        ],
        initContainers: [
          { name: 'i', envFrom: [{ configMapRef: { name: 'cm-init' } }, { secretRef: { name: 'init' } }] },
        ],
        containers: [
          {
            name: 'c',
            env: [
              { name: 'A', valueFrom: { configMapKeyRef: { name: 'cm-env', key: 'k' } } },
              { name: 'B', valueFrom: { secretKeyRef: { name: 'env', key: 'k' } } },
              { name: 'C', value: 'literal' },
            ],
          },
        ],
      },
    });
    expect([...references.configMaps].sort()).toEqual(['ns/cm-env', 'ns/cm-init', 'ns/cm-projected', 'ns/cm-volume']);
    expect([...references.secrets].sort()).toEqual(['ns/env', 'ns/init', 'ns/projected', 'ns/pull', 'ns/volume']);
    expect(references.claims).toEqual(['ns/claim', 'ns/p-e']);
  });

  it('is nothing for an empty pod', () => {
    expect(referencesOf({})).toEqual({ configMaps: [], secrets: [], claims: [] });
  });
});
