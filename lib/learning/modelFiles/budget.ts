import * as tf from "@tensorflow/tfjs";

/** What TensorFlow.js calls, while a layer is built, for each of its weights. */
interface WeightAdder {
  addWeight(
    name: string,
    shape: number[],
    dtype: unknown,
    initializer: unknown,
    ...rest: unknown[]
  ): unknown;
}

/**
 * Builds layers whose weights have at most so many numbers in all: the first that would take more is
 * refused before memory is taken for it. A layer of a file says its size in a few digits, so only
 * the weights that lie beside it tell whether it is meant. All weights start from zero: those of the
 * file replace them, and an initialiser of the file may draw for ever (normal numbers of deviation
 * NaN, cut off at two deviations, never end).
 *
 * `build` has to build everything before its first await, as `tf.models.modelFromJSON` does.
 * @throws RangeError when the budget is spent
 */
export function withinBudget<T>(budget: number, build: () => T): T {
  const layers = tf.layers.Layer.prototype as unknown as WeightAdder;
  const original = layers.addWeight;
  let left = budget;
  const zeros = tf.initializers.zeros();
  layers.addWeight = function (name, shape, dtype, _, ...rest) {
    left -= shape.reduce((product, n) => product * n, 1);
    if (left >= 0) return original.call(this, name, shape, dtype, zeros, ...rest);
    throw new RangeError(
      `"${name}" of shape [${shape}] makes the layers larger than the ${budget} numbers of their weights`,
    );
  };
  try {
    return build();
  } finally {
    layers.addWeight = original;
  }
}
