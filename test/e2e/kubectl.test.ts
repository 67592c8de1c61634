import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { shellPod, untilStopped } from './harness/pods.js';
import { type Skerry, startSkerry } from './harness/skerry.js';

const widgets = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.test' },
  spec: {
    group: 'example.test',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', shortNames: ['wg'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', required: ['size'], properties: { size: { type: 'integer', minimum: 1 } } },
            },
          },
        },
        additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
      },
    ],
  },
};
const widget = (size: unknown) => ({
  apiVersion: 'example.test/v1',
  kind: 'Widget',
  metadata: { name: 'one', namespace: 'default' },
  spec: { size },
});

describe('kubectl against the embedded cluster', () => {
  let skerry: Skerry;
  beforeAll(async () => {
    skerry = await startSkerry();
  });
  afterAll(() => skerry?.[Symbol.asyncDispose]());
  const apply = (object: unknown) => skerry.kubectl.withInput(stringify(object), 'apply');

  it('applies, changes and applies again', async () => {
    const config = (data: Record<string, string>) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'colours', namespace: 'default' },
      data,
    });
    expect((await apply(config({ sky: 'blue', sea: 'grey' }))).stdout).toContain('configmap/colours created');
    expect((await apply(config({ sky: 'blue', sea: 'grey' }))).stdout).toContain('configmap/colours unchanged');
    expect((await apply(config({ sky: 'black' }))).stdout).toContain('configmap/colours configured');
    expect(await skerry.kubectl('get', 'configmap', 'colours', '-o', 'jsonpath={.data}')).toBe('{"sky":"black"}');
  });

  it('applies a pod and waits for it', async () => {
    expect((await apply(shellPod('applied', `echo hi; ${untilStopped}`))).stdout).toContain('pod/applied created');
    await skerry.kubectl('wait', '--for=condition=Ready', 'pod/applied', '--timeout=90s');
    expect(await skerry.kubectl('get', 'pods')).toMatch(/applied +1\/1 +Running +0/);
    expect(await skerry.kubectl('logs', 'applied', '--tail=1')).toBe('hi');
    expect(await skerry.kubectl('logs', 'applied', '--timestamps')).toMatch(/^\d{4}-\d\d-\d\dT\S+ hi$/m);
  });

  it('labels, selects and annotates', async () => {
    await skerry.kubectl('label', 'pod', 'applied', 'tier=front');
    expect(await skerry.kubectl('get', 'pods', '-l', 'tier in (front,back)', '-o', 'name')).toBe('pod/applied');
    expect(await skerry.kubectl('get', 'pods', '-l', 'tier!=front', '-o', 'name')).not.toContain('pod/applied');
    expect((await skerry.kubectl.attempt('label', 'pod', 'applied', 'tier=back')).exitCode).toBe(1);
    await skerry.kubectl('label', 'pod', 'applied', 'tier-');
    await skerry.kubectl('annotate', 'pod', 'applied', 'note=by hand');
    expect(await skerry.kubectl('get', 'pod', 'applied', '-o', 'jsonpath={.metadata.annotations.note}')).toBe(
      'by hand',
    );
  });

  it('edits through an editor', async () => {
    const editor = join(skerry.state, 'editor.sh');
    await writeFile(editor, '#!/bin/sh\nsed -i "s/sky: black/sky: red/" "$1"\n', { mode: 0o755 });
    process.env.KUBE_EDITOR = editor;
    try {
      expect(await skerry.kubectl('edit', 'configmap', 'colours')).toContain('configmap/colours edited');
    } finally {
      delete process.env.KUBE_EDITOR;
    }
    expect(await skerry.kubectl('get', 'configmap', 'colours', '-o', 'jsonpath={.data.sky}')).toBe('red');
  });

  it('describes what it shows', async () => {
    const pod = await skerry.kubectl('describe', 'pod', 'applied');
    expect(pod).toMatch(/Node: +edge-e2e/);
    expect(pod).toMatch(/Status: +Running/);
    const node = await skerry.kubectl('describe', 'node', 'edge-e2e');
    expect(node).toMatch(/Container Runtime Version: +containerd:\/\//);
    expect(node).toContain('applied');
  });

  it('deletes', async () => {
    expect(await skerry.kubectl('delete', 'pod', 'applied', '--timeout=60s')).toContain('deleted');
    const gone = await skerry.kubectl.attempt('get', 'pod', 'applied');
    expect(gone.exitCode).toBe(1);
    expect(gone.stderr).toContain('Error from server (NotFound): pods "applied" not found');
  });

  it('creates namespaces, secrets and service accounts', async () => {
    await skerry.kubectl('create', 'ns', 'team');
    await skerry.kubectl('create', 'secret', 'generic', 'key', '--from-literal=a=b', '-n', 'team');
    await skerry.kubectl('create', 'configmap', 'settings', '--from-literal=a=b', '-n', 'team');
    await skerry.kubectl('create', 'serviceaccount', 'robot', '-n', 'team');
    expect(await skerry.kubectl('get', 'secret', 'key', '-n', 'team', '-o', 'jsonpath={.data.a}')).toBe('Yg==');
    const twice = await skerry.kubectl.attempt('create', 'ns', 'team');
    expect(twice.stderr).toContain('(AlreadyExists): namespaces "team" already exists');
    await skerry.kubectl('delete', 'ns', 'team', '--timeout=60s');
    expect((await skerry.kubectl.attempt('get', 'secret', 'key', '-n', 'team')).stderr).toContain('NotFound');
  });

  it('takes custom resource definitions and their objects', async () => {
    expect((await apply(widgets)).stdout).toContain('widgets.example.test created');
    await skerry.kubectl('wait', '--for=condition=Established', 'crd/widgets.example.test', '--timeout=30s');
    const created = await apply(widget(3));
    expect(created.stderr + created.stdout).toContain('widget.example.test/one created');
    expect(await skerry.kubectl('get', 'wg')).toMatch(/NAME +SIZE\none +3/);
    const refused = await apply(widget(0));
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('spec.size');
    await skerry.kubectl('delete', 'crd', 'widgets.example.test', '--timeout=30s');
    expect((await skerry.kubectl.attempt('get', 'wg')).exitCode).toBe(1);
  });

  it('tells what it serves', async () => {
    const served = await skerry.kubectl('api-resources');
    for (const kind of ['Pod', 'Node', 'ConfigMap', 'Secret', 'Lease', 'RuntimeClass', 'CustomResourceDefinition']) {
      expect(served).toMatch(new RegExp(`\\b${kind}$`, 'm'));
    }
    expect(await skerry.kubectl('explain', 'pod.spec.containers.image')).toMatch(/FIELD: +image/);
  });

  it('refuses server-side apply by name', async () => {
    const refused = await skerry.kubectl.withInput(stringify(widget(1)), 'apply', '--server-side');
    expect(refused.exitCode).not.toBe(0);
  });
});
