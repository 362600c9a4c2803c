import * as tf from "@tensorflow/tfjs";
import { requireInteger } from "./checkTraining";
import { differentiableTemplates } from "./differentiableTemplates";
import { requireFactor } from "./requireFactor";
import type { Penalty } from "./trainStep";

/** A factor, and how many signals of a batch it asks. */
export interface TemplateNormOptions {
  /** γ, 0 or more. */
  readonly gamma: number;
  /** The first so many of the batch; all if left out. */
  readonly signals?: number;
}

/**
 * Penalises steep maps at the signals of the batch: γ mean_n ‖A[x_n]‖_F² (Drucker & Le Cun 1992; Hoffman,
 * Roberts & Yaida 2019). ‖A‖_F² is the sum over classes of the squared length of a template, and at least
 * ‖A‖₂². It acts where the data are, and says nothing about elsewhere.
 *
 * Templates cost C backward passes for each signal, and twice that for the gradient; see
 * {@link differentiableTemplates} for the layers they can pass. Throws RangeError on γ < 0, and
 * unless `signals` is an integer from 1.
 *
 * @example
 * const curve = await trainClassifier(model, data, {
 *   ...options, penalties: { "0.01 × mean squared norm of A": templateNorms({ gamma: 0.01 }) },
 * });
 */
export function templateNorms({ gamma, signals }: TemplateNormOptions): Penalty {
  requireFactor(gamma);
  if (signals !== undefined) requireInteger(signals, 1, "signals");
  return (model, inputs) => {
    const count = Math.min(signals ?? inputs.shape[0]!, inputs.shape[0]!);
    const A = differentiableTemplates(model, inputs.slice([0], [count]));
    return A.square()
      .sum()
      .mul(gamma / count);
  };
}

/**
 * Penalises large norms of dense layers: γ Σ_l ‖W_l‖₂² (Yoshida & Miyato 2017). The product of these norms
 * is a certified Lipschitz constant on all of the input space, so that this acts everywhere.
 *
 * ‖W‖₂ = uᵀ W v with the leading singular vectors, found by `iterations` of the power method from a start
 * that is always the same; u and v count as constants, which gives the gradient of ‖W‖₂. Throws RangeError
 * on γ < 0, unless `iterations` is an integer from 1 and, in training, on a model with weights that are no dense layer's.
 *
 * @example
 * const curve = await trainClassifier(model, data, {
 *   ...options, penalties: { "0.01 × squared norms of layers": layerNorms({ gamma: 0.01 }) },
 * });
 */
export function layerNorms({
  gamma,
  iterations = 20,
}: {
  readonly gamma: number;
  readonly iterations?: number;
}): Penalty {
  requireFactor(gamma);
  requireInteger(iterations, 1, "iterations");
  return (model) => {
    const squares = model.layers
      .filter(({ weights }) => weights.length > 0)
      .map((layer) => {
        if (layer.getClassName() !== "Dense") {
          throw new RangeError(
            `layer "${layer.name}" (${layer.getClassName()}): norms of layers are for dense ones`,
          );
        }
        return leading(layer.weights[0]!.read() as tf.Tensor2D, iterations).square();
      });
    return squares.reduce<tf.Tensor>((sum, square) => sum.add(square), tf.scalar(0)).mul(gamma);
  };
}

/** ‖W‖₂ as a function of W [rows × columns]; the power method itself isn't traced. */
function leading(W: tf.Tensor2D, iterations: number): tf.Tensor {
  const [rows, columns] = W.shape;
  const values = W.dataSync();
  const u = new Float32Array(rows);
  const v = Float32Array.from({ length: columns }, (_, i) => 1 + i / columns);
  for (let i = 0; i <= iterations; i++) {
    u.fill(0);
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) u[r]! += values[r * columns + c]! * v[c]!;
    }
    normalise(u);
    v.fill(0);
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) v[c]! += values[r * columns + c]! * u[r]!;
    }
    normalise(v);
  }
  return tf
    .matMul(tf.matMul(tf.tensor2d(u, [1, rows]), W), tf.tensor2d(v, [columns, 1]))
    .asScalar();
}

function normalise(v: Float32Array): void {
  const length = Math.sqrt(v.reduce((sum, value) => sum + value * value, 0)) || 1;
  for (let i = 0; i < v.length; i++) v[i]! /= length;
}
