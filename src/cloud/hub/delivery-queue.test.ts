import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMessage, type Message } from '../../wire/index.js';
import { createDeliveryQueue } from './delivery-queue.js';

const message = (name: string, version: string, operation = 'update', content: object = {}): Message =>
  createMessage({ operation, resource: `default/pod/${name}`, resourceVersion: version, content });

function setUp(window = 1) {
  const sent: Message[] = [];
  const acked: Message[] = [];
  const queue = createDeliveryQueue({
    window,
    transmit: (item) => void sent.push(item),
    onAcked: (item) => void acked.push(item),
    resendMs: 5_000,
  });
  return { queue, sent, acked, versions: () => sent.map(({ resourceVersion }) => resourceVersion) };
}

describe('the delivery queue', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('lets one message at a time wait for its ack', () => {
    const { queue, acked, versions, sent } = setUp();
    queue.push('a', message('a', '1'));
    queue.push('b', message('b', '2'));
    expect(versions()).toEqual(['1']);
    expect(queue.ack('unknown')).toBe(false);
    expect(queue.ack(sent[0]?.id)).toBe(true);
    expect(queue.ack(sent[0]?.id)).toBe(false);
    expect(versions()).toEqual(['1', '2']);
    expect(acked).toEqual([sent[0]]);
  });

  it('keeps only the newest waiting version of an object, in the place of the first', () => {
    const { queue, sent, versions } = setUp();
    queue.push('a', message('a', '1'));
    queue.push('b', message('b', '2'));
    queue.push('c', message('c', '3'));
    queue.push('b', message('b', '10'));
    queue.push('b', message('b', '9'));
    queue.ack(sent[0]?.id);
    queue.ack(sent[1]?.id);
    expect(versions()).toEqual(['1', '10', '3']);
  });

  it('lets nothing replace a waiting delete', () => {
    const { queue, sent } = setUp();
    queue.push('a', message('a', '1'));
    queue.push('a', message('a', '2', 'delete'));
    queue.push('a', message('a', '3'));
    queue.ack(sent[0]?.id);
    expect(sent.map(({ operation }) => operation)).toEqual(['update', 'delete']);
  });

  it('keeps the order of messages about one name, whatever the window', () => {
    const { queue, sent, versions } = setUp(8);
    queue.push('old', message('a', '1'));
    queue.push('old', message('a', '2', 'delete'));
    queue.push('new', message('a', '3', 'insert'));
    queue.push('b', message('b', '4'));
    expect(versions()).toEqual(['1', '4']);
    queue.ack(sent[0]?.id);
    expect(versions()).toEqual(['1', '4', '2']);
    queue.ack(sent[2]?.id);
    expect(versions()).toEqual(['1', '4', '2', '3']);
  });

  it('repeats the same bytes five times, then lets others go first', () => {
    const { queue, sent } = setUp();
    queue.push('a', message('a', '1'));
    queue.push('b', message('b', '2'));
    vi.advanceTimersByTime(24_999);
    expect(sent.map(({ id }) => id)).toEqual(Array(5).fill(sent[0]?.id));
    vi.advanceTimersByTime(1);
    expect(sent.at(-1)?.resourceVersion).toBe('2');
    queue.ack(sent.at(-1)?.id);
    expect(sent.at(-1)?.id).toBe(sent[0]?.id);
  });

  it('says nothing more once closed', () => {
    const { queue, sent } = setUp();
    queue.push('a', message('a', '1'));
    queue.close();
    vi.advanceTimersByTime(60_000);
    expect(sent).toHaveLength(1);
    expect(queue.size).toBe(0);
  });
});
