import { join } from 'node:path';

/** Where everything of one skerry lives. `dist` holds the programs, all else is below `state`. */
export type Layout = ReturnType<typeof layoutOf>;

export function layoutOf(state: string) {
  const run = join(state, 'run');
  const cni = join(state, 'cni');
  return {
    state,
    settings: join(state, 'skerry.json'),
    /** The user's, written by the cluster. */
    kubeconfig: join(state, 'kubeconfig'),
    clusterCa: join(state, 'cluster', 'ca.crt'),
    clusterCaKey: join(state, 'cluster', 'ca.key'),
    cloudKubeconfig: join(state, 'cluster', 'cloudcore.kubeconfig'),
    run,
    supervisor: join(run, 'supervisor.json'),
    logs: join(state, 'logs'),
    containerd: join(state, 'containerd'),
    containerdSocket: join(state, 'containerd', 'containerd.sock'),
    cniConfDir: join(cni, 'net.d'),
    cniDataDir: join(cni, 'networks'),
    stream: join(state, 'stream'),
    cloudcore: join(state, 'cloudcore'),
    edgecore: join(state, 'edgecore'),
    /** Which process runs a part, for as long as it runs. */
    processFile: (part: string) => join(run, `${part}.json`),
    /** While this file exists the supervisor leaves the part stopped. */
    holdFile: (part: string) => join(run, `${part}.held`),
    logFile: (part: string) => join(state, 'logs', `${part}.log`),
  };
}
