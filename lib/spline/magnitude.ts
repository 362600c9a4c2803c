/** Between these a sum of squares has neither over- nor underflowed by anything that counts. */
const [SMALLEST_SUM, LARGEST_SUM] = [1e-280, Number.MAX_VALUE];

/**
 * ‖v‖₂ = √Σ v_i², right for numbers of any size: where squares would over- or underflow, entries are
 * divided by the largest first. NaN if an entry is; takes arrays of any length.
 *
 * @example
 * euclideanLength([3e200, 4e200]) / 1e200; // 5.00
 */
export function euclideanLength(v: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += v[i]! * v[i]!;
  if (sum >= SMALLEST_SUM && sum <= LARGEST_SUM) return Math.sqrt(sum);
  const most = largestMagnitude(v);
  if (!(most > 0 && most < Number.POSITIVE_INFINITY)) return Number.isNaN(sum) ? Number.NaN : most;
  sum = 0;
  for (let i = 0; i < v.length; i++) sum += (v[i]! / most) ** 2;
  return most * Math.sqrt(sum);
}

/** The largest |v_i|, 0 of nothing. */
export function largestMagnitude(v: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < v.length; i++) most = Math.max(most, Math.abs(v[i]!));
  return most;
}

/**
 * The largest power of two that is at most `magnitude`, so that dividing by it rounds nothing; 1 for
 * 0. Its own inverse is finite too: below 2^-1022 it stays there.
 *
 * @example
 * powerOfTwoBelow(5); // 4
 */
export function powerOfTwoBelow(magnitude: number): number {
  if (magnitude === 0) return 1;
  let exponent = Math.max(-1022, Math.min(1023, Math.floor(Math.log2(magnitude))));
  if (2 ** exponent > magnitude && exponent > -1022) exponent--;
  return 2 ** exponent;
}
