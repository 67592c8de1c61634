import { execa } from 'execa';

export interface KubectlResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface Kubectl {
  /** Runs kubectl; any exit code but 0 throws with what it printed. */
  (...args: string[]): Promise<string>;
  /** Runs kubectl whatever comes of it. */
  attempt(...args: string[]): Promise<KubectlResult>;
  /** `kubectl <args> -f -` with this text. */
  withInput(input: string, ...args: string[]): Promise<KubectlResult>;
}

/** The real kubectl against one cluster. */
export function createKubectl(kubeconfig: string): Kubectl {
  const run = async (args: readonly string[], input?: string): Promise<KubectlResult> => {
    const { stdout, stderr, exitCode } = await execa('kubectl', ['--kubeconfig', kubeconfig, ...args], {
      reject: false,
      timeout: 120_000,
      ...(input === undefined ? { stdin: 'ignore' } : { input }),
    });
    return { stdout, stderr, exitCode: exitCode ?? -1 };
  };
  const kubectl = async (...args: string[]) => {
    const { stdout, stderr, exitCode } = await run(args);
    if (exitCode !== 0) throw new Error(`kubectl ${args.join(' ')}: exit code ${exitCode}\n${stdout}\n${stderr}`);
    return stdout;
  };
  return Object.assign(kubectl, {
    attempt: (...args: string[]) => run(args),
    withInput: (input: string, ...args: string[]) => run([...args, '-f', '-'], input),
  });
}
