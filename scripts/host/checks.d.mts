export interface HostFacts {
  readonly uid: number;
  readonly platform: string;
  readonly distribution: readonly string[];
  readonly nodeVersion: string;
  readonly free: readonly { readonly folder: string; readonly bytes: number }[];
  readonly takenPorts: readonly { readonly port: number; readonly purpose: string }[];
}

export function hostProblems(facts: HostFacts): string[];
export function hostFacts(options: {
  readonly folders: readonly string[];
  readonly ports: readonly { readonly port: number; readonly purpose: string }[];
}): Promise<HostFacts>;
