import { EdgeError } from '../lib/index.js';
import { isJsonObject } from './json.js';
import { readLines } from './json-lines.js';
import type { WatchEvent } from './kube-api.js';
import type { KubeObject, Status } from './objects.js';
import { errorFromStatus } from './status.js';

/** Above any object a server stores (3 MiB), with room for its encoding. */
const maxLineBytes = 16 * 1024 * 1024;

const kinds = { ADDED: 'added', MODIFIED: 'modified', DELETED: 'deleted' } as const;

/** The events of a watch response (facts kubernetes-api §5). An ERROR event is thrown as the error its Status means. */
export async function* readWatchEvents<T extends KubeObject>(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<WatchEvent<T>> {
  for await (const line of readLines(body, maxLineBytes, 'the watch')) {
    const event = parseLine(line);
    if (event.type === 'ERROR') throw errorFromStatus(event.object as Status);
    if (event.type === 'BOOKMARK') {
      const resourceVersion = (event.object as KubeObject).metadata?.resourceVersion;
      if (resourceVersion) yield { kind: 'bookmark', resourceVersion };
    } else if (event.type in kinds) {
      yield { kind: kinds[event.type as keyof typeof kinds], object: event.object as T };
    } else {
      throw new EdgeError('unsupported', `the watch sent an event of the unknown type ${JSON.stringify(event.type)}`);
    }
  }
}

function parseLine(line: string): { type: string; object: object } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    // A connection cut in the middle of a line looks like this; the caller resumes.
    throw new EdgeError('unavailable', 'the watch sent a line that is not JSON', { cause });
  }
  if (!isJsonObject(value) || typeof value.type !== 'string' || !isJsonObject(value.object)) {
    throw new EdgeError('unavailable', 'the watch sent a line without type and object');
  }
  return { type: value.type, object: value.object };
}
