// Runs a program with its output on this terminal. argv arrays only, never a shell.
import { spawn } from 'node:child_process';

/** Settles with the exit code; a program that a signal ended counts as 128. Rejects when it cannot be started. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 128));
  });
}

/** As `run`, but anything but exit code 0 throws one sentence. */
export async function mustRun(command, args, options = {}) {
  const code = await run(command, args, options);
  if (code !== 0) throw new Error(`\`${[command, ...args].join(' ')}\` failed with exit code ${code}.`);
}
