import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { random } from "../../lib/random";

/** Weights nobody would start with: random offsets, scales, slopes; variances above 0. */
export function scramble(model: tf.LayersModel, seed: number): void {
  const rng = random(seed);
  for (const layer of model.layers) {
    const variance = layer.getClassName() === "BatchNormalization" ? layer.weights.length - 1 : -1;
    const weights = layer.getWeights().map(({ shape, size }, i) => {
      const values = rng.normals(size, 0, 0.7);
      return tf.tensor(Float32Array.from(i === variance ? values.map(Math.abs) : values), shape);
    });
    layer.setWeights(weights);
  }
}

/** A x + b. */
export function product(A: Float64Array, b: Float64Array, x: ArrayLike<number>): Float64Array {
  return b.map((offset, c) => {
    let sum = offset;
    for (let i = 0; i < x.length; i++) sum += A[c * x.length + i]! * x[i]!;
    return sum;
  });
}

/** Equal up to a tolerance relative to the largest number expected, or to 1. */
export function assertClose(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  assert.equal(found.length, expected.length, what);
  let [error, scale] = [0, 1];
  for (let i = 0; i < expected.length; i++) {
    error = Math.max(error, Math.abs(found[i]! - expected[i]!));
    scale = Math.max(scale, Math.abs(expected[i]!));
  }
  assert.ok(error / scale <= tolerance, `${what}: off by ${error / scale}, allowed ${tolerance}`);
}
