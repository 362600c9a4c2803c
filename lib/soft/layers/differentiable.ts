import * as tf from "@tensorflow/tfjs";

/** The gradient at dy, by the input and by log η (still of the size of u or of what it makes). */
export interface Gradient {
  readonly input: tf.Tensor;
  /** Called only where η is learned. */
  readonly logEta: () => tf.Tensor;
}

/** A function of u and η: its value, what its gradient needs again, and the gradient made of it. */
export interface Forward {
  readonly value: tf.Tensor;
  readonly kept: readonly tf.Tensor[];
  back(dy: tf.Tensor, u: tf.Tensor, eta: tf.Tensor, kept: readonly tf.Tensor[]): Gradient;
}

/**
 * Applies a function with its own gradient. An η that isn't learned is a constant, and nothing is
 * computed for it. log η is [1] or [channels], along the last axis.
 */
export function withGradient(
  u: tf.Tensor,
  logEta: tf.Tensor,
  learn: boolean,
  forward: (u: tf.Tensor, eta: tf.Tensor) => Forward,
): tf.Tensor {
  const fixed = learn ? undefined : logEta.exp();
  const custom = tf.customGrad((...given) => {
    const save = given.pop() as unknown as tf.GradSaveFunc;
    const [x, log] = given as tf.Tensor[];
    const eta = fixed ?? log!.exp();
    const { value, kept, back } = forward(x!, eta);
    save([x!, eta, ...kept]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [x, eta, ...kept] = saved as [tf.Tensor, tf.Tensor, ...tf.Tensor[]];
        const { input, logEta } = back(dy, x, eta, kept);
        return learn ? [input, sumTo(logEta(), eta.shape)] : [input];
      },
    };
  });
  return learn ? custom(u, logEta) : custom(u);
}

/** Adds up what broadcasting along the last axis has multiplied: to [1] or [channels]. */
export function sumTo(g: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const channels = shape[0]!;
  return channels === 1 ? g.sum().reshape([1]) : g.reshape([-1, channels]).sum(0);
}
