import type * as tf from "@tensorflow/tfjs";
import type { Shape } from "../../spline/operators";

/**
 * The float32 twin of an operator on TensorFlow.js, for batches.
 *
 * Signals are [N, …shape]. Functionals are stacked class by class, [C, n, …shape] with n = N, or n = 1
 * as long as no code has told the signals apart; so that what a code does to them is the same block of
 * numbers for every class. Methods run inside tf.tidy; only weights are owned.
 */
export interface Twin {
  /** The output, and the pieces that units take [N, …outputShape], or null for an affine operator. */
  forward(x: tf.Tensor): { y: tf.Tensor; code: tf.Tensor | null };
  /** The affine map for frozen codes: what they take is worked out once, for all functionals. */
  freeze(code: tf.Tensor | null): Frozen;
  /** Frees the weights. */
  dispose(): void;
}

/** z ↦ J_q z + c_q, read by functionals. */
export interface Frozen {
  /** J_qᵀ g: [C, n, …outputShape] → [C, n, …inputShape]. */
  pullback(g: tf.Tensor): tf.Tensor;
  /** ⟨g, c_q⟩ [C, n]; absent where c_q = 0. */
  constant?(g: tf.Tensor): tf.Tensor;
}

/** Applies a map of batches [m, …] to stacked functionals [C, n, …]; the result has another shape. */
export function onStack(g: tf.Tensor, shape: Shape, map: (g: tf.Tensor) => tf.Tensor): tf.Tensor {
  const [C, n, ...rest] = g.shape as [number, number, ...number[]];
  return map(g.reshape([C * n, ...rest])).reshape([C, n, ...shape]);
}

/** ⟨g, c⟩ [C, n] for an offset c of each channel, the last axis. */
export function channelSum(g: tf.Tensor, offset: tf.Tensor1D): tf.Tensor {
  const [C, n] = g.shape as [number, number];
  const channels = offset.shape[0];
  return g.reshape([C, n, -1, channels]).sum(2).mul(offset).sum(2);
}
