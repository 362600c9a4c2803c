import type { WeightLayer } from "../network";

/**
 * Weights projected onto those that the sign test certifies: from layer 2 on, negative entries of W
 * become 0; layer 1 and all offsets stay (Amos, Xu & Kolter 2017, input-convex networks).
 *
 * It is the nearest such point, entry by entry, so that it serves as the projection after each step
 * of a gradient method.
 *
 * @example SplineNetwork.fromWeights(inputConvexWeights(heWeights([2, 16, 16, 1], random(1))));
 */
export function inputConvexWeights(layers: readonly WeightLayer[]): WeightLayer[] {
  return layers.map(({ W, b }, l) =>
    l === 0 ? { W, b } : { W: W.map((row) => row.map((w) => Math.max(0, w))), b },
  );
}
