import { pipeline } from 'node:stream/promises';
import { errorFromStatus, failureStatus, type Pod } from '../../../kube/index.js';
import { EdgeError, readBounded } from '../../../lib/index.js';
import { badRequest } from '../../refusals.js';
import type { Verb } from '../call.js';
import { requireObject } from '../stored-object.js';

const passedOn = ['follow', 'previous', 'timestamps', 'sinceSeconds', 'sinceTime', 'tailLines', 'limitBytes'];
const maxErrorBytes = 64 * 1024;

/** A container's log as the node has it (facts kubernetes-api §12), passed through as it arrives. */
export const readLog: Verb = async (api, call) => {
  const pod = requireObject(api.store.get, call).object as Pod;
  const container = containerOf(pod, call.query.get('container') ?? '');
  return {
    form: 'stream',
    contentType: 'text/plain',
    prepare: async (signal: AbortSignal) => {
      if (!pod.spec?.nodeName) return async () => {};
      const { namespace = '', name = '' } = call.path;
      const path = ['/containerLogs', namespace, name, container].map((part, at) =>
        at ? encodeURIComponent(part) : part,
      );
      const upstream = await api.openLog(`${path.join('/')}?${passedQuery(call.query)}`, signal);
      if (upstream.statusCode !== 200) throw await refusalOf(upstream.statusCode ?? 500, upstream);
      return async (response) => pipeline(upstream, response, { signal });
    },
  };
};

function passedQuery(query: URLSearchParams): URLSearchParams {
  return new URLSearchParams(
    passedOn.flatMap((name): [string, string][] => {
      const value = query.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

function containerOf({ metadata, spec }: Pod, asked: string): string {
  const containers = (spec?.containers ?? []).map(({ name }) => name);
  const others = [...(spec?.initContainers ?? []), ...(spec?.ephemeralContainers ?? [])].map(({ name }) => name);
  if (asked !== '') {
    if ([...containers, ...others].includes(asked)) return asked;
    throw badRequest(`container ${asked} is not valid for pod ${metadata?.name}`);
  }
  const [only, ...more] = containers;
  if (only !== undefined && more.length === 0) return only;
  throw badRequest(
    `a container name must be specified for pod ${metadata?.name}, choose one of: [${[...containers, ...others].join(' ')}]`,
  );
}

async function refusalOf(code: number, body: AsyncIterable<Uint8Array>): Promise<EdgeError> {
  const text = (await readBounded(body, maxErrorBytes, 'the answer of the node')).toString('utf8').trim();
  if (code === 400) return badRequest(text);
  if (code === 404) return errorFromStatus(failureStatus(404, 'NotFound', text));
  if (code === 501) return new EdgeError('unsupported', text);
  return errorFromStatus(
    failureStatus(
      500,
      'InternalError',
      `an error on the server (${JSON.stringify(text)}) has prevented the request from succeeding`,
    ),
  );
}
