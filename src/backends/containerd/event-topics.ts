import type { RuntimeEvent } from '../../cri/index.js';
import {
  ContainerCreate,
  ContainerDelete,
  type Envelope,
  TaskDelete,
  TaskStart,
} from '../../proto/containerd/events/v1/events.js';

/** The topics with a meaning in the port's terms; containerd sends no others to us. */
export const topics: readonly string[] = ['/containers/create', '/containers/delete', '/tasks/start', '/tasks/delete'];

/**
 * What an event means to the port; undefined: nothing. The end of a container is taken from
 * `/tasks/delete`, not `/tasks/exit`: the CRI plugin deletes the task in the step right before it
 * writes the exit into its own records.
 */
export function runtimeEventOf({ topic, event }: Envelope): RuntimeEvent | undefined {
  const bytes = event?.value ?? new Uint8Array();
  switch (topic) {
    case '/containers/create':
      return { kind: 'created', id: ContainerCreate.decode(bytes).id };
    case '/containers/delete':
      return { kind: 'deleted', id: ContainerDelete.decode(bytes).id };
    case '/tasks/start':
      return { kind: 'started', id: TaskStart.decode(bytes).containerId };
    case '/tasks/delete': {
      const { containerId, id } = TaskDelete.decode(bytes);
      // Any other id is that of an exec which ended.
      return id === '' || id === containerId ? { kind: 'exited', id: containerId } : undefined;
    }
    default:
      return undefined;
  }
}
