import type { CoreEvent, KubeObject } from '../../kube/index.js';
import { ageOf } from './age.js';
import { type Column, shown, wide } from './column.js';

/** Both event kinds show the same columns: fields are read from either shape. */
interface AnyEvent extends Omit<CoreEvent, 'involvedObject'> {
  involvedObject?: CoreEvent['involvedObject'];
  regarding?: CoreEvent['involvedObject'];
  note?: string;
  deprecatedSource?: CoreEvent['source'];
  deprecatedCount?: number;
  deprecatedFirstTimestamp?: string;
  deprecatedLastTimestamp?: string;
  reportingController?: string;
}

const read = (object: KubeObject) => object as AnyEvent;

export const eventColumns: readonly Column[] = [
  shown('Last Seen', lastSeen),
  shown('Type', (event) => read(event).type ?? ''),
  shown('Reason', (event) => read(event).reason ?? ''),
  shown('Object', objectText),
  wide('Subobject', (event) => (read(event).involvedObject ?? read(event).regarding)?.fieldPath ?? ''),
  wide('Source', sourceText),
  shown('Message', (event) => (read(event).message ?? read(event).note ?? '').trim()),
  wide('First Seen', firstSeen),
  wide('Count', (event) => countOf(read(event)), 'integer'),
  wide('Name', (event) => event.metadata?.name),
];

function lastSeen(object: KubeObject, now: Date): string {
  const event = read(object);
  const last = event.series?.lastObservedTime ?? event.lastTimestamp ?? event.deprecatedLastTimestamp;
  return last ? ageOf(last, now) : firstSeen(object, now);
}

function firstSeen(object: KubeObject, now: Date): string {
  const event = read(object);
  return ageOf(event.firstTimestamp ?? event.deprecatedFirstTimestamp ?? event.eventTime, now);
}

function countOf(event: AnyEvent): number {
  return event.series?.count ?? event.count ?? event.deprecatedCount ?? 1;
}

function objectText(object: KubeObject): string {
  const target = read(object).involvedObject ?? read(object).regarding;
  const kind = (target?.kind ?? '').toLowerCase();
  return target?.name ? `${kind}/${target.name}` : kind;
}

function sourceText(object: KubeObject): string {
  const event = read(object);
  const source = event.source ?? event.deprecatedSource;
  const component = source?.component || event.reportingComponent || event.reportingController || '';
  const host = source?.host || (source?.component ? '' : event.reportingInstance) || '';
  return host ? `${component}, ${host}` : component;
}
