import { hasCode, type Log } from '../../lib/index.js';
import { formatResource, type Message } from '../../wire/index.js';
import type { CloudConnection } from '../hub/index.js';
import type { ObjectIntake } from './object-intake.js';
import type { ObjectRows } from './object-rows.js';
import type { Delivery, OutboxOptions } from './outbox.js';
import type { Report } from './outbox-rows.js';
import { readReply } from './reply.js';
import { messageOfReport } from './report-message.js';
import type { Requests } from './requests.js';

const maxConflicts = 20;

export interface ReportDelivery extends Pick<OutboxOptions, 'deliver' | 'sendEvents'> {}

/** Sends reports and reads what became of them. @param options.nodeMissing called when the cloud has no Node of ours */
export function createReportDelivery(options: {
  readonly rows: ObjectRows;
  readonly intake: ObjectIntake;
  readonly requests: Requests;
  readonly timeoutMs: number;
  readonly nodeMissing: () => void;
  readonly log: Log;
}): ReportDelivery {
  const { rows, intake, requests, timeoutMs, nodeMissing, log } = options;
  const conflicts = new Map<string, number>();

  /** The object an answer brings is the newest the cloud has; queued now, it commits with the report's removal. */
  const keepAnswer = (report: Report, answer: Record<string, unknown> | undefined) => {
    const resource = answer && resourceOf(report);
    if (!resource) return;
    intake.put(resource, answer).catch((error: unknown) => {
      log.debug({ err: error, resource }, 'object in the answer to a report was not stored');
    });
  };
  const refused = (slot: string, report: Report, error: unknown): Delivery => {
    if (hasCode(error, 'conflict')) {
      // Another UID under that name stays so; writers that met do not.
      const seen = (conflicts.get(slot) ?? 0) + 1;
      conflicts.set(slot, seen);
      if (seen < maxConflicts) return { kind: 'kept', error };
    } else if (!hasCode(error, 'not-found', 'gone', 'invalid', 'too-large')) {
      return { kind: 'kept', error };
    }
    conflicts.delete(slot);
    if (report.kind === 'nodeStatus' && hasCode(error, 'not-found')) nodeMissing();
    const level = hasCode(error, 'not-found', 'gone') ? 'debug' : 'warn';
    log[level]({ err: error, slot }, 'the cloud does not take this report: it is dropped');
    return { kind: 'obsolete', error };
  };
  return {
    async deliver({ slot }, report, certain, signal) {
      const message = messageOfReport(report, rows, certain);
      if (!message) return { kind: 'obsolete' };
      const reply = await requests.ask(message, { timeoutMs, signal });
      try {
        keepAnswer(report, readReply(reply));
        conflicts.delete(slot);
        return { kind: 'delivered' };
      } catch (error) {
        return refused(slot, report, error);
      }
    },
    async sendEvents(reports, connection: CloudConnection) {
      const messages = reports
        .map((report) => messageOfReport(report, rows, false))
        .filter((message): message is Message => message !== undefined);
      await Promise.all(messages.map((message) => connection.link.send(message)));
      await connection.barrier();
    },
  };
}

function resourceOf(report: Report): string | undefined {
  if (report.kind === 'podStatus') return formatResource({ ...identity(report.pod), type: 'pod' });
  if (report.kind === 'nodeStatus') return formatResource({ type: 'node', name: report.node.metadata?.name ?? '' });
  return undefined;
}

const identity = ({ namespace, name }: { namespace: string; name: string }) => ({ namespace, name });
