/**
 * The least and the largest of any number of values, +∞ and −∞ of none, NaN where one is: what
 * `Math.min` and `Math.max` give, whose arguments would have to fit on the stack.
 */
export function extremes(values: ArrayLike<number>): [least: number, most: number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    least = Math.min(least, values[i]!);
    most = Math.max(most, values[i]!);
  }
  return [least, most];
}
