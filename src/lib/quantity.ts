import { EdgeError } from './errors.js';

// Kubernetes quantities: <sign><digits>[.<digits>]<suffix>, kept as an exact number of nano-units.
const nano = 1_000_000_000n;
const pattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:([eE][+-]?\d{1,3})|(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?)$/;
const decimalExponent: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binaryPower: Record<string, bigint> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n };

/** Parses `100m`, `1.5`, `64Mi`, `1e3` into nano-units; fractions below one nano-unit round up. Throws `invalid`. */
export function parseQuantity(text: string | number): bigint {
  const match = pattern.exec(String(text).trim());
  const [, sign, whole = '', fraction = '', exponent, suffix = ''] = match ?? [];
  if (!match || (whole === '' && fraction === '') || String(text).length > 64) {
    throw new EdgeError(
      'invalid',
      `quantity ${JSON.stringify(text)} is not a number with an optional suffix such as m, k, Mi`,
    );
  }
  const digits = BigInt(`${whole}${fraction}`);
  const binary = binaryPower[suffix];
  const power = (exponent ? Number(exponent.slice(1)) : (decimalExponent[suffix] ?? 0)) - fraction.length + 9;
  const scaled = binary === undefined ? digits : digits << binary;
  const value = power >= 0 ? scaled * 10n ** BigInt(power) : divideUp(scaled, 10n ** BigInt(-power));
  return sign === '-' ? -value : value;
}

const divideUp = (value: bigint, by: bigint) => (value + by - 1n) / by;

/** The canonical text of nano-units in the decimal (`100m`, `2k`) or binary (`64Mi`) notation. */
export function formatQuantity(value: bigint, notation: 'decimal' | 'binary' = 'decimal'): string {
  if (value === 0n) return '0';
  if (notation === 'binary' && value % nano === 0n) {
    const units = value / nano;
    for (const [suffix, power] of Object.entries(binaryPower).reverse()) {
      if (units % (1n << power) === 0n) return `${units >> power}${suffix}`;
    }
    return String(units);
  }
  for (const suffix of ['E', 'P', 'T', 'G', 'M', 'k', '', 'm', 'u', 'n']) {
    const unit = 10n ** BigInt((decimalExponent[suffix] ?? 0) + 9);
    if (value % unit === 0n) return `${value / unit}${suffix}`;
  }
  return `${value}n`;
}

/** Negative, zero or positive, as for Array.prototype.sort. */
export function compareQuantity(a: string | number, b: string | number): number {
  const difference = parseQuantity(a) - parseQuantity(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
