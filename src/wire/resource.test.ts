import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatResource, parseResource } from './resource.js';

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
      }),
    );
  });
});
