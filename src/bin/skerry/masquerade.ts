import { execa } from 'execa';

/**
 * Removes what the bridge plugin may leave in the nat table when a pod's network was torn down while
 * its namespace was gone already: the rules whose comment names this network, and their chains.
 */
export async function removeMasquerade(network: string): Promise<void> {
  const { stdout } = await execa('iptables-save', ['-t', 'nat']);
  const commands = removalOf(stdout, network);
  if (commands.length === 0) return;
  await execa('iptables-restore', ['--noflush'], { input: ['*nat', ...commands, 'COMMIT', ''].join('\n') });
}

/** Lines for iptables-restore. The plugin comments every rule with `name: "<network>" id: "<sandbox>"`. */
export function removalOf(saved: string, network: string): string[] {
  const rules = saved
    .split('\n')
    .filter((line) => line.startsWith('-A POSTROUTING ') && line.includes(`name: \\"${network}\\" `));
  const chains = rules.flatMap((line) => / -j (CNI-[0-9a-f]+)$/.exec(line)?.[1] ?? []);
  return [
    ...rules.map((line) => line.replace(/^-A/, '-D')),
    ...chains.flatMap((chain) => [`-F ${chain}`, `-X ${chain}`]),
  ];
}
