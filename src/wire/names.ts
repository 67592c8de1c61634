/** What a message asks for or says (facts cloudhub-wire §3.3). */
export const operations = {
  insert: 'insert',
  delete: 'delete',
  query: 'query',
  update: 'update',
  patch: 'patch',
  upload: 'upload',
  response: 'response',
  error: 'error',
  keepalive: 'keepalive',
  applicationResponse: 'applicationResponse',
  createVolume: 'createvolume',
  deleteVolume: 'deletevolume',
  controllerPublishVolume: 'controllerpublishvolume',
  controllerUnpublishVolume: 'controllerunpublishvolume',
  updateNodeActionStatus: 'UpdateNodeActionStatus',
} as const;

/** Who speaks. Go peers branch on these words, so ours are the same. */
export const sources = {
  edgeController: 'edgecontroller',
  dynamicController: 'dynamiccontroller',
  deviceController: 'devicecontroller',
  policyController: 'policycontroller',
  syncController: 'synccontroller',
  cloudHub: 'cloudhub',
  cloudStream: 'cloudStream',
  taskManager: 'taskmanager',
  nodeUpgradeJobController: 'nodeupgradejobcontroller',
  edged: 'edged',
  metaManager: 'metamanager',
  metaServer: 'metaserver',
  twin: 'twin',
  bus: 'bus',
  serviceBus: 'servicebus',
  /** The edge hub itself. */
  webSocket: 'websocket',
} as const;

/** Downstream the group picks the handler at the edge; upstream it is mostly informative. */
export const groups = {
  resource: 'resource',
  func: 'func',
  twin: 'twin',
  user: 'user',
  taskManager: 'taskmanager',
  meta: 'meta',
  hub: 'hub',
  dynamicController: 'dynamiccontroller',
} as const;

/** The project id in the path of the hub's URL unless configured (facts cloudhub-wire §2.1). */
export const defaultProjectId = 'e632aba927ea4ac2b575ec1603d56f10';

/** The path an edge dials for its stream tunnel (facts stream-tunnel §3). */
export const tunnelPath = '/v1/kubeedge/connect';

/** Certificate names of a node: CN `system:node:<node>`, O `system:nodes` (facts cloudhub-wire §1.3). */
export const nodeOrganization = 'system:nodes';
export const nodeCommonName = (node: string): string => `system:node:${node}`;

/**
 * The header by which our own peers agree on what a Go peer does not know: the edge offers a comma-separated
 * list in the upgrade request, the cloud answers with those it grants.
 */
export const extensionsHeader = 'skerry-extensions';
export const extensions = {
  /** The cloud may send further objects before earlier ones are acked. */
  pipelinedAcks: 'pipelined-acks',
  /** Offered by an edge whose database is new: what the cloud noted as delivered is gone, send everything. */
  emptyStore: 'empty-store',
} as const;

/** Reads the value of `extensionsHeader`. */
export function parseExtensions(header: string | undefined): Set<string> {
  return new Set(
    (header ?? '')
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== ''),
  );
}
