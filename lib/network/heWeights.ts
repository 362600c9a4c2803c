import type { Random } from "../random";
import type { WeightLayer } from "./fromWeights";

/**
 * Random weights of a fully connected ReLU network: W ~ N(0, 2 / fan-in), b ~ N(0, σ_b²).
 *
 * Offsets are random on purpose: with zero offsets every kink of layer 1 passes through the origin
 * and the partition is a fan of cones (He et al. 2015; Hanin & Rolnick 2019 for the offsets).
 * `widths` is [D, n₁, …, C]. Throws RangeError for fewer than two widths.
 *
 * @example
 * const net = SplineNetwork.fromWeights(heWeights([2, 45, 3, 4], random(1)));
 */
export function heWeights(
  widths: readonly number[],
  random: Random,
  { offsetDeviation = 0.1 }: { readonly offsetDeviation?: number } = {},
): WeightLayer[] {
  if (widths.length < 2 || widths.some((n) => !Number.isInteger(n) || n < 1)) {
    throw new RangeError(`widths are [${widths}], expected two or more positive integers`);
  }
  return widths.slice(1).map((out, l) => {
    const fanIn = widths[l]!;
    const deviation = Math.sqrt(2 / fanIn);
    const W = Array.from({ length: out }, () =>
      Array.from({ length: fanIn }, () => random.normal(0, deviation)),
    );
    return { W, b: Array.from({ length: out }, () => random.normal(0, offsetDeviation)) };
  });
}
