/** What a program in the fake does: its output, then either an exit or a wait for a signal. */
export interface FakeProgram {
  readonly stdout: string;
  readonly stderr: string;
  /** Undefined: it runs until it is stopped. */
  readonly exitCode: number | undefined;
  /** Exit code on the stop signal; undefined: it ignores the signal, as a first process without a handler does, and is killed. */
  readonly stopCode: number | undefined;
}

/** Exit code of a process killed with SIGKILL. */
export const killedCode = 137;

/**
 * Understands the few words of shell that tests need, with the meaning busybox gives them as the
 * first process of a container: `echo`, `echo … >&2`, `sleep`, `wait`, `exit N`, `true`, `false`,
 * `trap "exit N" TERM`, `env`, chained by `;` or `&` under `sh -c`. Anything else exits 127 as a
 * command that is not there.
 */
export function fakeProgram(argv: readonly string[], env: Readonly<Record<string, string>> = {}): FakeProgram {
  const [command = '', flag, script] = argv;
  const isShell = /(^|\/)(sh|ash)$/.test(command) && flag === '-c';
  const steps = isShell ? (script ?? '').split(/[;&](?!\d)\s*/) : [argv.join(' ')];
  let stdout = '';
  let stderr = '';
  let stopCode: number | undefined;
  const end = (exitCode: number | undefined): FakeProgram => ({ stdout, stderr, exitCode, stopCode });

  for (const step of steps.map((text) => text.trim()).filter(Boolean)) {
    const trap = /^trap ["'](?:exit (\d+))?["'] TERM$/.exec(step);
    const echo = /^(?:\/bin\/)?echo (.*?)( >&2)?$/.exec(step);
    const exit = /^exit (\d+)$/.exec(step);
    if (trap) stopCode = trap[1] === undefined ? undefined : Number(trap[1]);
    else if (echo?.[2]) stderr += `${echo[1]}\n`;
    else if (echo) stdout += `${echo[1]}\n`;
    else if (exit) return end(Number(exit[1]));
    else if (/^(\/bin\/)?env$/.test(step))
      stdout += Object.entries(env)
        .map(([k, v]) => `${k}=${v}\n`)
        .join('');
    else if (/^(\/bin\/)?sleep \S+$/.test(step)) return end(undefined);
    else if (/^(\/bin\/)?false$/.test(step)) return end(1);
    else if (!/^(\/bin\/)?(true|wait)$/.test(step)) {
      stderr += `${step.split(' ')[0]}: not found\n`;
      return end(127);
    }
  }
  return end(0);
}
