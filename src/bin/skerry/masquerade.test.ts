import { describe, expect, it } from 'vitest';
import { removalOf } from './masquerade.js';

const rule = (network: string, chain: string) =>
  `-A POSTROUTING -s 10.231.66.5/32 -m comment --comment "name: \\"${network}\\" id: \\"abc\\"" -j ${chain}`;
const saved = ['*nat', ':CNI-aa11 - [0:0]', rule('skerry-1', 'CNI-aa11'), rule('skerry-12', 'CNI-bb22'), 'COMMIT'];

describe('the rules of a pod network', () => {
  it('are removed with their chains, and no other network loses one', () => {
    expect(removalOf(saved.join('\n'), 'skerry-1')).toEqual([
      rule('skerry-1', 'CNI-aa11').replace('-A', '-D'),
      '-F CNI-aa11',
      '-X CNI-aa11',
    ]);
  });

  it('are not touched where there are none', () => {
    expect(removalOf(saved.join('\n'), 'other')).toEqual([]);
  });
});
