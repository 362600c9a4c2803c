import type * as tf from "@tensorflow/tfjs";

/** Adds up what broadcasting along the last axis has multiplied: to [1] or [channels]. */
export function sumTo(g: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const channels = shape[0]!;
  return channels === 1 ? g.sum().reshape([1]) : g.reshape([-1, channels]).sum(0);
}
