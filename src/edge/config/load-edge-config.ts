import { hostname, networkInterfaces } from 'node:os';
import { parse } from 'yaml';
import { EdgeError, messageOf } from '../../lib/index.js';
import type { EdgeConfig } from './edge-config.js';
import type { Machine } from './machine.js';
import { readEdged } from './read-edged.js';
import { readEdgedV1alpha1 } from './read-edged-v1alpha1.js';
import { readHub, readStream } from './read-hub.js';
import { openSection, type Section } from './section.js';

const group = 'edgecore.config.kubeedge.io';
const maxBytes = 1024 * 1024;

/**
 * Reads `edgecore.yaml`, `v1alpha2` or `v1alpha1` (facts keadm-and-config §3.2 to §3.4); absent keys take KubeEdge's
 * defaults. Throws `invalid` naming the field, `unsupported` for what this edgecore cannot do at all. Keys nobody
 * knows and modules that are not there yet become `warnings`.
 */
export function loadEdgeConfig(text: string, machine: Machine = thisMachine): EdgeConfig {
  if (Buffer.byteLength(text) > maxBytes) {
    throw new EdgeError('too-large', `the configuration is larger than ${maxBytes} bytes`);
  }
  const root = openSection(parseYaml(text) ?? {});
  const version = readVersion(root);
  const modules = root.section('modules');
  const edgedSection = modules.section('edged');
  const warnings: string[] = [];
  const read = version === 'v1alpha1' ? readEdgedV1alpha1 : readEdged;
  const { edged, runtime, reportEvents } = read(edgedSection, machine, warnings);
  const node = edged.nodeName;
  const hubSection = modules.section('edgeHub');
  const hub = readHub(hubSection, node);
  const stream = readStream(modules.section('edgeStream'), hub, edged);
  const database = root.section('database');
  database.known('driverName', 'aliasName');
  const metaManager = modules.section('metaManager');
  metaManager.known('enable', 'contextSendGroup', 'contextSendModule', 'podStatusSyncInterval', 'metaServer');
  root.known('featureGates', 'edgecoreVersion', 'metadata');
  warnings.push(...modulesNotThere(modules, metaManager));
  const config: EdgeConfig = {
    nodeName: node,
    databasePath: database.text('dataSource', '/var/lib/kubeedge/edgecore.db'),
    hub,
    ...(stream ? { stream } : {}),
    queryTimeoutMs: metaManager.integer('remoteQueryTimeout', 60, { min: 1 }) * 1000,
    reportEvents,
    runtime,
    edged,
    warnings,
  };
  warnings.push(...root.unread().map((key) => `${key} is not a key this edgecore knows; it is ignored`));
  return config;
}

const thisMachine: Machine = {
  hostname: hostname(),
  addressOf: (name) => networkInterfaces()[name]?.find(({ family }) => family === 'IPv4')?.address,
};

function parseYaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100 });
  } catch (error) {
    throw new EdgeError('invalid', `the configuration is not YAML: ${messageOf(error)}`, { cause: error });
  }
}

function readVersion(root: Section): 'v1alpha1' | 'v1alpha2' {
  const apiVersion = root.text('apiVersion', `${group}/v1alpha2`);
  const kind = root.text('kind', 'EdgeCore');
  if (kind !== 'EdgeCore') throw new EdgeError('invalid', `kind must be EdgeCore, not ${JSON.stringify(kind)}`);
  const version = [`${group}/v1alpha1`, `${group}/v1alpha2`].indexOf(apiVersion);
  if (version < 0) {
    throw new EdgeError(
      'invalid',
      `apiVersion must be ${group}/v1alpha2 or v1alpha1, not ${JSON.stringify(apiVersion)}`,
    );
  }
  return version === 0 ? 'v1alpha1' : 'v1alpha2';
}

/** Modules of KubeEdge that are asked for and are not part of this edgecore yet. */
function modulesNotThere(modules: Section, metaManager: Section): string[] {
  const names = ['eventBus', 'serviceBus', 'deviceTwin', 'taskManager', 'dbTest', 'edgeMesh'];
  modules.known(...names);
  const asked = names.filter((name) => isEnabled(modules, name)).map((name) => `modules.${name}`);
  if (isEnabled(metaManager, 'metaServer')) asked.push('modules.metaManager.metaServer');
  return asked.map((name) => `${name} is enabled but not supported yet; it does not run`);
}

function isEnabled(parent: Section, name: string): boolean {
  if (!parent.has(name)) return false;
  const section = parent.peek(name);
  return section.flag('enable', false);
}
