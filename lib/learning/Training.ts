import * as tf from "@tensorflow/tfjs";
import type { Dataset } from "../data";
import { interruption } from "../interrupt";
import {
  CheckpointError,
  CheckpointFolder,
  describeData,
  describeModel,
  type Recipe,
} from "./checkpoints";
import type { EpochRecord, LearningCurve, TrainingStep } from "./LearningCurve";
import { evaluateClassifier } from "./loss";
import { describeOptimizer, hasPowers, optimizerState, restoreOptimizer } from "./optimizer";
import { applySnapshot, type Snapshot, takeSnapshot } from "./Snapshot";
import {
  fromCheckpoint,
  newTrainingState,
  type TrainingState,
  toCheckpoint,
} from "./TrainingState";
import type { TrainOptions } from "./trainClassifier";
import { trainStep } from "./trainStep";

/** One run of {@link trainClassifier}. */
export class Training {
  #state: TrainingState = newTrainingState();
  #resumedFrom: number | undefined;
  #notes: readonly string[] = [];
  readonly #steps: TrainingStep[] = [];
  /** Of an epoch, and its order of signals. */
  #order: { epoch: number; indices: Uint32Array } | undefined;
  readonly #folder: CheckpointFolder | undefined;
  #written = -1;
  readonly #perEpoch: number;
  readonly #total: number;

  constructor(
    private readonly model: tf.LayersModel,
    private readonly data: Dataset,
    private readonly optimizer: tf.Optimizer,
    private readonly options: TrainOptions,
  ) {
    this.#perEpoch = Math.ceil(data.size / options.batchSize);
    this.#total = options.epochs * this.#perEpoch;
    if (options.checkpoint !== undefined) {
      this.#folder = new CheckpointFolder(options.checkpoint.folder, this.#recipe());
    }
  }

  async run(): Promise<LearningCurve> {
    const interrupt = interruption(this.options.signal);
    try {
      await new Promise(setImmediate); // what a cell does before its first await can't be stopped softly
      return await this.#run(interrupt.signal);
    } finally {
      interrupt.end();
    }
  }

  async #run(signal: AbortSignal): Promise<LearningCurve> {
    const { onStep, checkpoint } = this.options;
    await this.#resume();
    const state = this.#state;
    if (state.step === 0 && state.snapshots.length === 0) this.#snapshot(0);
    while (!state.stoppedEarly && state.step < this.#total && !signal.aborted) {
      this.#step();
      onStep?.(this.#steps.at(-1)!);
      const inEpoch = state.step % this.#perEpoch;
      if (inEpoch === 0) this.#endEpoch();
      const due =
        (inEpoch === 0 && state.epochs.length % (checkpoint?.everyEpochs ?? 1) === 0) ||
        state.step % (checkpoint?.everySteps ?? Number.POSITIVE_INFINITY) === 0;
      if (due) await this.#write();
      await new Promise(setImmediate); // lets an interrupt through
    }
    await this.#write();
    return this.#curve();
  }

  #step(): void {
    const { batchSize, loss = "cross-entropy", penalties = {} } = this.options;
    const state = this.#state;
    const inEpoch = state.step % this.#perEpoch;
    const indices = this.#epochOrder(Math.floor(state.step / this.#perEpoch) + 1);
    const chosen = indices.subarray(inEpoch * batchSize, (inEpoch + 1) * batchSize);
    let measured: ReturnType<typeof trainStep>;
    try {
      const terms = Object.values(penalties);
      measured = trainStep(this.model, this.optimizer, this.data, chosen, loss, terms);
    } catch (error) {
      if (error instanceof Error) error.message = `step ${state.step + 1}: ${error.message}`;
      throw error;
    }
    state.step++;
    state.losses.push(measured.loss);
    state.accuracies.push(measured.accuracy);
    state.penalties.push(measured.penalty);
    this.#steps.push(this.#record(state.step));
  }

  #epochOrder(epoch: number): Uint32Array {
    if (this.#order?.epoch !== epoch) {
      const indices = this.options.random.split(`epoch ${epoch}`).permutation(this.data.size);
      this.#order = { epoch, indices };
    }
    return this.#order.indices;
  }

  #endEpoch(): void {
    const { validation, earlyStop, loss = "cross-entropy", onEpoch } = this.options;
    const state = this.#state;
    const epoch = state.epochs.length + 1;
    const measured = validation && evaluateClassifier(this.model, validation, { loss });
    const record: EpochRecord = {
      epoch,
      loss: mean(state.losses.slice(-this.#perEpoch)),
      accuracy: mean(state.accuracies.slice(-this.#perEpoch)),
      ...(measured && {
        validationLoss: measured.loss,
        validationAccuracy: measured.accuracy,
      }),
    };
    state.epochs.push(record);
    this.#snapshot(epoch);
    if (earlyStop !== undefined) {
      const least = state.best?.loss ?? Number.POSITIVE_INFINITY;
      if (measured!.loss < least) {
        state.best = { ...takeSnapshot(this.model, epoch), loss: measured!.loss };
      }
      state.stoppedEarly = epoch - (state.best?.epoch ?? 0) >= earlyStop.patience;
    }
    onEpoch?.(record);
  }

  #snapshot(epoch: number): void {
    if (!this.options.snapshots?.includes(epoch)) return;
    this.#state.snapshots.push(takeSnapshot(this.model, epoch));
  }

  #curve(): LearningCurve {
    const { epochs, snapshots, best, stoppedEarly, step } = this.#state;
    const aborted = !stoppedEarly && step < this.#total;
    if (best !== undefined && !aborted) applySnapshot(this.model, best);
    return {
      steps: this.#steps,
      epochs,
      snapshots,
      ending: aborted ? "aborted" : stoppedEarly ? "early stop" : "all epochs",
      ...(best !== undefined && !aborted && { bestEpoch: best.epoch }),
      ...(this.#resumedFrom !== undefined && { resumedFrom: this.#resumedFrom }),
      notes: this.#notes,
    };
  }

  #record(step: number): TrainingStep {
    const { losses, accuracies, penalties } = this.#state;
    return {
      step,
      steps: this.#total,
      epoch: step / this.#perEpoch,
      loss: losses[step - 1]!,
      accuracy: accuracies[step - 1]!,
      penalty: penalties[step - 1]!,
    };
  }

  async #write(): Promise<void> {
    if (this.#folder === undefined || this.#written === this.#state.step) return;
    const optimizer = await optimizerState(this.optimizer);
    const { weights } = takeSnapshot(this.model);
    const { plain, arrays } = toCheckpoint(this.#state, weights, optimizer);
    this.#folder.write(this.#state.step, plain, arrays);
    this.#written = this.#state.step;
  }

  async #resume(): Promise<void> {
    const found = this.#folder?.read();
    if (found === undefined) return;
    const { state, weights, optimizer } = fromCheckpoint(found, {
      place: this.#folder!.folder,
      shapes: this.model.weights.map((weight) => weight.read().shape),
      stepsPerEpoch: this.#perEpoch,
      hasPowers: hasPowers(this.optimizer),
    });
    if (state.step > this.#total) {
      throw new CheckpointError(
        this.#folder!.folder,
        `${state.step} steps are done already, ${this.#total} are asked for; ask for as many ` +
          "epochs or more, or take another folder",
      );
    }
    applySnapshot(this.model, { epoch: 0, weights });
    await restoreOptimizer(this.optimizer, optimizer);
    this.#state = { ...state, snapshots: this.#askedFor(state) };
    for (let step = 1; step <= state.step; step++) this.#steps.push(this.#record(step));
    this.#written = state.step;
    this.#resumedFrom = state.step;
    this.#notes = found.notes;
    this.options.onResume?.(state.step, found.notes);
  }

  /** The snapshots of a checkpoint that are wanted; those of epochs gone by can't be made up for. */
  #askedFor({ snapshots, epochs }: TrainingState): Snapshot[] {
    const { snapshots: wanted = [] } = this.options;
    const kept = snapshots.filter(({ epoch }) => wanted.includes(epoch));
    const missing = wanted.filter((e) => e <= epochs.length && !kept.some((s) => s.epoch === e));
    if (missing.length === 0) return kept;
    throw new CheckpointError(
      this.#folder!.folder,
      `epochs ${missing} are done, and no snapshots of them were kept; ` +
        "ask for later ones, or take another folder",
    );
  }

  /** Epochs and snapshots aren't part of it: more of them go on from fewer. */
  #recipe(): Recipe {
    const { options } = this;
    const { validation } = options;
    return {
      model: describeModel(this.model),
      data: describeData(this.data),
      validation: validation === undefined ? "none" : describeData(validation),
      "batch size": String(options.batchSize),
      optimiser: describeOptimizer(this.optimizer),
      loss: options.loss ?? "cross-entropy",
      penalties: Object.keys(options.penalties ?? {}).join("; ") || "none",
      seed: String(options.random.seed),
      "early stop": options.earlyStop ? `patience ${options.earlyStop.patience}` : "none",
      backend: tf.getBackend(),
    };
  }
}

const mean = (values: number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
