// npm packages, generated code and dist/: made when their inputs changed since the last time, skipped when not.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { installPackages, missingBuildTools } from './packages.mjs';
import { mustRun, run } from './run.mjs';

const stampFolder = '.cache/skerry';
const bin = (name) => join('node_modules', '.bin', name);

/**
 * Installs node_modules with the versions of the lock file, unless that is what they are. Not `npm ci`: it refuses a
 * lock file without the optional binaries of other platforms, and a registry that carries only this one's makes such.
 */
export async function ensureModules(say) {
  if (modulesMatch() && (await sqliteLoads())) return;
  say('installing the npm packages of package-lock.json: skerry is built from them');
  const arguments_ = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  const env = { ...process.env, ...headersBesideNode() };
  const installed = await run('npm', arguments_, { env });
  if (installed === 0 && (await sqliteLoads())) return;
  // better-sqlite3 found no prebuilt binary and no compiler.
  const tools = missingBuildTools();
  if (tools.length === 0) throw new Error('npm install failed: its messages are above.');
  await installPackages(tools, say);
  await mustRun('npm', arguments_, { env });
  if (!(await sqliteLoads())) await mustRun('npm', ['rebuild', 'better-sqlite3'], { env });
}

/** Whether every package that is installed is the locked one, and none that is needed is missing. */
function modulesMatch() {
  const packagesOf = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {});
  const installed = packagesOf('node_modules/.package-lock.json');
  return Object.entries(packagesOf('package-lock.json')).every(([path, { version, optional }]) => {
    if (path === '') return true;
    return path in installed ? installed[path].version === version : optional === true;
  });
}

/** proto/ -> src/proto/. */
export async function ensureGenerated(say) {
  const wanted = fingerprint(['proto', 'buf.yaml', 'buf.gen.yaml', 'package-lock.json']);
  if (readStamp('generated') === wanted && existsSync('src/proto')) return;
  say('generating src/proto from proto/');
  await mustRun(bin('buf'), ['generate']);
  writeStamp('generated', wanted);
}

/** src/ -> dist/. */
export async function ensureBuilt(say) {
  const wanted = fingerprint(['src', 'package-lock.json', 'scripts/build.mjs']);
  if (readStamp('built') === wanted && existsSync('dist/skerry.js')) return;
  say('building dist/');
  await mustRun(process.execPath, ['scripts/build.mjs']);
  writeStamp('built', wanted);
}

/** Node's own C++ headers, where its package brought them: node-gyp would fetch them from the internet. */
function headersBesideNode() {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, 'include', 'node', 'node.h')) ? { npm_config_nodedir: prefix } : {};
}

async function sqliteLoads() {
  const script = "new (require('better-sqlite3'))(':memory:').close()";
  return (await run(process.execPath, ['-e', script], { stdio: 'ignore' })) === 0;
}

/** A digest over the names and contents of all files below `paths`. */
function fingerprint(paths, ...more) {
  const hash = createHash('sha256');
  for (const text of more) hash.update(`${text}\0`);
  const visit = (path) => {
    const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (entry.isDirectory()) visit(join(path, entry.name));
      else addFile(join(path, entry.name));
    }
  };
  const addFile = (path) => {
    const content = readFileSync(path);
    hash.update(`${path}\0${content.length}\0`).update(content);
  };
  for (const path of paths) {
    if (/\.[a-z]+$/.test(path)) addFile(path);
    else visit(path);
  }
  return hash.digest('hex');
}

function readStamp(name) {
  const path = join(stampFolder, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function writeStamp(name, value) {
  mkdirSync(stampFolder, { recursive: true });
  writeFileSync(join(stampFolder, name), value);
}
