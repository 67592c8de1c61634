process.stderr.write(
  'keadm is not supported yet: use `npm start` to bring up a cloud part and an edge on this machine.\n',
);
process.exitCode = 2;
