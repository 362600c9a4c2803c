import * as tf from "@tensorflow/tfjs";
import { batch, type Dataset } from "../data";
import type { Random } from "../random";

/** How a classifier is trained. */
export interface TrainOptions {
  /** Passes over the data. */
  readonly epochs: number;
  /** Signals a step. */
  readonly batchSize: number;
  /** Optimiser; Adam with the given learning rate if a number. */
  readonly optimizer: tf.Optimizer | number;
  /** Where the order of the signals comes from: the same seed gives the same training. */
  readonly random: Random;
  /** Signals kept aside, measured after every epoch. */
  readonly validation?: Dataset;
  /** Stops between two steps and keeps what was learned. */
  readonly signal?: AbortSignal;
  /** Called after every step, with the loss of its batch before the step. */
  readonly onStep?: (step: TrainingStep) => void;
}

/** One step of training. */
export interface TrainingStep {
  /** Steps done so far, from 1, and steps in all. */
  readonly step: number;
  readonly steps: number;
  /** Epochs done, with fraction. */
  readonly epoch: number;
  /** Mean cross-entropy (nats) and share of correct answers on the step's batch. */
  readonly loss: number;
  readonly accuracy: number;
}

/** What was measured after an epoch, on data in evaluation mode. */
export interface EpochRecord {
  readonly epoch: number;
  /** Means over the epoch's steps. */
  readonly loss: number;
  readonly accuracy: number;
  /** On the validation data, if there are any. */
  readonly validationLoss?: number;
  readonly validationAccuracy?: number;
}

/** The learning curve: every step, every epoch, and whether training was aborted. */
export interface LearningCurve {
  readonly steps: readonly TrainingStep[];
  readonly epochs: readonly EpochRecord[];
  readonly aborted: boolean;
}

/**
 * Trains a model whose outputs are logits on labelled data by cross-entropy, reproducibly.
 *
 * The order of the signals comes from `random`, never from Math.random (which `model.fit` uses and
 * nobody can seed); with seeded initialisers, two trainings on one machine agree to the bit.
 * Throws RangeError if the model ends in a softmax (whose logits would be lost to float32), and
 * Error if the loss stops being a number.
 */
export async function trainClassifier(
  model: tf.LayersModel,
  data: Dataset,
  options: TrainOptions,
): Promise<LearningCurve> {
  const { epochs, batchSize, random, validation, signal, onStep, optimizer } = options;
  requireLogits(model);
  const own = typeof optimizer === "number" ? tf.train.adam(optimizer) : optimizer;
  const perEpoch = Math.ceil(data.size / batchSize);
  const steps: TrainingStep[] = [];
  const records: EpochRecord[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = random.permutation(data.size);
    for (let k = 0; k < perEpoch; k++) {
      if (signal?.aborted) return { steps, epochs: records, aborted: true };
      const indices = order.subarray(k * batchSize, (k + 1) * batchSize);
      const { loss, accuracy } = trainStep(model, own, data, indices);
      const step = steps.length + 1;
      const record = { step, steps: epochs * perEpoch, epoch: step / perEpoch, loss, accuracy };
      if (!Number.isFinite(loss)) {
        throw new Error(`the loss is ${loss} at step ${step}; lower the learning rate`);
      }
      steps.push(record);
      onStep?.(record);
      await new Promise(setImmediate); // lets an interrupt through
    }
    const ofEpoch = steps.slice(-perEpoch);
    const measured = validation && evaluateClassifier(model, validation);
    records.push({
      epoch: epoch + 1,
      loss: mean(ofEpoch.map((s) => s.loss)),
      accuracy: mean(ofEpoch.map((s) => s.accuracy)),
      ...(measured && {
        validationLoss: measured.loss,
        validationAccuracy: measured.accuracy,
      }),
    });
  }
  return { steps, epochs: records, aborted: false };
}

/** Mean cross-entropy (nats) and share of correct answers of a model on labelled data. */
export function evaluateClassifier(
  model: tf.LayersModel,
  data: Dataset,
  batchSize = 500,
): { loss: number; accuracy: number } {
  let [loss, correct] = [0, 0];
  for (let start = 0; start < data.size; start += batchSize) {
    const count = Math.min(batchSize, data.size - start);
    const indices = Uint32Array.from({ length: count }, (_, i) => start + i);
    const measured = tf.tidy(() => {
      const { inputs, labels } = tensorsOf(data, indices);
      return measure(model.apply(inputs) as tf.Tensor2D, labels).map((t) => t.dataSync()[0]!);
    });
    loss += measured[0]! * count;
    correct += measured[1]! * count;
  }
  return { loss: loss / data.size, accuracy: correct / data.size };
}

function trainStep(
  model: tf.LayersModel,
  optimizer: tf.Optimizer,
  data: Dataset,
  indices: Uint32Array,
): { loss: number; accuracy: number } {
  return tf.tidy(() => {
    const { inputs, labels } = tensorsOf(data, indices);
    let accuracy: tf.Scalar | undefined;
    const cost = optimizer.minimize(
      () => {
        const output = model.apply(inputs, { training: true }) as tf.Tensor2D;
        const [loss, share] = measure(output, labels);
        accuracy = tf.keep(share);
        return loss;
      },
      true,
      model.trainableWeights.map((weight) => weight.read() as tf.Variable),
    )!;
    const result = { loss: cost.dataSync()[0]!, accuracy: accuracy!.dataSync()[0]! };
    accuracy!.dispose();
    return result;
  });
}

/** Mean cross-entropy of logits, and the share of correct answers. */
function measure(logits: tf.Tensor2D, labels: tf.Tensor1D): [tf.Scalar, tf.Scalar] {
  const oneHot = tf.oneHot(labels, logits.shape[1]);
  const loss = tf.losses.softmaxCrossEntropy(oneHot, logits).asScalar();
  const share = logits.argMax(1).equal(labels).cast("float32").mean().asScalar();
  return [loss, share];
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

function tensorsOf(
  data: Dataset,
  indices: Uint32Array,
): { inputs: tf.Tensor; labels: tf.Tensor1D } {
  const { inputs, labels } = batch(data, indices);
  return {
    inputs: tf.tensor(inputs, [indices.length, ...data.shape], "float32"),
    labels: tf.tensor1d(Int32Array.from(labels), "int32"),
  };
}

const mean = (values: number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
