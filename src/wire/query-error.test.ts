import { describe, expect, it } from 'vitest';
import { formatQueryError, parseQueryError } from './query-error.js';

describe('the text of an error reply', () => {
  it('carries the reason to a peer of ours', () => {
    const error = { reason: 'NotFound', message: 'secrets "s" not found\n(asked by edge-1)' };
    expect(parseQueryError(formatQueryError(error))).toEqual(error);
  });

  it('is only a message when a peer gave anything else', () => {
    expect(parseQueryError('connection lost: again')).toEqual({ message: 'connection lost: again' });
    expect(parseQueryError({ code: 1 })).toEqual({ message: '{"code":1}' });
    expect(parseQueryError(null)).toEqual({ message: '"unknown error"' });
  });
});
