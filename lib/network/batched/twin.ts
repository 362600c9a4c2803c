import type * as tf from "@tensorflow/tfjs";

/**
 * The float32 twin of an operator on TensorFlow.js: the same four faces, for batches.
 *
 * Signals are [N, …shape]. Functionals are stacked [n, C, …shape] with n = N, or n = 1 as long as
 * no code has told the signals apart. Methods run inside tf.tidy; only weights are owned.
 */
export interface Twin {
  /** The output and the code of each signal; the code is null for an affine operator. */
  forward(x: tf.Tensor): { y: tf.Tensor; code: tf.Tensor | null };
  /** J_q x + c_q for frozen codes. */
  apply(code: tf.Tensor | null, x: tf.Tensor): tf.Tensor;
  /** J_qᵀ g for stacked functionals. */
  pullback(code: tf.Tensor | null, g: tf.Tensor): tf.Tensor;
  /** Frees the weights. */
  dispose(): void;
}

/** Shape of one stacked functional without [n, C]. */
export const signalShape = (g: tf.Tensor): number[] => g.shape.slice(2);

/** Merges [n, C, …] to [n·C, …], which convolutions and pooling expect. */
export const mergeStack = (g: tf.Tensor): tf.Tensor =>
  g.reshape([g.shape[0]! * g.shape[1]!, ...signalShape(g)]);

/** Splits [n·C, …] back to [n, C, …], for the C that stacked has. */
export const splitStack = (merged: tf.Tensor, stacked: tf.Tensor): tf.Tensor =>
  merged.reshape([-1, stacked.shape[1]!, ...merged.shape.slice(1)]);
