import { type Complex, heWeights, partition, random, SplineNetwork } from "../../lib";

export const SQUARE = [
  [-1, -1],
  [1, 1],
] as const;

/** A ReLU network of drawn weights. */
export const drawnNetwork = (widths: number[], seed: number): SplineNetwork =>
  SplineNetwork.fromWeights(heWeights(widths, random(seed), { offsetDeviation: 0.4 }));

/** The partition of a ReLU network of drawn weights, on the square or another domain. */
export const drawnPartition = (
  widths: number[],
  seed: number,
  domain: readonly (readonly [number, number])[] = SQUARE,
): Complex => partition(drawnNetwork(widths, seed), { domain });
