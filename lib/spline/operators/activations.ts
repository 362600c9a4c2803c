import { Activation } from "./activation";
import { reasonAgainst } from "./notPiecewiseAffine";
import { type Shape, sizeOf } from "./operator";
import { Relu } from "./relu";

/**
 * The activations of the dictionary, by name: each takes the shape of its input.
 *
 * Ties: at a knot the lower piece holds. Slopes at 0 are thus 0 for ReLU, ν for leaky ReLU, −1 for
 * abs. All throw RangeError on parameters that aren't finite or out of range.
 *
 * @example
 * activations.leakyRelu([3], 0.1).convex; // true
 * activations.leakyRelu([3], 2).convex; // false
 * activations.relu6([3]).pieces; // 3
 */
export const activations = {
  /** max(0, u). */
  relu: (shape: Shape): Activation => new Relu(shape),

  /** ν u below 0, u above. The slope is tf.js' default. Convex iff ν ≤ 1, nondecreasing iff ν ≥ 0. */
  leakyRelu: (shape: Shape, slope = 0.3): Activation =>
    new Activation(shape, {
      kind: "leakyRelu",
      knots: [0],
      slopes: [slope, 1],
      intercepts: [0, 0],
    }),

  /** Parametric ReLU (He et al. 2015): a slope below 0 for each channel (last axis), or each unit. */
  prelu: (shape: Shape, slopes: ArrayLike<number>): Activation => {
    if (slopes.length === 0 || sizeOf(shape) % slopes.length !== 0) {
      throw new RangeError(
        `prelu: ${slopes.length} slopes, expected one for each channel or unit of [${shape}]`,
      );
    }
    return new Activation(shape, {
      kind: "prelu",
      knots: [0],
      slopes: Array.from(slopes, (slope) => [slope, 1]).flat(),
      intercepts: new Float64Array(2 * slopes.length),
      parameters: slopes.length,
    });
  },

  /** |u|. Convex, but not nondecreasing. */
  abs: (shape: Shape): Activation =>
    new Activation(shape, { kind: "abs", knots: [0], slopes: [-1, 1], intercepts: [0, 0] }),

  /** min(max(low, u), high). Not convex. */
  clip: (shape: Shape, low: number, high: number): Activation => {
    if (!(low < high)) throw new RangeError(`clip: from ${low} to ${high}, expected low < high`);
    return clipped("clip", shape, [low, high], 1, 0);
  },

  /** min(max(0, u), 6). Not convex. */
  relu6: (shape: Shape): Activation => clipped("relu6", shape, [0, 6], 1, 0),

  /** min(max(−1, u), 1). Not convex. */
  hardTanh: (shape: Shape): Activation => clipped("hardTanh", shape, [-1, 1], 1, 0),

  /** min(max(0, 0.2 u + 0.5), 1), as tf.js defines it. Not convex. */
  hardSigmoid: (shape: Shape): Activation => clipped("hardSigmoid", shape, [0, 1], 0.2, 0.5),

  /** sign(u) max(|u| − λ, 0), the proximal operator of λ|u| (ISTA). Nondecreasing, not convex. */
  softThreshold: (shape: Shape, threshold = 1): Activation => {
    if (!(threshold > 0)) {
      throw new RangeError(`softThreshold: the threshold is ${threshold}, expected a positive one`);
    }
    return new Activation(shape, {
      kind: "softThreshold",
      knots: [-threshold, threshold],
      slopes: [1, 0, 1],
      intercepts: [threshold, 0, -threshold],
    });
  },
} as const;

/** Names that {@link activationOf} takes without parameters; "linear" is the identity. */
export type ActivationName = "linear" | Exclude<keyof typeof activations, "prelu" | "clip">;

/** An activation by name, or by kind and parameters. */
export type ActivationSpec =
  | ActivationName
  | { readonly kind: ActivationName }
  | { readonly kind: "leakyRelu"; readonly slope: number }
  | { readonly kind: "prelu"; readonly slopes: ArrayLike<number> }
  | { readonly kind: "clip"; readonly low: number; readonly high: number }
  | { readonly kind: "softThreshold"; readonly threshold: number };

/**
 * The operator that a name or a description stands for; null for "linear".
 *
 * @throws RangeError on an unknown name, with the names that are known, or with the reason why the
 * function is no spline
 * @example
 * activationOf("abs", [3])?.pieces; // 2
 * activationOf({ kind: "leakyRelu", slope: 2 }, [3])?.convex; // false
 * activationOf("linear", [3]); // null
 */
export function activationOf(spec: ActivationSpec, shape: Shape): Activation | null {
  const given: Parameters = typeof spec === "string" ? { kind: spec } : spec;
  switch (given.kind) {
    case "linear":
      return null;
    case "leakyRelu":
      return activations.leakyRelu(shape, given.slope);
    case "prelu":
      if (given.slopes === undefined) throw new RangeError("prelu needs its slopes: { slopes }");
      return activations.prelu(shape, given.slopes);
    case "clip":
      return activations.clip(shape, given.low ?? Number.NaN, given.high ?? Number.NaN);
    case "softThreshold":
      return activations.softThreshold(shape, given.threshold);
    case "relu":
    case "abs":
    case "relu6":
    case "hardTanh":
    case "hardSigmoid":
      return activations[given.kind](shape);
    default: {
      const known = `known are linear, ${Object.keys(activations).join(", ")}`;
      const reason = reasonAgainst(given.kind);
      throw new RangeError(`activation "${given.kind}" ${reason ?? "is not known"}; ${known}`);
    }
  }
}

/** A description of an activation before it is known to be one. */
interface Parameters {
  readonly kind: string;
  readonly slope?: number;
  readonly slopes?: ArrayLike<number>;
  readonly threshold?: number;
  readonly low?: number;
  readonly high?: number;
}

// Clips slope · u + offset to [low, high].
function clipped(
  kind: string,
  shape: Shape,
  [low, high]: readonly [number, number],
  slope: number,
  offset: number,
): Activation {
  return new Activation(shape, {
    kind,
    knots: [(low - offset) / slope, (high - offset) / slope],
    slopes: [0, slope, 0],
    intercepts: [low, offset, high],
  });
}
