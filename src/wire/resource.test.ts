import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatResource, nodeOf, parseResource, withNode, withoutNode } from './resource.js';

describe('the resource grammar', () => {
  it('reads namespaced and cluster-scoped resources, with and without a name', () => {
    expect(parseResource('default/pod/nginx')).toEqual({ namespace: 'default', type: 'pod', name: 'nginx' });
    expect(parseResource('null/node/edge1')).toEqual({ type: 'node', name: 'edge1' });
    expect(parseResource('k8s/ca.crt')).toEqual({ namespace: 'k8s', type: 'ca.crt' });
  });

  it.each(['', 'node', '/pod/x', 'default//x', 'default/pod/'])('refuses %j', (text) => {
    expect(() => parseResource(text)).toThrow(expect.objectContaining({ code: 'invalid' }));
  });

  it('writes what it reads', () => {
    const segment = fc.stringMatching(/^[a-z0-9.-]{1,12}$/);
    fc.assert(
      fc.property(segment, segment, segment, (namespace, type, name) => {
        const text = `${namespace}/${type}/${name}`;
        expect(formatResource(parseResource(text))).toBe(text);
        expect(withoutNode(withNode(name, text))).toBe(text);
        expect(nodeOf(withNode('edge-1', text))).toBe('edge-1');
      }),
    );
  });

  it('strips the node only in front', () => {
    const task = 'operations.kubeedge.io/v1alpha2/nodeupgradejob/j/node/edge1';
    expect(withoutNode(task)).toBe(task);
    expect(nodeOf(task)).toBe('edge1');
    expect(withoutNode('node/edge1')).toBe('node/edge1');
  });
});
