import { formatQuantity, parseQuantity } from '../../lib/index.js';

const nano = 1_000_000_000n;

/**
 * The text Kubernetes itself would write: `1.5` becomes `1500m`, `1024Mi` becomes `1Gi`, `10e2` becomes `1e3`.
 * The notation stays; binary suffixes give way to decimal ones below 1024 and for fractions. Throws `invalid`.
 */
export function canonicalQuantity(written: string | number): string {
  const text = String(written).trim();
  const value = parseQuantity(text);
  if (text.endsWith('i')) {
    const small = value > -1024n * nano && value < 1024n * nano;
    return formatQuantity(value, small || value % nano !== 0n ? 'decimal' : 'binary');
  }
  return /[eE][+-]?\d+$/.test(text) ? exponentForm(value) : formatQuantity(value);
}

/** Mantissa and an exponent that is a multiple of three, as large as it can be. */
function exponentForm(value: bigint): string {
  if (value === 0n) return '0';
  let mantissa = value;
  let exponent = -9;
  while (mantissa % 1000n === 0n) {
    mantissa /= 1000n;
    exponent += 3;
  }
  return exponent === 0 ? String(mantissa) : `${mantissa}e${exponent}`;
}
