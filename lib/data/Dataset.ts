import type { Random } from "../random";

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
  readonly labels: Uint8Array;
  /** A name for each class. */
  readonly classNames: readonly string[];
}

/** Numbers in one signal. */
export function signalSize({ shape }: Dataset): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** The chosen signals side by side, with their labels, in the order of `indices`. */
export function batch(
  data: Dataset,
  indices: ArrayLike<number>,
): { inputs: Float32Array; labels: Int32Array } {
  const size = signalSize(data);
  const inputs = new Float32Array(indices.length * size);
  const labels = new Int32Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const n = indices[i]!;
    if (!(n >= 0 && n < data.size)) {
      throw new RangeError(`there is no signal ${n} in ${data.name}, which has ${data.size}`);
    }
    inputs.set(data.inputs.subarray(n * size, (n + 1) * size), i * size);
    labels[i] = data.labels[n]!;
  }
  return { inputs, labels };
}

/** Signals `from` … `to` − 1, on the same memory. */
export function subset(data: Dataset, from: number, to: number): Dataset {
  if (
    !(Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= data.size)
  ) {
    throw new RangeError(`no signals ${from} to ${to} in ${data.name}, which has ${data.size}`);
  }
  const size = signalSize(data);
  return {
    ...data,
    size: to - from,
    inputs: data.inputs.subarray(from * size, to * size),
    labels: data.labels.subarray(from, to),
  };
}

/** Divides signals at random: the given share of them, and the rest. */
export function split(data: Dataset, share: number, random: Random): [Dataset, Dataset] {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`a share is in [0, 1], got ${share}`);
  const order = random.permutation(data.size);
  const count = Math.round(share * data.size);
  const part = (indices: Uint32Array): Dataset => {
    const { inputs, labels } = batch(data, indices);
    return { ...data, size: indices.length, inputs, labels: Uint8Array.from(labels) };
  };
  return [part(order.subarray(0, count)), part(order.subarray(count))];
}
