import type { Snapshot } from "./Snapshot";

/** One step of training, measured on its batch before the step. */
export interface TrainingStep {
  /** Steps done so far, from 1, and steps in all. */
  readonly step: number;
  readonly steps: number;
  /** Epochs done, with fraction. */
  readonly epoch: number;
  /** Mean loss (cross-entropy in nats), penalties left out, and share of correct answers. */
  readonly loss: number;
  readonly accuracy: number;
  /** Sum of the penalties and of the layers' regularisers; 0 without any. */
  readonly penalty: number;
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

/** The learning curve: every step, every epoch, snapshots, and how training ended. */
export interface LearningCurve {
  readonly steps: readonly TrainingStep[];
  readonly epochs: readonly EpochRecord[];
  readonly snapshots: readonly Snapshot[];
  readonly ending: "all epochs" | "early stop" | "aborted";
  /** The epoch whose weights the model has, where training could stop early. */
  readonly bestEpoch?: number;
  /** Steps that were done before, if training went on from a checkpoint. */
  readonly resumedFrom?: number;
  /** What was wrong with checkpoints that were passed over. */
  readonly notes: readonly string[];
}
