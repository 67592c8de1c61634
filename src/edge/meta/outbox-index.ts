import type { OutboxEntry } from './outbox-rows.js';

/** The entries of the outbox in memory, by lane and in order, so that sending reads no more than it sends. */
export interface OutboxIndex {
  put(entry: OutboxEntry): void;
  remove(entry: Pick<OutboxEntry, 'lane' | 'slot' | 'version'>): void;
  removeLane(lane: string): void;
  /** The first entries of a lane, in order. */
  head(lane: string, count: number): OutboxEntry[];
  readonly lanes: Iterable<string>;
  readonly size: number;
}

export function createOutboxIndex(entries: readonly OutboxEntry[]): OutboxIndex {
  // A Map keeps the place of a slot that is set again, as the table keeps its `seq`.
  const lanes = new Map<string, Map<string, OutboxEntry>>();
  let size = 0;
  const put = (entry: OutboxEntry) => {
    const lane = lanes.get(entry.lane) ?? new Map<string, OutboxEntry>();
    if (!lane.has(entry.slot)) size += 1;
    lane.set(entry.slot, entry);
    lanes.set(entry.lane, lane);
  };
  for (const entry of entries) put(entry);
  return {
    put,
    remove({ lane: name, slot, version }) {
      const lane = lanes.get(name);
      if (lane?.get(slot)?.version !== version) return;
      lane.delete(slot);
      size -= 1;
      if (lane.size === 0) lanes.delete(name);
    },
    removeLane(name) {
      size -= lanes.get(name)?.size ?? 0;
      lanes.delete(name);
    },
    head(name, count) {
      const first: OutboxEntry[] = [];
      for (const entry of lanes.get(name)?.values() ?? []) {
        if (first.length >= count) break;
        first.push(entry);
      }
      return first;
    },
    get lanes() {
      return lanes.keys();
    },
    get size() {
      return size;
    },
  };
}
