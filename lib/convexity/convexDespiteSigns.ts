import { type FromWeightsOptions, SplineNetwork, type WeightLayer } from "../network";

/** A network that is convex although the sign test doesn't certify it. */
export interface ConvexDespiteSigns {
  /** What it shows. */
  readonly name: string;
  /** The function, as a formula. */
  readonly formula: string;
  readonly layers: readonly WeightLayer[];
  readonly options: FromWeightsOptions;
  /** Whether it stays convex when every parameter moves by up to ±0.1. */
  readonly stable: boolean;
  readonly net: SplineNetwork;
}

/**
 * Five networks of one input that are convex on the whole line although the sign test doesn't
 * certify them: why the "only if" of the convexity theorem fails for given weights.
 *
 * The first three are coincidences that a small change of the weights destroys, or rest on a value
 * that is known to be nonnegative. The last two are stable: a whole ball of parameters around them
 * is convex with negative weights, so that not even almost all networks obey the "only if". It
 * holds in another sense: whatever weight of layer 2 or later may be negative, the others can be
 * chosen such that the network isn't convex.
 *
 * @example for (const { formula, net } of convexDespiteSigns()) console.log(formula, signTest(net));
 */
export function convexDespiteSigns(): ConvexDespiteSigns[] {
  const made = (
    name: string,
    formula: string,
    layers: WeightLayer[],
    {
      stable = false,
      activation = "relu" as const,
    }: { stable?: boolean; activation?: "relu" | "abs" } = {},
  ): ConvexDespiteSigns => {
    const options = { activation };
    return {
      name,
      formula,
      layers,
      options,
      stable,
      net: SplineNetwork.fromWeights(layers, options),
    };
  };
  return [
    made("affine result", "ReLU(x) − ReLU(−x) = x", [
      { W: [[1], [-1]], b: [0, 0] },
      { W: [[1, -1]], b: [0] },
    ]),
    made("twin units", "2 ReLU(x) − ReLU(x)", [
      { W: [[1], [1]], b: [0, 0] },
      { W: [[2, -1]], b: [0] },
    ]),
    made(
      "abs of what is never negative",
      "| |x| |",
      [
        { W: [[1]], b: [0] },
        { W: [[1]], b: [0] },
        { W: [[1]], b: [0] },
      ],
      { activation: "abs" },
    ),
    made(
      "dead unit",
      "ReLU(x) − ReLU(−5 − ReLU(x))",
      [
        { W: [[1]], b: [0] },
        { W: [[1], [-1]], b: [0, -5] },
        { W: [[1, -1]], b: [0] },
      ],
      { stable: true },
    ),
    made(
      "concave kink cut off",
      "ReLU(3 ReLU(x) − ReLU(x + 1) − ½)",
      [
        { W: [[1], [1]], b: [0, 1] },
        { W: [[3, -1]], b: [-0.5] },
        { W: [[1]], b: [0] },
      ],
      { stable: true },
    ),
  ];
}
