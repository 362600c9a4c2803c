import * as tf from "@tensorflow/tfjs";
import type { Dataset } from "../data";
import { interruption } from "../interrupt";
import type { BatchedNetwork } from "../network";
import { type BookLayer, wordsPerCode } from "./BookLayer";
import { CodeBook } from "./CodeBook";

/** How a code book is made. */
export interface CodeBookOptions {
  /** Signals a batch; 200 if left out. */
  readonly batchSize?: number;
  /** Which operators that choose pieces, counted from 0 as in `net.code`; all if left out. */
  readonly layers?: readonly number[];
  /** Called after every batch with the number of signals done. */
  readonly onBatch?: (done: number) => void;
  /** Stops between two batches, by an AbortError; so does a notebook's stop button. */
  readonly signal?: AbortSignal;
}

/**
 * The codes of all signals of a data set, in batches on TensorFlow.js.
 *
 * Codes are those of the float32 network: where a unit is tied to within float32 rounding, they may
 * differ from `net.code`. Throws RangeError if the signals have another shape, or on layers that
 * the network hasn't.
 *
 * @example
 * const twin = new BatchedNetwork(SplineNetwork.fromLayersModel(model));
 * const book = await codeBook(twin, data, { batchSize: 20 });
 * book.size === data.size; // true
 */
export async function codeBook(
  twin: BatchedNetwork,
  data: Dataset,
  { batchSize = 200, layers, onBatch, signal }: CodeBookOptions = {},
): Promise<CodeBook> {
  const all: BookLayer[] = twin.net.graph.nodes.flatMap(({ name, operator }) =>
    operator.units === 0 ? [] : [{ name, units: operator.units, pieces: operator.pieces }],
  );
  const chosen = layers ?? all.map((_, l) => l);
  const missing = chosen.find((l) => all[l] === undefined);
  if (missing !== undefined || chosen.length === 0) {
    throw new RangeError(`layers [${chosen}], expected some of 0 … ${all.length - 1}`);
  }
  if (!(Number.isInteger(batchSize) && batchSize > 0)) {
    throw new RangeError(`a batch of ${batchSize} signals, expected an integer above 0`);
  }
  const book = CodeBook.allocate(
    data.size,
    chosen.map((l) => all[l]!),
  );
  const width = data.inputs.length / data.size;
  const interrupt = interruption(signal);
  try {
    for (let from = 0; from < data.size; from += batchSize) {
      interrupt.signal.throwIfAborted();
      const to = Math.min(from + batchSize, data.size);
      const inputs = data.inputs.subarray(from * width, to * width);
      const tensors = tf.tidy(() => {
        const codes = twin.codes(tf.tensor(inputs, [to - from, ...data.shape]));
        return chosen.map((l) => codes[l]!);
      });
      try {
        for (let i = 0; i < chosen.length; i++) pack(book, i, from, await tensors[i]!.data());
      } finally {
        tf.dispose(tensors);
      }
      onBatch?.(to);
    }
  } finally {
    interrupt.end();
  }
  return book;
}

/** Packs the pieces of layer l of codes from, from + 1, …, which lie side by side. */
function pack(book: CodeBook, l: number, from: number, pieces: ArrayLike<number>): void {
  const { units, pieces: R } = book.layers[l]!;
  const words = book.words[l]!;
  const stride = wordsPerCode(book.layers[l]!);
  const codes = pieces.length / units;
  for (let i = 0; i < codes; i++) {
    const start = (from + i) * stride;
    const offset = i * units;
    if (R === 2) {
      for (let k = 0; k < units; k++) words[start + (k >>> 5)]! |= pieces[offset + k]! << (k & 31);
    } else {
      for (let k = 0; k < units; k++) {
        const bit = k * R + pieces[offset + k]!;
        words[start + (bit >>> 5)]! |= 1 << (bit & 31);
      }
    }
  }
}
