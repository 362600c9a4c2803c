import { type Dataset, mnist, pixelSequences } from "../data";
import { random } from "../random";
import { requireInteger } from "./checkTraining";
import { identityRecurrence } from "./identityRecurrence";
import { type TrainOptions, trainClassifier } from "./trainClassifier";

/**
 * A study: recurrences on sequences of MNIST, from the same seeds with noise on their initial states and
 * without (Wang, Balestriero & Baraniuk 2019, section 5, at a size that takes about an hour).
 *
 * @example NOISE_STUDY.tasks.rows.epochs; // 15
 */
export const NOISE_STUDY = {
  units: 64,
  images: 10_000,
  testImages: 2_000,
  batchSize: 50,
  optimizer: { name: "rmsprop", learningRate: 1e-3 },
  seeds: [1, 2, 3],
  /** Epochs, and how images are read: a row or a pixel a step, of squares of pixels averaged before. */
  tasks: {
    rows: { epochs: 15, read: "rows", pool: 1, permuted: false },
    "permuted rows": { epochs: 15, read: "rows", pool: 1, permuted: true },
    pixels: { epochs: 14, read: "pixels", pool: 2, permuted: false },
    "permuted pixels": { epochs: 10, read: "pixels", pool: 2, permuted: true },
    "short rows": { epochs: 8, read: "rows", pool: 2, permuted: false },
    "permuted short rows": { epochs: 8, read: "rows", pool: 2, permuted: true },
  },
  /** What is trained, for each seed. */
  arms: [
    { layers: 1, tasks: ["rows", "permuted rows"], deviations: [0, 0.1, 0.5] },
    { layers: 1, tasks: ["pixels"], deviations: [0, 0.1] },
    { layers: 2, tasks: ["short rows", "permuted short rows"], deviations: [0, 0.1] },
    { layers: 1, tasks: ["permuted pixels"], deviations: [0, 0.1] },
  ],
} as const;

/** How sequences are made of images. */
export type NoiseTask = keyof typeof NOISE_STUDY.tasks;

/** One network of the study. */
export interface NoiseJob {
  readonly task: NoiseTask;
  readonly layers: number;
  /** σ. */
  readonly deviation: number;
  readonly seed: number;
}

/** A trained network of the study: losses (nats) and test accuracies by epoch. */
export interface NoiseRun extends NoiseJob {
  readonly training: readonly number[];
  readonly test: readonly number[];
  readonly accuracy: readonly number[];
}

/**
 * All networks of the study, in the order in which they are trained.
 *
 * @example noiseJobs().filter(({ task, deviation }) => task === "rows" && deviation === 0).length; // 3
 */
export function noiseJobs(): NoiseJob[] {
  return NOISE_STUDY.arms.flatMap(({ layers, tasks, deviations }) =>
    tasks.flatMap((task) =>
      deviations.flatMap((deviation) =>
        NOISE_STUDY.seeds.map((seed) => ({ task, layers, deviation, seed })),
      ),
    ),
  );
}

/** Which part of a job is trained, and who watches. */
export interface NoiseRunOptions extends Pick<TrainOptions, "signal" | "checkpoint" | "onStep"> {
  /** All epochs of its task if left out. */
  readonly epochs?: number;
}

/**
 * Trains one network of the study; fewer epochs are the beginning of the same training.
 * Undefined if it was stopped.
 *
 * @throws RangeError unless `epochs` is an integer from 1, and what {@link trainClassifier} and the reader of MNIST throw
 * @example
 * const [job] = noiseJobs();
 * await trainNoiseJob(job, { signal: AbortSignal.abort() }); // undefined
 */
export async function trainNoiseJob(
  { task, layers, deviation, seed }: NoiseJob,
  { epochs = NOISE_STUDY.tasks[task].epochs, ...watched }: NoiseRunOptions = {},
): Promise<NoiseRun | undefined> {
  requireInteger(epochs, 1, "epochs");
  const { units, images, testImages, batchSize, optimizer } = NOISE_STUDY;
  const [training, test] = [
    sequencesOf(task, "train", images),
    sequencesOf(task, "test", testImages),
  ];
  const draw = random(seed).split(`${task}, ${layers}`); // with noise or without: the same weights and order
  const model = identityRecurrence(training, {
    ...{ random: draw.split("weights"), units, layers, deviation },
  });
  try {
    const curve = await trainClassifier(model, training, {
      ...{ epochs, batchSize, random: draw.split("order"), validation: test, ...watched },
      optimizer,
    });
    if (curve.ending === "aborted") return undefined;
    return {
      ...{ task, layers, deviation, seed },
      training: curve.epochs.map(({ loss }) => rounded(loss)),
      test: curve.epochs.map(({ validationLoss }) => rounded(validationLoss!)),
      accuracy: curve.epochs.map(({ validationAccuracy }) => validationAccuracy!),
    };
  } finally {
    model.dispose();
  }
}

function sequencesOf(task: NoiseTask, split: "train" | "test", count: number): Dataset {
  const { read, pool, permuted } = NOISE_STUDY.tasks[task];
  const permutation = permuted ? { permutation: random(8) } : {};
  return pixelSequences(mnist({ split, count }), { read, pool, ...permutation });
}

/** Six digits are more than other machines agree in. */
const rounded = (loss: number): number => Number(loss.toPrecision(6));
