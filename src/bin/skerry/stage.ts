import { childOf, EdgeError, type Log } from '../../lib/index.js';
import type { Layout } from './layout.js';
import { type PartSpec, startPart } from './part.js';
import { type Ports, portsAt } from './ports.js';
import type { createReleaseStack } from './release-stack.js';
import type { Report } from './report.js';
import type { Settings } from './settings.js';

const stepMs = 120_000;

/** What every step of a start works with. Whatever a step starts it puts on `held`, also when it fails later. */
export interface Stage {
  readonly layout: Layout;
  readonly settings: Settings;
  readonly ports: Ports;
  readonly report: Report;
  readonly log: Log;
  readonly held: ReturnType<typeof createReleaseStack>;
  readonly stop: AbortSignal;
  /** Starts a part and settles when `ready` does; the part's early end, the deadline and `stop` end the wait. */
  start<T>(spec: PartSpec, what: string, ready: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

export function createStage(options: Omit<Stage, 'ports' | 'start'>): Stage {
  const { settings, report, log, held, stop } = options;
  return {
    ...options,
    ports: portsAt(settings.portOffset),
    async start(spec, what, ready) {
      report.line(`starting ${what}`);
      const part = startPart(spec, log);
      held.defer(what, () => part.stop());
      const result = await within(stop, (signal) => Promise.race([ready(signal), part.failed]));
      part.markReady();
      return result;
    },
  };
}

/** Runs a step with a deadline. Ctrl-C ends it with `gone`: the caller stops quietly then. */
export async function within<T>(stop: AbortSignal, step: (signal: AbortSignal) => Promise<T>): Promise<T> {
  using limited = childOf(stop);
  const timer = setTimeout(() => limited.abort(), stepMs);
  try {
    return await step(limited.signal);
  } catch (error) {
    if (stop.aborted) throw new EdgeError('gone', 'stopped before everything was ready', { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
    limited.abort();
  }
}
