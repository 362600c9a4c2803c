import type { Random } from "../random";

/** Classes of signals: bytes where there are at most 256. */
export type Labels = Uint8Array | Int32Array;

/** Labelled signals of one shape. */
export interface Dataset {
  readonly name: string;
  /** Number of signals. */
  readonly size: number;
  /** Shape of one signal, as [28, 28, 1] (row, column, channel) or [2]. */
  readonly shape: readonly number[];
  /** All signals one after the other [size × product of shape]; pixels in [0, 1]. */
  readonly inputs: Float32Array;
  /** Class of each signal, from 0. */
  readonly labels: Labels;
  /** A name for each class. */
  readonly classNames: readonly string[];
}

/**
 * The chosen signals side by side [indices × product of shape], with their labels, in the order of
 * `indices`. Throws RangeError if there is no such signal.
 */
export function batch(
  data: Dataset,
  indices: ArrayLike<number>,
): { inputs: Float32Array; labels: Int32Array } {
  const width = signalSize(data);
  const inputs = new Float32Array(indices.length * width);
  const labels = new Int32Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const n = indices[i]!;
    if (!(Number.isInteger(n) && n >= 0 && n < data.size)) {
      throw new RangeError(`there is no signal ${n} in ${data.name}, which has ${data.size}`);
    }
    inputs.set(data.inputs.subarray(n * width, (n + 1) * width), i * width);
    labels[i] = data.labels[n]!;
  }
  return { inputs, labels };
}

/** Signals `from` … `to` − 1, on the same memory. Throws RangeError if there are no such signals. */
export function subset(data: Dataset, from: number, to: number): Dataset;
/** The signals of `indices`, copied in that order. Throws RangeError if there is no such signal. */
export function subset(data: Dataset, indices: ArrayLike<number>): Dataset;
export function subset(
  data: Dataset,
  choice: number | ArrayLike<number>,
  to: number = data.size,
): Dataset {
  if (typeof choice !== "number") {
    const { inputs, labels } = batch(data, choice);
    const narrow = data.labels instanceof Uint8Array;
    const kept = narrow ? Uint8Array.from(labels) : labels;
    return { ...data, size: choice.length, inputs, labels: kept };
  }
  const valid = Number.isInteger(choice) && Number.isInteger(to);
  if (!(valid && 0 <= choice && choice <= to && to <= data.size)) {
    throw new RangeError(`no signals ${choice} to ${to} in ${data.name}, which has ${data.size}`);
  }
  const width = signalSize(data);
  return {
    ...data,
    size: to - choice,
    inputs: data.inputs.subarray(choice * width, to * width),
    labels: data.labels.subarray(choice, to),
  };
}

/**
 * Divides signals at random, without repetition: the given share of them (rounded), and the rest.
 * Throws RangeError unless the share is in [0, 1].
 *
 * @example
 * const [train, test] = split(data, 0.7, random(1).split("train"));
 */
export function split(data: Dataset, share: number, random: Random): [Dataset, Dataset] {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`a share is in [0, 1], got ${share}`);
  const order = random.permutation(data.size);
  const count = Math.round(share * data.size);
  return [subset(data, order.subarray(0, count)), subset(data, order.subarray(count))];
}

const signalSize = ({ shape }: Dataset): number => shape.reduce((product, n) => product * n, 1);
