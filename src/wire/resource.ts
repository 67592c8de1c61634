import { EdgeError } from '../lib/index.js';

/** What a message is about: `<namespace or null>/<type>[/<name>]` on the wire (facts cloudhub-wire §3.4). */
export interface ResourcePath {
  /** Absent for cluster scope, which the wire spells `null`. */
  readonly namespace?: string;
  readonly type: string;
  /** May hold slashes where a kind's own names do. */
  readonly name?: string;
}

const clusterScope = 'null';

/** Reads the wire form; fewer than two segments or an empty one throws `invalid`. */
export function parseResource(text: string): ResourcePath {
  const [namespace, type, ...rest] = text.split('/');
  if (!namespace || !type || rest.includes('')) {
    throw new EdgeError('invalid', `resource ${JSON.stringify(text.slice(0, 256))} is not <namespace>/<type>[/<name>]`);
  }
  return {
    ...(namespace === clusterScope ? {} : { namespace }),
    type,
    ...(rest.length > 0 ? { name: rest.join('/') } : {}),
  };
}

export function formatResource({ namespace, type, name }: ResourcePath & { namespace?: string | undefined }): string {
  const path = `${namespace || clusterScope}/${type}`;
  return name === undefined ? path : `${path}/${name}`;
}
