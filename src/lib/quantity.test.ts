import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareQuantity, formatQuantity, parseQuantity } from './quantity.js';

describe('a quantity', () => {
  it.each([
    ['0', 0n],
    ['1', 1_000_000_000n],
    ['100m', 100_000_000n],
    ['1.5', 1_500_000_000n],
    ['.5', 500_000_000n],
    ['1e3', 1_000_000_000_000n],
    ['1E3', 1_000_000_000_000n],
    ['1E', 10n ** 27n],
    ['64Mi', 64n * 1024n * 1024n * 1_000_000_000n],
    ['0.5Gi', 512n * 1024n * 1024n * 1_000_000_000n],
    ['-2k', -2_000_000_000_000n],
    ['1n', 1n],
    ['0.1n', 1n],
  ])('%s is %d nano-units', (text, value) => {
    expect(parseQuantity(text)).toBe(value);
  });

  it.each(['', 'm', '1 Mi', '1mi', '0x10', '1.2.3', 'e3', '1e9999', '9'.repeat(65)])('refuses %j', (text) => {
    expect(() => parseQuantity(text)).toThrow(/quantity/);
  });

  it('keeps its value through both notations', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }),
        fc.constantFrom('decimal', 'binary'),
        (value, notation) => {
          expect(parseQuantity(formatQuantity(value, notation as 'decimal'))).toBe(value);
        },
      ),
    );
  });

  it('is written in its shortest form', () => {
    expect(formatQuantity(parseQuantity('1000m'))).toBe('1');
    expect(formatQuantity(parseQuantity('0.1'))).toBe('100m');
    expect(formatQuantity(parseQuantity('65536Ki'), 'binary')).toBe('64Mi');
  });

  it('compares across suffixes', () => {
    expect(compareQuantity('1Gi', '1G')).toBeGreaterThan(0);
    expect(compareQuantity('1000m', '1')).toBe(0);
    expect(compareQuantity('999m', 1)).toBeLessThan(0);
  });
});
