import { describe, expect, it } from 'vitest';
import { createMessage, groups, sources } from '../../wire/index.js';
import { needsAck } from './ack-rule.js';

const object = { kind: 'X', metadata: { uid: 'u' } };
const from = (
  source: string,
  resource: string,
  operation: string,
  content: unknown = object,
  group: string = groups.resource,
) => needsAck(createMessage({ source, group, resource, operation, content }));

describe('the no-ack rule', () => {
  it.each([
    ['default/pod/p', 'insert'],
    ['default/pod/p', 'delete'],
    ['default/secret/s', 'response'],
    ['null/node/n', 'update'],
  ])('waits for the ack of %s %s', (resource, operation) => {
    expect(from(sources.edgeController, resource, operation)).toBe(true);
  });

  it.each([
    ['default/pod/p', 'response', object],
    ['null/node/n', 'response', object],
    ['null/nodepatch/n', 'response', object],
    ['default/podpatch/p', 'response', object],
    ['kube-node-lease/lease/n', 'response', object],
    ['default/serviceaccounttoken/sa', 'response', object],
    ['default/secret/s', 'response', 'OK'],
    ['default/secret/s', 'error', 'NotFound: no'],
    ['default/secret/s', 'response', { ErrStatus: {} }],
  ])('sends %s %s without', (resource, operation, content) => {
    expect(from(sources.edgeController, resource, operation, content)).toBe(false);
  });

  it('knows the other modules', () => {
    expect(from(sources.deviceController, 'default/device/d', 'insert')).toBe(true);
    expect(from(sources.taskManager, 'j/node/n', 'Check', object, groups.taskManager)).toBe(false);
    expect(from(sources.dynamicController, 'ignore/Application/ignore', 'applicationResponse')).toBe(false);
    expect(from(sources.deviceController, 'membership', 'update')).toBe(false);
  });
});
