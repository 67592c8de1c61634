import { EdgeError } from '../lib/index.js';

export interface FieldTerm {
  /** `metadata.name` */
  readonly path: string;
  readonly op: '=' | '!=';
  readonly value: string;
}

export interface FieldSelector {
  readonly terms: readonly FieldTerm[];
  /** `get` gives the text of a field; an absent field counts as empty. */
  matches(get: (path: string) => string | undefined): boolean;
}

const termPattern = /^([^=!]+)(==|!=|=)(.*)$/s;

/**
 * Parses `status.phase!=Failed,spec.nodeName=a` (facts kubernetes-api §4): the comma means AND, a
 * backslash protects `,`, `=` and itself in a value. Which paths exist is the kind's matter. Throws `invalid`.
 */
export function parseFieldSelector(text: string): FieldSelector {
  const terms = splitTerms(text).map((term) => parseTerm(term));
  return {
    terms,
    matches: (get) => terms.every(({ path, op, value }) => ((get(path) ?? '') === value) === (op === '=')),
  };
}

function splitTerms(text: string): string[] {
  const terms = text.match(/(?:\\.|[^\\,])+|\\$/gs) ?? [];
  return terms.filter((term) => term.trim() !== '');
}

function parseTerm(term: string): FieldTerm {
  const [, path = '', op, value = ''] = termPattern.exec(term) ?? [];
  if (op === undefined)
    throw new EdgeError('invalid', `field selector: ${JSON.stringify(term)} is not field=value or field!=value`);
  return { path: path.trim(), op: op === '!=' ? '!=' : '=', value: unescapeValue(value, term) };
}

function unescapeValue(value: string, term: string): string {
  if (/\\(?![\\,=])/.test(value.replaceAll('\\\\', ''))) {
    throw new EdgeError(
      'invalid',
      `field selector: ${JSON.stringify(term)} has a backslash before something else than , = or backslash`,
    );
  }
  if (/(?<!\\)=/.test(value.replaceAll('\\\\', ''))) {
    throw new EdgeError('invalid', `field selector: ${JSON.stringify(term)} has an unprotected = in its value`);
  }
  return value.replaceAll(/\\(.)/gs, '$1');
}
