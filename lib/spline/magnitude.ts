/**
 * √(Σ v_i²) of any number of entries. In units of the largest, so that no square over- or underflows,
 * and with compensated summation: to the last bit what `Math.hypot` gives, whose arguments would have
 * to fit on the stack.
 */
export function euclideanNorm(values: ArrayLike<number>): number {
  let most = 0;
  let undefinedEntry = false;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    if (size > most) most = size;
    else if (Number.isNaN(size)) undefinedEntry = true;
  }
  if (most === Number.POSITIVE_INFINITY) return most;
  if (undefinedEntry) return Number.NaN;
  if (most === 0) return 0;
  let [sum, lost] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const share = values[i]! / most;
    const term = share * share - lost;
    const next = sum + term;
    lost = next - sum - term;
    sum = next;
  }
  return Math.sqrt(sum) * most;
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
 */
export function powerOfTwoBelow(magnitude: number): number {
  if (magnitude === 0) return 1;
  let exponent = Math.max(-1022, Math.min(1023, Math.floor(Math.log2(magnitude))));
  if (2 ** exponent > magnitude && exponent > -1022) exponent--;
  return 2 ** exponent;
}
