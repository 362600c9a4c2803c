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
