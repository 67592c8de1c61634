import { EdgeError } from '../../lib/index.js';

/** Cuts an image name into its parts without judging them. A colon before the last slash is a port, not a tag. */
export function splitImage(image: string): { repository: string; tag?: string; digest?: string } {
  const at = image.indexOf('@');
  const digest = at < 0 ? undefined : image.slice(at + 1);
  const rest = at < 0 ? image : image.slice(0, at);
  const colon = rest.lastIndexOf(':');
  const tag = colon > rest.lastIndexOf('/') ? rest.slice(colon + 1) : undefined;
  return {
    repository: tag === undefined ? rest : rest.slice(0, colon),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

const host =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(?::\d+)?$/;
const segment = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagRule = /^\w[\w.-]{0,127}$/;
const digestRule = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

/** The name to hand to the runtime: `:latest` appended when there is neither tag nor digest, no registry added (facts kubelet-on-cri §4.7). Throws `invalid`. */
export function normalizeImage(image: string): string {
  const { repository, tag, digest } = splitImage(image);
  const refuse = (why: string) =>
    new EdgeError('invalid', `couldn't parse image name ${JSON.stringify(image)}: ${why}`);
  if (repository === '' || repository.length > 255) throw refuse('the repository must have 1 to 255 characters');
  const [first = '', ...others] = repository.split('/');
  const hasHost = others.length > 0 && (/[.:]/.test(first) || first === 'localhost' || /[A-Z]/.test(first));
  if (hasHost && !host.test(first)) throw refuse(`${JSON.stringify(first)} is not a registry host`);
  for (const part of hasHost ? others : [first, ...others]) {
    if (!segment.test(part))
      throw refuse(`repository part ${JSON.stringify(part)} must be lower case letters, digits and separators`);
  }
  if (tag !== undefined && !tagRule.test(tag)) throw refuse(`${JSON.stringify(tag)} is not a tag`);
  if (digest !== undefined && !digestRule.test(digest)) throw refuse(`${JSON.stringify(digest)} is not a digest`);
  return tag === undefined && digest === undefined ? `${image}:latest` : image;
}
