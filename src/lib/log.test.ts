import { expect, it } from 'vitest';
import { createLog } from './log.js';

it('a log goes on when its disk is full', () => {
  const log = createLog('test', 'info', '/dev/full');
  for (let line = 0; line < 1000; line += 1) log.info({ line, filler: 'x'.repeat(4096) }, 'written nowhere');
  expect(() => log.warn('still here')).not.toThrow();
});
