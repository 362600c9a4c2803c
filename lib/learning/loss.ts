import * as tf from "@tensorflow/tfjs";
import { batch, type Dataset } from "../data";
import { requireData, requireInteger } from "./checkTraining";

/**
 * What is minimised, as a mean over signals: the cross-entropy of the softmax of the outputs (nats),
 * or ‖f(x) − e_y‖², the squared distance to the unit vector of the signal's class.
 */
export type LossName = "cross-entropy" | "squared error";

/** Loss and share of correct answers, as means over signals. */
export interface Measured {
  readonly loss: number;
  readonly accuracy: number;
}

/** The loss of outputs [N, C] under labels [N], a scalar that can be differentiated. */
export function lossOf(name: LossName, outputs: tf.Tensor2D, labels: tf.Tensor1D): tf.Scalar {
  const target = tf.oneHot(labels, outputs.shape[1]).cast("float32") as tf.Tensor2D;
  return name === "cross-entropy"
    ? tf.losses.softmaxCrossEntropy(target, outputs).asScalar()
    : outputs.sub(target).square().sum(1).mean().asScalar();
}

/** The share of signals whose class has the largest output; a scalar. */
export function accuracyOf(outputs: tf.Tensor2D, labels: tf.Tensor1D): tf.Scalar {
  return outputs.argMax(1).equal(labels).cast("float32").mean().asScalar();
}

/**
 * Mean loss and share of correct answers of a model on labelled data, in evaluation mode. Batches
 * bound the memory and change the result by rounding alone.
 *
 * Throws RangeError for a batch of less than one signal, no data, and data that don't go with the model.
 */
export function evaluateClassifier(
  model: tf.LayersModel,
  data: Dataset,
  { batchSize = 500, loss = "cross-entropy" }: { batchSize?: number; loss?: LossName } = {},
): Measured {
  requireInteger(batchSize, 1, "batchSize");
  requireData(model, data);
  let [total, correct] = [0, 0];
  for (let start = 0; start < data.size; start += batchSize) {
    const count = Math.min(batchSize, data.size - start);
    const indices = Uint32Array.from({ length: count }, (_, i) => start + i);
    const [value, share] = tf.tidy(() => {
      const { inputs, labels } = tensorsOf(data, indices);
      const outputs = model.apply(inputs) as tf.Tensor2D;
      return [lossOf(loss, outputs, labels), accuracyOf(outputs, labels)].map(
        (scalar) => scalar.dataSync()[0]!,
      );
    });
    total += value! * count;
    correct += Math.round(share! * count);
  }
  return { loss: total / data.size, accuracy: correct / data.size };
}

/** The chosen signals and their labels as tensors, for the caller to dispose. */
export function tensorsOf(
  data: Dataset,
  indices: Uint32Array,
): { inputs: tf.Tensor; labels: tf.Tensor1D } {
  const { inputs, labels } = batch(data, indices);
  return {
    inputs: tf.tensor(inputs, [indices.length, ...data.shape], "float32"),
    labels: tf.tensor1d(labels, "int32"),
  };
}
