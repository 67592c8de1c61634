import { type ChildProcess, spawn } from 'node:child_process';
import { access, rm, watch } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { childOf, createBackoff, type Log, messageOf, pause } from '../../lib/index.js';
import { openLogFile, writeProcessFile } from './process-file.js';

/** One program the supervisor keeps running. */
export interface PartSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** How long it may take from SIGTERM to its end. */
  readonly graceMs: number;
  readonly logFile: string;
  readonly processFile: string;
  /** While it exists a part that ended is not started again. */
  readonly holdFile: string;
}

/** A running part. `failed` rejects when the first run ends before `markReady`; later ends are answered with restarts. */
export interface Part {
  readonly failed: Promise<never>;
  markReady(): void;
  stop(): Promise<void>;
}

const steadyMs = 60_000;

/**
 * Starts a part in its own process group (Ctrl-C at the terminal reaches the supervisor alone, which
 * stops the parts in order) and restarts it with back-off when it ends by itself.
 */
export function startPart(spec: PartSpec, log: Log): Part {
  const stop = new AbortController();
  let ready = false;
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {});

  const keepRunning = async () => {
    const backoff = createBackoff({ baseMs: 500, maxMs: 30_000 });
    while (!stop.signal.aborted) {
      const startedAt = performance.now();
      const end = await runOnce(spec, stop.signal).catch(messageOf);
      if (stop.signal.aborted) return;
      if (!ready) {
        fail(new Error(`${spec.name} ended before it was ready (${end}): see ${spec.logFile}.`));
        return;
      }
      if (performance.now() - startedAt > steadyMs) backoff.reset();
      const wait = backoff.next();
      log.warn({ part: spec.name, end, waitMs: wait }, 'ended by itself, will be restarted');
      await pause(wait, stop.signal);
      if (await released(spec.holdFile, stop.signal)) backoff.reset();
    }
  };
  const running = keepRunning().catch((error: unknown) => {
    log.error({ part: spec.name, err: error }, 'cannot be supervised any more');
    fail(error instanceof Error ? error : new Error(messageOf(error)));
  });

  return {
    failed,
    markReady() {
      ready = true;
    },
    async stop() {
      stop.abort();
      await running;
    },
  };
}

/** Settles with the way it ended, in words. */
async function runOnce(spec: PartSpec, stop: AbortSignal): Promise<string> {
  const output = await openLogFile(spec.logFile);
  try {
    const child = spawn(spec.command, spec.args, { stdio: ['ignore', output.fd, output.fd], detached: true });
    const ended = endOf(child);
    try {
      if (child.pid !== undefined) await writeProcessFile(spec.processFile, child.pid);
    } catch (error) {
      // Nobody could find it again.
      child.kill('SIGKILL');
      await ended;
      throw error;
    }
    let hard: NodeJS.Timeout | undefined;
    const end = () => {
      child.kill('SIGTERM');
      hard = setTimeout(() => child.kill('SIGKILL'), spec.graceMs);
    };
    if (stop.aborted) end();
    else stop.addEventListener('abort', end, { once: true });
    try {
      return await ended;
    } finally {
      clearTimeout(hard);
      stop.removeEventListener('abort', end);
    }
  } finally {
    await output.close();
    await rm(spec.processFile, { force: true });
  }
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
}

/** Waits until nobody holds the part down. True when somebody did. */
async function released(holdFile: string, stop: AbortSignal): Promise<boolean> {
  const held = () =>
    access(holdFile).then(
      () => true,
      () => false,
    );
  using watching = childOf(stop);
  const changes = watch(dirname(holdFile), { signal: watching.signal });
  if (!(await held())) {
    watching.abort();
    return false;
  }
  try {
    for await (const change of changes) {
      if (change.filename === basename(holdFile) && !(await held())) break;
    }
  } catch (error) {
    if (!stop.aborted) throw error;
  }
  return true;
}
