import type { Node, Pod } from '../../kube/index.js';
import type { Layout } from './layout.js';
import { portsAt } from './ports.js';
import { formatTable } from './report.js';
import type { Settings } from './settings.js';

/** The closing words of a start: what runs, and commands that work when pasted. */
export function summary(at: {
  readonly layout: Layout;
  readonly settings: Settings;
  readonly node: Node;
  readonly demo: Pod;
  readonly socket: string;
}): string {
  const { layout, settings, node, demo, socket } = at;
  const info = node.status?.nodeInfo;
  const table = formatTable(
    ['WHAT', 'STATE', 'DETAILS'],
    [
      ['control plane', 'Ready', `https://127.0.0.1:${portsAt(settings.portOffset).api}`],
      [`node ${node.metadata?.name ?? ''}`, 'Ready', info?.kubeletVersion ?? ''],
      ['runtime', 'Ready', info?.containerRuntimeVersion ?? ''],
      [`pod ${demo.metadata?.name ?? ''}`, demo.status?.phase ?? '', demo.status?.podIP ?? ''],
    ],
  );
  const commands = [
    `export KUBECONFIG=${quoted(layout.kubeconfig)}`,
    'kubectl get nodes -o wide',
    'kubectl get pods -o wide',
    'kubectl logs hello',
    `ctr -a ${quoted(socket)} -n k8s.io containers ls`,
    'kubectl delete pod hello',
  ];
  return ['', table, '', 'Try next:', ...commands.map((command) => `  ${command}`), ''].join('\n');
}

/** For a POSIX shell; plain paths stay as they are. */
const quoted = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
