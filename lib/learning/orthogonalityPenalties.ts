import * as tf from "@tensorflow/tfjs";
import type { OffDiagonalOptions } from "../templates";
import { differentiableTemplates } from "./differentiableTemplates";
import { GramSchmidtDense } from "./GramSchmidtDense";
import { requireFactor } from "./requireFactor";
import type { Penalty } from "./trainStep";

/** A factor, and which squared products of rows it stands before. */
export interface OrthogonalityOptions extends OffDiagonalOptions {
  /** γ, 0 or more. */
  readonly gamma: number;
}

/**
 * Penalises rows of a layer that aren't orthogonal: γ Σ_{c≠c'} ⟨w_c, w_c'⟩² over the off-diagonal of
 * W Wᵀ, the last layer's W if none is named (Balestriero & Baraniuk 2018). A filter of a convolution
 * counts as a row.
 *
 * It is the true off-diagonal. The authors' released code subtracts from W Wᵀ a diagonal of *mean*
 * squares (1/D) ‖w_c‖² instead of sums, which leaves (1 − 1/D)² ‖w_c‖⁴ of each row in the penalty: it
 * shrinks the weights as well. The plain form keeps a milder pull of that kind, as shorter rows have
 * smaller products; the cosine form has none (a row of length 0 counts as orthogonal there).
 *
 * Throws RangeError on γ < 0, and in training if there is no such layer.
 *
 * @example
 * const curve = await trainClassifier(model, data, {
 *   ...options, penalties: { "0.1 × mean of rows": orthogonalRows({ gamma: 0.1, reduction: "mean" }) },
 * });
 */
export function orthogonalRows({
  gamma,
  layer,
  ...options
}: OrthogonalityOptions & { readonly layer?: string }): Penalty {
  requireFactor(gamma);
  return (model) => {
    const rows = rowsOf(layer === undefined ? lastWithWeights(model) : model.getLayer(layer));
    return offDiagonalOf(rows.expandDims(0), options).mul(gamma);
  };
}

/**
 * Penalises templates that aren't orthogonal, at the signals of the batch:
 * γ mean_n Σ_{c≠c'} ⟨A[x_n]_c, A[x_n]_c'⟩², differentiable by the weights of all layers.
 *
 * `signals` of the batch are taken, all if left out: their templates cost C backward passes each, and
 * twice that for the gradient. See {@link differentiableTemplates} for the layers it can pass.
 *
 * @example
 * const penalties = { "0.01 × templates": orthogonalTemplates({ gamma: 0.01, form: "cosine" }) };
 */
export function orthogonalTemplates({
  gamma,
  signals,
  ...options
}: OrthogonalityOptions & { readonly signals?: number }): Penalty {
  requireFactor(gamma);
  return (model, inputs) => {
    const count = Math.min(signals ?? inputs.shape[0]!, inputs.shape[0]!);
    const chosen = inputs.slice([0], [count]);
    const A = differentiableTemplates(model, chosen);
    const [N, C] = A.shape as [number, number];
    return offDiagonalOf(A.reshape([N, C, -1]), options).mul(gamma);
  };
}

/** Mean over n of the sum (or mean) over pairs of squared products (or cosines) of rows [N, C, D]. */
function offDiagonalOf(
  rows: tf.Tensor,
  { form = "plain", reduction = "sum" }: OffDiagonalOptions,
): tf.Tensor {
  const [N, C] = rows.shape as [number, number];
  // 1e-12 under the root: a row of zeros has no direction, and its gradient would be NaN.
  const lengths = rows.square().sum(2, true).add(1e-12).sqrt();
  const scaled = form === "cosine" ? rows.div(lengths) : rows;
  const gram = tf.matMul(scaled as tf.Tensor3D, scaled as tf.Tensor3D, false, true);
  const apart = tf.scalar(1).sub(tf.eye(C));
  const pairs = reduction === "mean" ? C * (C - 1) : 1;
  return gram
    .mul(apart)
    .square()
    .sum()
    .div(N * pairs);
}

/** W [C, D] of a layer, as a function of its variables. */
function rowsOf(layer: tf.layers.Layer): tf.Tensor {
  if (layer instanceof GramSchmidtDense) return layer.rows();
  const kernel = layer.weights[0]?.read();
  if (kernel === undefined || kernel.rank < 2) {
    throw new RangeError(`layer "${layer.name}" has no matrix whose rows could be orthogonal`);
  }
  return kernel.reshape([-1, kernel.shape.at(-1)!]).transpose();
}

function lastWithWeights(model: tf.LayersModel): tf.layers.Layer {
  const found = model.layers.findLast(({ weights }) => weights.length > 0);
  if (found === undefined) throw new RangeError("the model has no layer with weights");
  return found;
}
