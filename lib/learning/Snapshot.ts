import * as tf from "@tensorflow/tfjs";

/** The weights of a model after an epoch, as plain numbers: they outlive the model. */
export interface Snapshot {
  /** Epochs done; 0 is before training. */
  readonly epoch: number;
  /** The values of each of `model.weights`, in their order. */
  readonly weights: readonly Float32Array[];
}

/** Copies a model's weights. */
export function takeSnapshot(model: tf.LayersModel, epoch = 0): Snapshot {
  const weights = model.weights.map((weight) => Float32Array.from(weight.read().dataSync()));
  return { epoch, weights };
}

/**
 * Puts a snapshot's weights into a model of the same architecture.
 * Throws RangeError if it has other weights.
 *
 * @example
 * for (const snapshot of curve.snapshots) {
 *   applySnapshot(model, snapshot);
 *   frames.push(SplineNetwork.fromLayersModel(model));
 * }
 */
export function applySnapshot(model: tf.LayersModel, { weights }: Snapshot): void {
  if (weights.length !== model.weights.length) {
    throw new RangeError(
      `the snapshot has ${weights.length} weights, the model ${model.weights.length}; ` +
        "take a model of the same architecture",
    );
  }
  const shapes = model.weights.map((weight) => weight.read().shape);
  weights.forEach((values, k) => {
    const size = shapes[k]!.reduce((product, n) => product * n, 1);
    if (values.length !== size) {
      const { originalName } = model.weights[k]!;
      throw new RangeError(
        `the snapshot has ${values.length} numbers for "${originalName}" of shape ` +
          `[${shapes[k]}], expected ${size}; take a model of the same architecture`,
      );
    }
  });
  tf.tidy(() => {
    weights.forEach((values, k) => {
      model.weights[k]!.write(tf.tensor(values.slice(), shapes[k]!, "float32"));
    });
  });
}
