import type { FoundCheckpoint } from "./checkpoints";
import { type ContinuedTraining, checkedState } from "./checkState";
import type { EpochRecord } from "./LearningCurve";
import type { OptimizerState } from "./optimizer";
import type { Snapshot } from "./Snapshot";

type Arrays = FoundCheckpoint["arrays"];

/** Everything a training has come to; with weights and optimiser, all that goes on from here. */
export interface TrainingState {
  /** Steps done. */
  step: number;
  /** For each step done, on its batch before the step. */
  readonly losses: number[];
  readonly accuracies: number[];
  readonly penalties: number[];
  readonly epochs: EpochRecord[];
  readonly snapshots: Snapshot[];
  /** The epoch of the smallest validation loss, if training may stop early. */
  best?: Snapshot & { readonly loss: number };
  stoppedEarly: boolean;
}

export const newTrainingState = (): TrainingState => ({
  step: 0,
  losses: [],
  accuracies: [],
  penalties: [],
  epochs: [],
  snapshots: [],
  stoppedEarly: false,
});

/** What of a state is kept as JSON; the rest are arrays. */
export interface PlainState {
  readonly step: number;
  readonly epochs: EpochRecord[];
  readonly stoppedEarly: boolean;
  readonly snapshotEpochs: number[];
  readonly best: { readonly epoch: number; readonly loss: number } | null;
  readonly weightCount: number;
  readonly optimizer: { iterations: number; shapes: number[][]; powers: number[] | null };
}

/** A state, the weights and the optimiser's memory as the content of a checkpoint. */
export function toCheckpoint(
  state: TrainingState,
  weights: readonly Float32Array[],
  { iterations, slots, powers }: OptimizerState,
): { plain: object; arrays: Arrays } {
  const { step, epochs, stoppedEarly, snapshots, best } = state;
  const plain: PlainState = {
    step,
    epochs,
    stoppedEarly,
    snapshotEpochs: snapshots.map(({ epoch }) => epoch),
    best: best === undefined ? null : { epoch: best.epoch, loss: best.loss },
    weightCount: weights.length,
    optimizer: {
      iterations,
      shapes: slots.map(({ shape }) => [...shape]),
      powers: powers === undefined ? null : [...powers],
    },
  };
  const arrays = {
    ...named("weights", weights),
    ...named(
      "slots",
      slots.map(({ values }) => values),
    ),
    ...named("best", best?.weights ?? []),
    losses: Float64Array.from(state.losses),
    accuracies: Float64Array.from(state.accuracies),
    penalties: Float64Array.from(state.penalties),
  };
  for (const { epoch, weights } of snapshots)
    Object.assign(arrays, named(`snapshot ${epoch}`, weights));
  return { plain, arrays };
}

/**
 * The way back.
 * @throws CheckpointError if it isn't the state of such a training
 */
export function fromCheckpoint(
  found: FoundCheckpoint,
  training: ContinuedTraining,
): {
  state: TrainingState;
  weights: Float32Array[];
  optimizer: OptimizerState;
} {
  const plain = checkedState(found, training);
  const { arrays } = found;
  const { weightCount, best, optimizer } = plain;
  const list = (name: string, count: number) =>
    Array.from({ length: count }, (_, k) => arrays[`${name}/${k}`] as Float32Array);
  return {
    state: {
      step: plain.step,
      losses: Array.from(arrays.losses!),
      accuracies: Array.from(arrays.accuracies!),
      penalties: Array.from(arrays.penalties!),
      epochs: [...plain.epochs],
      snapshots: plain.snapshotEpochs.map((epoch) => ({
        epoch,
        weights: list(`snapshot ${epoch}`, weightCount),
      })),
      ...(best !== null && { best: { ...best, weights: list("best", weightCount) } }),
      stoppedEarly: plain.stoppedEarly,
    },
    weights: list("weights", weightCount),
    optimizer: {
      iterations: optimizer.iterations,
      slots: optimizer.shapes.map((shape, k) => ({
        shape,
        values: arrays[`slots/${k}`] as Float32Array,
      })),
      ...(optimizer.powers !== null && { powers: optimizer.powers }),
    },
  };
}

const named = (name: string, list: readonly Float32Array[]): Record<string, Float32Array> =>
  Object.fromEntries(list.map((values, k) => [`${name}/${k}`, values]));
