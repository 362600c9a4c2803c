import * as tf from "@tensorflow/tfjs";
import type { Dataset } from "../data";
import type { Random } from "../random";
import { checkTraining } from "./checkTraining";
import type { EpochRecord, LearningCurve, TrainingStep } from "./LearningCurve";
import type { LossName } from "./loss";
import { disposeOptimizer, makeOptimizer, type OptimizerSpec } from "./optimizer";
import { Training } from "./Training";
import type { Penalty } from "./trainStep";

/** How a classifier is trained. */
export interface TrainOptions {
  /** Passes over the data. */
  readonly epochs: number;
  /** Signals a step. */
  readonly batchSize: number;
  /** By name, or an optimiser that the caller disposes of; a number is the learning rate of Adam. */
  readonly optimizer: tf.Optimizer | OptimizerSpec | number;
  /** Where the order of the signals comes from: epoch e takes its stream `split("epoch e")`. */
  readonly random: Random;
  /** What is minimised; cross-entropy if left out. */
  readonly loss?: LossName;
  /**
   * Terms added to the loss, by name. The name stands for the term in the recipe of a checkpoint, so
   * it should carry the factor, as in "0.1 × mean squared off-diagonal".
   */
  readonly penalties?: Readonly<Record<string, Penalty>>;
  /** Signals kept aside, measured after every epoch. */
  readonly validation?: Dataset;
  /**
   * Ends training when the validation loss has had no new minimum for `patience` epochs. The weights
   * of its minimum are put back, also where all epochs were run.
   */
  readonly earlyStop?: { readonly patience: number };
  /** Epochs after which the weights are kept; 0 is before training. */
  readonly snapshots?: readonly number[];
  /** Stops between two steps and keeps what was learned; so does the stop button of a notebook. */
  readonly signal?: AbortSignal;
  /**
   * Keeps the state in a folder of its own every so many epochs (1 if left out), steps (if given),
   * at the end and when aborted. Called again with the same recipe, goes on from there.
   */
  readonly checkpoint?: {
    readonly folder: string;
    readonly everyEpochs?: number;
    readonly everySteps?: number;
  };
  /** Called after every step. */
  readonly onStep?: (step: TrainingStep) => void;
  /** Called after every epoch. */
  readonly onEpoch?: (epoch: EpochRecord) => void;
  /** Called when going on from a checkpoint: steps done, and what was wrong with newer ones. */
  readonly onResume?: (step: number, notes: readonly string[]) => void;
}

/**
 * Trains a model on labelled data, reproducibly; its outputs [N, C] are logits.
 *
 * The order of the signals comes from `random`, never from Math.random (which `model.fit` uses and
 * nobody can seed); with seeded initialisers and no dropout, two trainings on one machine, one
 * backend and one number of threads agree to the bit. So does one that was killed and went on from
 * its checkpoint with one that wasn't. No tensor is left behind, however training ends.
 *
 * Throws RangeError if model, data and options don't go together (a model that ends in a softmax
 * loses its logits to float32), CheckpointError if the folder's checkpoint is of another recipe,
 * and Error if the loss stops being a number.
 *
 * @example
 * const curve = await trainClassifier(model, train, {
 *   epochs: 10, batchSize: 100, optimizer: { name: "momentum", learningRate: 0.01, momentum: 0.9 },
 *   random: random(6), validation: test, snapshots: [0, 1, 10],
 *   checkpoint: { folder: "data/cache/my-net" },
 * });
 */
export async function trainClassifier(
  model: tf.LayersModel,
  data: Dataset,
  options: TrainOptions,
): Promise<LearningCurve> {
  checkTraining(model, data, options);
  const given = options.optimizer;
  if (given instanceof tf.Optimizer) return await new Training(model, data, given, options).run();
  const own = makeOptimizer(given);
  try {
    return await new Training(model, data, own, options).run();
  } finally {
    disposeOptimizer(own);
  }
}
