import * as tf from "@tensorflow/tfjs";
import { type Elementwise, fuse } from "../../fused";
import { sumTo } from "./sumTo";

/** A nonlinearity φ of u with parameters, entry by entry. */
export interface Nonlinearity {
  value<V extends Elementwise<V>>(u: V, ...parameters: V[]): V;
  /** dy times the slopes of φ; those by parameters are called only where these are learned. */
  gradient<V extends Elementwise<V>>(
    dy: V,
    u: V,
    ...parameters: V[]
  ): { readonly input: V; readonly parameters: readonly (() => V)[] };
}

/**
 * A nonlinearity as a function of tensors, with its own gradient; TensorFlow.js can differentiate it
 * twice. Parameters, [1] or [channels], go along the last axis of u; those that `learned` doesn't say
 * have a gradient of 0, which nothing reads.
 *
 * Only the inputs are kept for the gradient, which computes everything anew: one pass over memory
 * costs more than the arithmetic in it.
 */
export function entrywise(
  { value, gradient }: Nonlinearity,
  learned: readonly boolean[],
): (u: tf.Tensor, ...parameters: tf.Tensor[]) => tf.Tensor {
  const values = <V extends Elementwise<V>>(u: V, ...parameters: V[]) => [value(u, ...parameters)];
  const slopes = <V extends Elementwise<V>>(dy: V, u: V, ...rest: V[]) => {
    const { input, parameters } = gradient(dy, u, ...rest);
    return [input, ...parameters.filter((_, k) => learned[k]).map((slope) => slope())];
  };
  const [fusedValues, fusedSlopes] = [fuse(values), fuse(slopes)];

  return tf.customGrad((...given) => {
    const save = given.pop() as unknown as tf.GradSaveFunc;
    const [u, ...parameters] = given as [tf.Tensor, ...tf.Tensor[]];
    save([u, ...parameters]);
    const gradFunc = (dy: tf.Tensor, [u, ...parameters]: tf.Tensor[]) => {
      // A gradient of gradients sees the operations of TensorFlow.js alone.
      const isRecorded = tf.engine().state.gradientDepth > 0;
      const run = isRecorded ? slopes<tf.Tensor> : fusedSlopes;
      const [input, ...found] = run(...inRows([dy, u!], parameters));
      const byParameter = parameters.map((parameter, k) =>
        learned[k] ? sumTo(found.shift()!, parameter.shape) : tf.zerosLike(parameter),
      );
      return [input!.reshape(u!.shape), ...byParameter];
    };
    return { value: fusedValues(...inRows([u], parameters))[0]!.reshape(u.shape), gradFunc };
  });
}

/**
 * Signals [N, …, channels] as [N, row], parameters repeated to [row]: along the few channels of an
 * image, compiled loops take twice as long. Parameters [1] stay, and make of signals one row.
 */
function inRows(signals: tf.Tensor[], parameters: tf.Tensor[]): tf.Tensor[] {
  const { shape, size } = signals[0]!;
  if (parameters.every((parameter) => parameter.size === 1)) {
    return [...signals.map((signal) => signal.reshape([size])), ...parameters];
  }
  const row = shape.slice(1).reduce((product, length) => product * length, 1);
  return [
    ...signals.map((signal) => signal.reshape([shape[0]!, row])),
    ...parameters.map((p) => (p.size === 1 ? p : p.tile([row / p.size]))),
  ];
}
