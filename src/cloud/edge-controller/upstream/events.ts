import { type CoreEvent, resources } from '../../../kube/index.js';
import { objectOf, type UpstreamHandler, type UpstreamRequest } from './request.js';

/** Events have no reply (facts cloudhub-wire §3.7); one that fails is logged and lost, as events may be. */
const failed = () => undefined;

export const createEvent: UpstreamHandler = {
  failed,
  async answer({ kube, scope }, request) {
    const event = eventOf(request, objectOf<CoreEvent>(request.message));
    scope.event(request.node, event);
    await kube.create(resources.events, event);
    return undefined;
  },
};

export const updateEvent: UpstreamHandler = {
  failed,
  async answer({ kube, scope }, request) {
    const event = eventOf(request, objectOf<CoreEvent>(request.message));
    scope.event(request.node, event);
    await kube.update(resources.events, event);
    return undefined;
  },
};

export const patchEvent: UpstreamHandler = {
  failed,
  async answer({ kube, scope }, request) {
    const { event, patchData } = objectOf(request.message) as { event?: CoreEvent; patchData?: string };
    scope.event(request.node, event);
    const body: unknown = JSON.parse(patchData ?? '{}');
    const { namespace, name } = request;
    await kube.patch(resources.events, { namespace, name }, { kind: 'strategic', body });
    return undefined;
  },
};

const eventOf = ({ namespace, name }: UpstreamRequest, event: CoreEvent): CoreEvent => ({
  ...event,
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { ...event.metadata, namespace, name: event.metadata?.name || name },
});
