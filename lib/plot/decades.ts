import { extremes } from "../spline/extremes";

/** The powers of ten between the least and the largest value: where a logarithmic axis has its ticks. */
export function decades(values: readonly number[]): number[] {
  const [low, high] = extremes(values).map(Math.log10);
  const first = Math.ceil(low! - 1e-9);
  const count = Math.max(0, Math.floor(high! + 1e-9) - first + 1);
  return Array.from({ length: count }, (_, i) => 10 ** (first + i));
}
