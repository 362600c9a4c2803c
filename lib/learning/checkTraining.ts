import * as tf from "@tensorflow/tfjs";
import type { Dataset } from "../data";
import type { TrainOptions } from "./trainClassifier";

/** Layers that draw from Math.random in every step. */
const UNSEEDED = ["SpatialDropout1D", "GaussianNoise", "GaussianDropout", "AlphaDropout"];

/** Checks that model, data and options go together. Throws RangeError. */
export function checkTraining(model: tf.LayersModel, data: Dataset, options: TrainOptions): void {
  const { epochs, batchSize, validation, snapshots = [], earlyStop, checkpoint } = options;
  requireInteger(epochs, 0, "epochs");
  requireInteger(batchSize, 1, "batchSize");
  for (const epoch of snapshots) {
    requireInteger(epoch, 0, "an epoch of a snapshot");
    if (epoch > epochs) throw new RangeError(`a snapshot after epoch ${epoch} of ${epochs}`);
  }
  if (earlyStop !== undefined) {
    requireInteger(earlyStop.patience, 1, "earlyStop.patience");
    if (validation === undefined) {
      throw new RangeError("earlyStop watches the validation loss: give validation data");
    }
  }
  if (checkpoint !== undefined) {
    requireInteger(checkpoint.everyEpochs ?? 1, 1, "checkpoint.everyEpochs");
    requireInteger(checkpoint.everySteps ?? 1, 1, "checkpoint.everySteps");
    requireRepeatable(model);
  }
  if ((options.loss ?? "cross-entropy") === "cross-entropy") requireLogits(model);
  requireSoundGradients(model);
  requireData(model, data);
  if (validation !== undefined) requireData(model, validation);
}

/** Checks an option that counts something. Throws RangeError. */
export function requireInteger(value: number, least: number, name: string): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new RangeError(`${name} is an integer, ${least} or more, got ${value}`);
}

/** Checks that a model classifies this data. Throws RangeError. */
export function requireData(model: tf.LayersModel, data: Dataset): void {
  if (model.inputs.length !== 1 || model.outputs.length !== 1) {
    throw new RangeError(
      `the model has ${model.inputs.length} inputs and ${model.outputs.length} outputs, ` +
        "expected one of each",
    );
  }
  const wanted = model.inputs[0]!.shape.slice(1);
  const fits =
    wanted.length === data.shape.length &&
    wanted.every((size, i) => size === null || size === data.shape[i]);
  if (!fits) {
    throw new RangeError(
      `${data.name} has signals of shape [${data.shape}], the model wants [${wanted}]`,
    );
  }
  if (data.size === 0) throw new RangeError(`${data.name} is empty`);
  const output = model.outputs[0]!.shape;
  const classes = output.at(-1)!;
  if (output.length !== 2) {
    throw new RangeError(`the model's output has shape [${output}], expected [batch, classes]`);
  }
  if (classes < 2) {
    throw new RangeError(
      `the model has ${classes} output, expected one a class and two classes or more`,
    );
  }
  const wrong = data.labels.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw new RangeError(
      `signal ${wrong} of ${data.name} is of class ${data.labels[wrong]}, ` +
        `the model's ${classes} outputs are classes 0 to ${classes - 1}`,
    );
  }
}

function requireLogits(model: tf.LayersModel): void {
  const last = model.layers.at(-1)!;
  const { activation } = last.getConfig();
  if (activation === "softmax" || last.getClassName() === "Softmax") {
    throw new RangeError(
      `the model ends in a softmax ("${last.name}"); leave it out, the loss applies it to logits`,
    );
  }
}

/**
 * TensorFlow's CPU kernel for the gradient of a 1 × 1 filter with a stride writes beyond its memory
 * where the stride leaves rows over at the end (seen in 2.21): a crash, or worse, none.
 */
function requireSoundGradients(model: tf.LayersModel): void {
  if (tf.getBackend() !== "tensorflow") return;
  for (const layer of model.layers) {
    if ("layers" in layer) requireSoundGradients(layer as unknown as tf.LayersModel); // nested
    if (layer.getClassName() !== "Conv2D" || !layer.trainable) continue;
    const { kernelSize, strides } = layer.getConfig();
    const pointwise = [kernelSize].flat().every((size) => size === 1);
    if (!pointwise || [strides].flat().every((stride) => stride === 1)) continue;
    throw new RangeError(
      `layer "${layer.name}" is a 1 × 1 convolution of stride ${strides}, for whose gradient the ` +
        "native backend writes beyond its memory; put averagePooling2d of pool size 1 and this " +
        "stride before it (the same function) and convolve with stride 1, or take another backend",
    );
  }
}

function requireRepeatable(model: tf.LayersModel): void {
  for (const layer of model.layers) {
    const kind = layer.getClassName();
    const { rate, seed } = layer.getConfig();
    if (UNSEEDED.includes(kind) || (kind === "Dropout" && Number(rate) > 0 && !seed)) {
      throw new RangeError(
        `layer "${layer.name}" (${kind}) draws from Math.random, so a training that was killed ` +
          "can't go on as if it hadn't been; leave the layer out, or the checkpoint",
      );
    }
  }
}
