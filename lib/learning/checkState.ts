import { isObject, shown } from "../files/parseJson";
import { CheckpointError, type FoundCheckpoint } from "./checkpoints";
import type { PlainState } from "./TrainingState";

/** What a checkpoint is continued with: its state has to be one of this training. */
export interface ContinuedTraining {
  /** Names the checkpoint in messages. */
  readonly place: string;
  /** Shapes of the model's weights. */
  readonly shapes: readonly (readonly number[])[];
  readonly stepsPerEpoch: number;
  /** Does the optimiser remember powers, as Adam does? */
  readonly hasPowers: boolean;
}

/**
 * The state of a checkpoint, if it and its arrays are those of a training of this model.
 * @throws CheckpointError otherwise
 */
export function checkedState(
  { state, arrays }: FoundCheckpoint,
  { place, shapes, stepsPerEpoch, hasPowers }: ContinuedTraining,
): PlainState {
  const refuse = (found: string, expected: string) =>
    new CheckpointError(
      place,
      `found ${found}, expected ${expected}; the checkpoint was changed, empty the folder to start anew`,
    );
  const isArrayOf = (name: string, length: number, kind: unknown) =>
    Object.hasOwn(arrays, name) &&
    arrays[name]!.constructor === kind &&
    arrays[name]!.length === length;
  const requireArray = (name: string, length: number, kind: unknown = Float32Array) => {
    if (isArrayOf(name, length, kind)) return;
    throw refuse(`no array "${name}" of ${length} numbers`, "all that the state speaks of");
  };
  if (!isPlainState(state)) throw refuse(`the state ${shown(state)}`, "that of a training");
  const { step, epochs, weightCount, snapshotEpochs, best, optimizer } = state;
  if (weightCount !== shapes.length) {
    throw refuse(`${weightCount} weights`, `${shapes.length}, as the model has`);
  }
  if (epochs.length !== Math.floor(step / stepsPerEpoch)) {
    throw refuse(
      `${epochs.length} epochs in ${step} steps`,
      `one in ${stepsPerEpoch} steps, as many as there are batches`,
    );
  }
  const lists = ["weights", ...snapshotEpochs.map((epoch) => `snapshot ${epoch}`)];
  if (best !== null) lists.push("best");
  for (const list of lists) {
    shapes.forEach((shape, k) => {
      requireArray(`${list}/${k}`, sizeOf(shape));
    });
  }
  for (const name of ["losses", "accuracies", "penalties"]) requireArray(name, step, Float64Array);
  optimizer.shapes.forEach((shape, k) => {
    if (!shapes.some((of) => String(of) === String(shape))) {
      throw refuse(
        `the optimiser's memory of a weight of shape [${shape}]`,
        "weights of the model",
      );
    }
    requireArray(`slots/${k}`, sizeOf(shape));
  });
  if ((optimizer.powers !== null) === hasPowers) return state;
  throw refuse(`powers ${shown(optimizer.powers)}`, hasPowers ? "two numbers" : "none");
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Is it as `toCheckpoint` describes a state, part by part? */
function isPlainState(state: unknown): state is PlainState {
  if (!isObject(state)) return false;
  const { step, epochs, stoppedEarly, snapshotEpochs, best, weightCount, optimizer } = state;
  return (
    isCount(step) &&
    Array.isArray(epochs) &&
    epochs.every((record, k) => isRecord(record, k + 1)) &&
    typeof stoppedEarly === "boolean" &&
    Array.isArray(snapshotEpochs) &&
    snapshotEpochs.every(isCount) &&
    (best === null || (isObject(best) && isCount(best.epoch) && Number.isFinite(best.loss))) &&
    isCount(weightCount) &&
    isOptimizer(optimizer)
  );
}

function isRecord(record: unknown, epoch: number): boolean {
  if (!isObject(record)) return false;
  // A loss on validation data may be infinite, which JSON writes as null.
  const isMeasure = (value: unknown) =>
    value === undefined || value === null || Number.isFinite(value);
  return (
    record.epoch === epoch &&
    Number.isFinite(record.loss) &&
    Number.isFinite(record.accuracy) &&
    isMeasure(record.validationLoss) &&
    isMeasure(record.validationAccuracy)
  );
}

function isOptimizer(optimizer: unknown): boolean {
  if (!isObject(optimizer)) return false;
  const { iterations, shapes, powers } = optimizer;
  return (
    isCount(iterations) &&
    iterations < 2 ** 31 &&
    Array.isArray(shapes) &&
    shapes.every((shape) => Array.isArray(shape) && shape.every(isCount)) &&
    (powers === null ||
      (Array.isArray(powers) && powers.length === 2 && powers.every(Number.isFinite)))
  );
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;
