import type * as tf from "@tensorflow/tfjs";
import { SoftLayer } from "./layers/SoftLayer";

/** The soft layers of a model; throws RangeError if there is none. */
function softLayersOf(model: tf.LayersModel): SoftLayer[] {
  const layers = model.layers.filter((layer) => layer instanceof SoftLayer);
  if (layers.length === 0) {
    throw new RangeError(
      `model "${model.name}" has no soft layer: tuneCurvature makes them of ReLUs`,
    );
  }
  return layers as SoftLayer[];
}

/**
 * Sets β of every soft layer of a model, without training. Throws RangeError on β outside (0, 1), and
 * on a model without soft layers.
 *
 * @example setCurvature(await tuneCurvature(model), 0.9);
 */
export function setCurvature(model: tf.LayersModel, beta: number): void {
  for (const layer of softLayersOf(model)) layer.setBetas(beta);
}

/** The β of a search, and how each of them did. */
export interface CurvatureSearch {
  readonly beta: number;
  readonly trace: readonly { readonly beta: number; readonly loss: number }[];
}

/**
 * Tries each β in every soft layer of a model, and leaves the one whose loss is lowest, the first of
 * several. The loss should be measured on signals that neither train nor test.
 *
 * Throws RangeError on an empty list, on β outside (0, 1), on a loss that is NaN, and on a model
 * without soft layers.
 *
 * @example
 * const tuned = await tuneCurvature(model);
 * searchCurvature(tuned, [0.7, 0.8, 0.9], () => evaluateClassifier(tuned, data).loss);
 */
export function searchCurvature(
  model: tf.LayersModel,
  betas: readonly number[],
  loss: () => number,
): CurvatureSearch {
  if (betas.length === 0) throw new RangeError("there is no β to try");
  const trace = betas.map((beta) => {
    setCurvature(model, beta);
    const measured = loss();
    if (Number.isNaN(measured)) throw new RangeError(`the loss at β = ${beta} is NaN`);
    return { beta, loss: measured };
  });
  const { beta } = trace.reduce((best, tried) => (tried.loss < best.loss ? tried : best));
  setCurvature(model, beta);
  return { beta, trace };
}
