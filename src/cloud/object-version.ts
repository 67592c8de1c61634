/**
 * Orders two resourceVersions as unsigned integers (facts cloudhub-wire §4.4); absent counts as 0. Versions that
 * are not numbers say only whether they differ: then the first counts as newer, for sending once more is safe.
 */
export function compareVersions(one: string | undefined, other: string | undefined): number {
  const [left, right] = [one || '0', other || '0'];
  if (left === right) return 0;
  if (!/^\d+$/.test(left) || !/^\d+$/.test(right)) return 1;
  const difference = BigInt(left) - BigInt(right);
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}
