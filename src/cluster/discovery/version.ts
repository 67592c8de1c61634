/**
 * The Kubernetes level we claim: the lowest one that has all we serve (aggregated discovery v2, generation of
 * pods), so that kubectl of neighbouring releases does not warn of a skew. Field names go up to 1.36.
 */
export const gitVersion = 'v1.33.0+skerry';

/** The body of `/version`. */
export const versionInfo = {
  major: '1',
  minor: '33',
  gitVersion,
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '',
  goVersion: '',
  compiler: '',
  platform: `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`,
};
