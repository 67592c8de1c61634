process.stderr.write(
  'edge-cri is not supported yet: the CRI socket in front of all backends has no server in this release.\n',
);
process.exitCode = 2;
