import { describe, expect, it } from 'vitest';
import { mountsBelow } from './mounts.js';

describe('reading the mount table', () => {
  it('finds mounts below a folder, the last first, with escaped names, and none beside it', () => {
    const mountinfo = [
      '1 0 0:1 / /a rw - tmpfs x rw',
      '2 1 0:2 / /a/b rw - overlay x rw',
      '3 1 0:3 / /ab rw - overlay x rw',
      '4 2 0:4 / /a/b/with\\040space rw - overlay x rw',
    ].join('\n');
    expect(mountsBelow(mountinfo, '/a')).toEqual(['/a/b/with space', '/a/b', '/a']);
  });
});
