import { EdgeError, type Log } from '../../../lib/index.js';
import { type Message, operations, parseResource, sources } from '../../../wire/index.js';
import type { NodeSession } from '../../hub/index.js';
import { createEvent, patchEvent, updateEvent } from './events.js';
import { createLease, queryLease, updateLease } from './leases.js';
import { createNode, patchNode, queryNode, updateNode } from './nodes.js';
import { createPod, deletePod, patchPod } from './pods.js';
import {
  queryClaim,
  queryClusterCa,
  queryConfigMap,
  queryRuntimeClass,
  querySecret,
  queryVolume,
  requestToken,
} from './queries.js';
import { objectError, queryError } from './reply.js';
import type { UpstreamDependencies, UpstreamHandler, UpstreamRequest } from './request.js';

const handlers: Readonly<Record<string, Readonly<Record<string, UpstreamHandler>>>> = {
  node: { insert: createNode, update: updateNode, query: queryNode },
  nodepatch: { patch: patchNode },
  pod: { insert: createPod, delete: deletePod },
  podpatch: { patch: patchPod },
  lease: { query: queryLease, insert: createLease, update: updateLease },
  configmap: { query: queryConfigMap },
  secret: { query: querySecret },
  persistentvolumeclaim: { query: queryClaim },
  persistentvolume: { query: queryVolume },
  serviceaccounttoken: { query: requestToken },
  runtimeclass: { query: queryRuntimeClass },
  event: { insert: createEvent, update: updateEvent, patch: patchEvent },
  'ca.crt': { query: queryClusterCa },
};

/** Answered by name, so that nobody waits for what is not there. */
const refused: UpstreamHandler = {
  failed: (request, error) =>
    request.operation === operations.query ? queryError(request, error) : objectError(request, error),
  async answer(_dependencies, { type, message }) {
    throw new EdgeError('unsupported', `${message.operation} of ${type} is not supported by this cloud`);
  },
};

/** Types and operations come from the edge: only what the table itself holds counts. */
function handlerOf(type: string, operation: string): UpstreamHandler {
  const byOperation = Object.hasOwn(handlers, type) ? handlers[type] : undefined;
  return (byOperation && Object.hasOwn(byOperation, operation) ? byOperation[operation] : undefined) ?? refused;
}

/** Cloud names an edge must not speak under, and modules of the cloud that are not there (facts cloudhub-wire §3.7). */
const ignoredSources = new Set<string>([
  sources.cloudHub,
  sources.cloudStream,
  sources.deviceController,
  sources.edgeController,
  sources.syncController,
  sources.metaServer,
  sources.twin,
]);

/** Serves what edges ask of the API. Failures are answered in the form the request's type has for them. */
export function createUpstream(
  dependencies: UpstreamDependencies & { readonly log: Log },
): (session: NodeSession, message: Message) => Promise<void> {
  const { log } = dependencies;
  return async (session, message) => {
    const { source = '', operation = '' } = message;
    const context = { node: session.node, source, operation, resource: message.resource };
    if (ignoredSources.has(source) || operation === operations.upload) {
      log.debug(context, 'message is for a module that is not there');
      return;
    }
    const { namespace = '', type, name = '' } = parseResource(message.resource ?? '');
    const request: UpstreamRequest = { node: session.node, message, namespace, type, name };
    const handler = handlerOf(type, operation);
    try {
      const reply = await handler.answer(dependencies, request);
      if (reply) session.send(reply);
    } catch (error) {
      log.debug({ ...context, err: error }, 'request failed');
      const reply = handler.failed(message, error);
      if (reply) session.send(reply);
    }
  };
}
