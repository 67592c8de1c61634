// What a machine must offer before anything on it is changed. Plain Node: runs before `npm ci`.
import { readFileSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';

const gibibyte = 1024 ** 3;
/** Packages, images, the SQLite files and room for a few pods. */
const neededBytes = 3 * gibibyte;
const neededNode = [20, 19, 0];

/** One sentence per thing that is in the way, each naming what to change. Pure: see `hostFacts`. */
export function hostProblems(facts) {
  const problems = [];
  if (facts.uid !== 0) {
    problems.push('Root is needed to run containers: run the command again as root, for example with sudo.');
  }
  if (facts.platform !== 'linux' || !['debian', 'ubuntu'].some((name) => facts.distribution.includes(name))) {
    problems.push(`Debian or Ubuntu is needed, this is ${facts.distribution.join(' ') || facts.platform}.`);
  }
  if (!isAtLeast(facts.nodeVersion, neededNode)) {
    problems.push(`Node ${neededNode.join('.')} or newer is needed, this is ${facts.nodeVersion}.`);
  }
  for (const { folder, bytes } of facts.free) {
    if (bytes < neededBytes) {
      problems.push(
        `${folder} has ${(bytes / gibibyte).toFixed(1)} GiB free, ${neededBytes / gibibyte} GiB are needed: free some space or choose another disk with --state DIR.`,
      );
    }
  }
  for (const { port, purpose } of facts.takenPorts) {
    problems.push(
      `TCP port ${port} (${purpose}) is taken by another program: stop it, or shift all ports with --port-offset N.`,
    );
  }
  return problems;
}

/** Reads the facts `hostProblems` judges. `ports`: [{ port, purpose }] to try to listen on. */
export async function hostFacts({ folders, ports }) {
  const taken = await Promise.all(ports.map(async (entry) => ((await isTaken(entry.port)) ? [entry] : [])));
  return {
    uid: process.getuid?.() ?? -1,
    platform: process.platform,
    distribution: distribution(),
    nodeVersion: process.versions.node,
    free: [...new Set(folders.map(existingParent))].map((folder) => ({ folder, bytes: freeBytes(folder) })),
    takenPorts: taken.flat(),
  };
}

/** `ID` and `ID_LIKE` of os-release: derivatives of Debian name it in the second. */
function distribution() {
  let text = '';
  try {
    text = readFileSync('/etc/os-release', 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  const value = (key) => new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
  return `${value('ID')} ${value('ID_LIKE')}`.split(' ').filter(Boolean);
}

function isAtLeast(version, floor) {
  const parts = version.split('.').map(Number);
  for (const [index, least] of floor.entries()) {
    if (parts[index] !== least) return parts[index] > least;
  }
  return true;
}

function existingParent(folder) {
  for (let current = folder; ; current = dirname(current)) {
    try {
      statfsSync(current);
      return current;
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
}

function freeBytes(folder) {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

function isTaken(port) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(true) : reject(error)));
    server.listen({ port, host: '0.0.0.0', exclusive: true }, () => server.close(() => resolve(false)));
  });
}
