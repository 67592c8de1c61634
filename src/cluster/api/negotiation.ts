import type { Kind } from '../kind.js';
import { notAcceptable, unsupportedMedia } from '../refusals.js';

/** The form of an answer a client asked for (facts kubernetes-api §1, §8). */
export type AnswerForm = 'json' | 'table' | 'partial';

interface MediaRange {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

const json = new Set(['application/json', 'application/*', '*/*', 'text/*']);
const metaVersions = new Set(['v1', 'v1beta1']);

/** The first form, by quality and order, that is served. Throws 406 when there is none. */
export function chooseForm(accept: string | undefined): AnswerForm {
  if (accept === undefined || accept.trim() === '') return 'json';
  for (const range of parseAccept(accept)) {
    const form = formOf(range);
    if (form) return form;
  }
  throw notAcceptable(['application/json', 'application/json;as=Table;v=v1;g=meta.k8s.io']);
}

function formOf({ type, parameters }: MediaRange): AnswerForm | undefined {
  if (!json.has(type)) return undefined;
  const as = parameters.get('as');
  if (as === undefined) return 'json';
  if (parameters.get('g') !== 'meta.k8s.io' || !metaVersions.has(parameters.get('v') ?? '')) return undefined;
  if (as === 'Table') return 'table';
  return as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList' ? 'partial' : undefined;
}

/** Media ranges, best first. */
function parseAccept(accept: string): MediaRange[] {
  return accept
    .split(',', 32)
    .map(parseMediaType)
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
}

function parseMediaType(text: string): MediaRange {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim());
  const parameters = new Map(
    rest.map((part): [string, string] => {
      const at = part.indexOf('=');
      return at < 0
        ? [part, '']
        : [
            part.slice(0, at).trim(),
            part
              .slice(at + 1)
              .trim()
              .replace(/^"(.*)"$/, '$1'),
          ];
    }),
  );
  const quality = Number(parameters.get('q') ?? 1);
  return { type: type.toLowerCase(), parameters, quality: Number.isFinite(quality) ? quality : 0 };
}

const bodyTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

/** The media type of a POST or PUT body; absent means JSON. Throws 415. */
export function bodyTypeOf(contentType: string | undefined): string {
  const { type } = parseMediaType(contentType ?? '');
  if (type === '' || type === '*/*') return 'application/json';
  if (!bodyTypes.includes(type)) throw unsupportedMedia(bodyTypes);
  return type;
}

export type PatchType = 'json' | 'merge' | 'strategic';

const patchTypes: Record<string, PatchType> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
};

/** How a PATCH body is meant. Throws 415; custom resources know no strategic patches. */
export function patchTypeOf(contentType: string | undefined, kind: Kind): PatchType {
  const { type } = parseMediaType(contentType ?? '');
  const accepted = Object.keys(patchTypes).filter((name) => !kind.custom || patchTypes[name] !== 'strategic');
  const patchType = patchTypes[type];
  if (patchType === undefined || !accepted.includes(type)) {
    throw unsupportedMedia(
      type === 'application/apply-patch+yaml'
        ? [...accepted, '(application/apply-patch+yaml, server-side apply, is not supported by this cluster yet)']
        : accepted,
    );
  }
  return patchType;
}
