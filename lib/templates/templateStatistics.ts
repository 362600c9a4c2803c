import * as tf from "@tensorflow/tfjs";
import { batch, type Dataset } from "../data";
import { interruption } from "../interrupt";
import type { BatchedNetwork } from "../network";

/** How the templates of a data set are gone through. */
export interface TemplateStatisticsOptions {
  /** Signals at a time, 50 if left out: their templates take 4 · C · D bytes each. */
  readonly batchSize?: number;
  /** Called after every batch, with the signals done so far. */
  readonly onProgress?: (done: number) => void;
  /** Stops between two batches, as a notebook's stop button does; what was measured is returned. */
  readonly signal?: AbortSignal;
}

/**
 * What the templates A[x_n] of a data set say of its signals. Arrays are [size × classes], row-major.
 *
 * Centred templates are A[x]_c − mean_c' A[x]_c': the softmax doesn't see the mean template.
 */
export interface TemplateStatistics {
  /** Signals measured: fewer than the data set has if aborted. */
  readonly size: number;
  readonly classes: number;
  readonly aborted: boolean;
  /** The true class of each signal. */
  readonly labels: Dataset["labels"];
  /** ⟨A[x_n]_c, x_n⟩. */
  readonly products: Float32Array;
  /** ⟨A[x_n]_c − mean template, x_n⟩. */
  readonly centredProducts: Float32Array;
  /** The cosine between a centred template and its signal; 0 where one of them is 0. */
  readonly cosines: Float32Array;
  /** b[x_n]_c. */
  readonly offsets: Float32Array;
  /** f(x_n)_c. */
  readonly logits: Float32Array;
}

/**
 * Measures the templates of all signals against these, batch by batch, in float32; no tensor is left.
 * Throws RangeError if the signals don't fit the network, or a label is no class of it.
 *
 * @example
 * const bar = progress(test.size, { title: "templates" });
 * const statistics = templateStatistics(twin, test, { onProgress: (done) => bar.update(done) });
 */
export async function templateStatistics(
  network: BatchedNetwork,
  data: Dataset,
  { batchSize = 50, onProgress, signal }: TemplateStatisticsOptions = {},
): Promise<TemplateStatistics> {
  const classes = network.net.outputSize;
  const wrong = data.labels.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw new RangeError(
      `signal ${wrong} of ${data.name} is of class ${data.labels[wrong]}, the network has ${classes}`,
    );
  }
  if (!(Number.isInteger(batchSize) && batchSize >= 1)) {
    throw new RangeError(`a batch has one signal or more, got ${batchSize}`);
  }
  const arrays = Array.from(NAMES, () => new Float32Array(data.size * classes));
  const interrupt = interruption(signal);
  let size = 0;
  try {
    await new Promise(setImmediate); // lets an interrupt through, here and after each batch
    while (size < data.size && !interrupt.signal.aborted) {
      const count = Math.min(batchSize, data.size - size);
      const indices = Uint32Array.from({ length: count }, (_, i) => size + i);
      measured(network, data, indices).forEach((values, k) => {
        arrays[k]!.set(values, size * classes);
      });
      size += count;
      onProgress?.(size);
      await new Promise(setImmediate);
    }
  } finally {
    interrupt.end();
  }
  const kept = Object.fromEntries(
    NAMES.map((name, k) => [name, arrays[k]!.subarray(0, size * classes)]),
  ) as Record<(typeof NAMES)[number], Float32Array>;
  const labels = data.labels.slice(0, size);
  return { size, classes, aborted: size < data.size, labels, ...kept };
}

const NAMES = ["products", "centredProducts", "cosines", "offsets", "logits"] as const;

/** The five arrays of one batch, in the order of NAMES. */
function measured(network: BatchedNetwork, data: Dataset, indices: Uint32Array): Float32Array[] {
  return tf.tidy(() => {
    const shape = [indices.length, ...data.shape];
    const x = tf.tensor(batch(data, indices).inputs, shape, "float32");
    const { A, b, f } = network.affineMaps(x);
    const [N, C] = f.shape;
    const signals = x.reshape([N, -1, 1]);
    const templates = A.reshape([N, C, -1]);
    const centred = templates.sub(templates.mean(1, true));
    const inner = (rows: tf.Tensor) => rows.matMul(signals).reshape([N, C]);
    const centredProducts = inner(centred);
    const lengths = centred.norm("euclidean", 2).mul(x.reshape([N, -1]).norm("euclidean", 1, true));
    const cosines = centredProducts.divNoNan(lengths);
    return [inner(templates), centredProducts, cosines, b, f].map(
      (values) => values.dataSync() as Float32Array,
    );
  });
}
