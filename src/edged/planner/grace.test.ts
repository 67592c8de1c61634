import { describe, expect, it } from 'vitest';
import { killGrace } from './grace.js';

const spec = (terminationGracePeriodSeconds?: number) =>
  ({ containers: [], ...(terminationGracePeriodSeconds !== undefined && { terminationGracePeriodSeconds }) }) as const;

describe('the grace of a container', () => {
  it('is what the deletion grants, else what the pod asks for', () => {
    expect(killGrace({ spec: { ...spec(30), containers: [] }, ending: { graceSeconds: 5, remove: true } })).toBe(5);
    expect(killGrace({ spec: { ...spec(30), containers: [] } })).toBe(30);
  });

  it.each([0, 1, undefined])('is one second at the least: %s', (asked) => {
    expect(killGrace({ spec: { ...spec(asked), containers: [] } })).toBe(1);
  });
});
