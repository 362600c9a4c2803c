/** Where to look instead. */
const SOFT =
  "its soft view is a probabilistic choice of pieces (Balestriero & Baraniuk 2019), not this graph";

/** Why a function of one unit is no spline. */
const curved = (formula: string) => `is not piecewise affine: ${formula} is curved; ${SOFT}`;

/** Why a layer is no spline whose pieces are chosen once for all. */
const coupled = (why: string) => `is not piecewise affine: ${why}; ${SOFT}`;

const gated =
  "is not piecewise affine: its gates multiply one signal with a function of another. `GatedRecurrence` " +
  "reads it: with hard gates it is piecewise polynomial, with soft ones a probabilistic choice of " +
  "pieces (Balestriero & Baraniuk 2019)";

/** What is no max-affine spline, by the name of an activation or the class of a layer, in lower case. */
const REASONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    sigmoid: curved("1/(1 + e^−u)"),
    tanh: curved("tanh u"),
    gelu: curved("u Φ(u)"),
    gelunew: curved("the tanh form of u Φ(u)"),
    swish: curved("u/(1 + e^−u)"),
    silu: curved("u/(1 + e^−u)"),
    mish: curved("u tanh(log(1 + e^u))"),
    softplus: curved("log(1 + e^u)"),
    softsign: curved("u/(1 + |u|)"),
    elu: curved("e^u − 1 below 0"),
    selu: curved("e^u − 1 below 0"),
    exponential: curved("e^u"),
    softmax: coupled("e^u_k / Σ e^u_j is curved in all units; only at the end it can be taken off"),
    logsoftmax: coupled("u_k − log Σ e^u_j is curved in all units"),
    layernormalization: coupled("it divides by the deviation of the signal itself"),
    attention: coupled("its weights are a softmax of products of signals"),
    multiheadattention: coupled("its weights are a softmax of products of signals"),
    multiply: coupled("a product of two signals is quadratic"),
    dot: coupled("a product of two signals is quadratic"),
    lstm: gated,
    lstmcell: gated,
    gru: gated,
    grucell: gated,
    embedding: "reads whole numbers, not a signal: start the network behind it",
    masking:
      "is not continuous: it leaves out the steps whose numbers all equal its mask value. Cut the " +
      "sequences to the length that they have, and leave it out",
    thresholdedrelu: "is not continuous: it jumps at its threshold, and no spline does",
  }),
);

/**
 * Why an activation or a layer can't be a max-affine spline operator, or undefined if nothing
 * speaks against it. Names as TensorFlow.js or Keras write them, in any case, with or without "_".
 *
 * @example
 * reasonAgainst("LayerNormalization")?.split(":")[0]; // "is not piecewise affine"
 * reasonAgainst("relu"); // undefined
 */
export function reasonAgainst(name: string): string | undefined {
  return REASONS.get(name.toLowerCase().replaceAll("_", ""));
}
