import * as tf from "@tensorflow/tfjs";
import { type Elementwise, fuse } from "../../fused";
import { sumTo } from "./sumTo";

/** A nonlinearity φ of one signal or several with parameters, entry by entry. */
export interface Nonlinearity {
  value<V extends Elementwise<V>>(signals: readonly V[], ...parameters: V[]): V;
  /** dy times the slopes of φ; those by parameters are called only where these are learned. */
  gradient<V extends Elementwise<V>>(
    dy: V,
    signals: readonly V[],
    ...parameters: V[]
  ): { readonly signals: readonly V[]; readonly parameters: readonly (() => V)[] };
}

/** How the signals of a nonlinearity are read off u, and the transpose of that. */
export interface Reading {
  read(u: tf.Tensor): tf.Tensor[];
  putBack(signals: tf.Tensor[]): tf.Tensor;
}

const ITSELF: Reading = { read: (u) => [u], putBack: ([u]) => u! };

/**
 * A nonlinearity as a function of tensors, with its own gradient; TensorFlow.js can differentiate it
 * twice. Its signal is u, or what the `reading` for u's shape makes of it. Parameters, [1] or
 * [channels], go along the last axis; those that `learned` doesn't say have a gradient of 0, which
 * nothing reads.
 *
 * Nothing between the signals and φ is kept for the gradient, which computes it anew: a pass over
 * memory costs more than the arithmetic in it.
 */
export function entrywise(
  { value, gradient }: Nonlinearity,
  learned: readonly boolean[],
  reading: (shape: number[]) => Reading = () => ITSELF,
): (u: tf.Tensor, ...parameters: tf.Tensor[]) => tf.Tensor {
  const count = learned.length;
  const values = <V extends Elementwise<V>>(...inputs: V[]) => [
    value(inputs.slice(0, -count), ...inputs.slice(-count)),
  ];
  const slopes = <V extends Elementwise<V>>(...inputs: V[]) => {
    const found = gradient(inputs[0]!, inputs.slice(1, -count), ...inputs.slice(-count));
    return [
      ...found.signals,
      ...found.parameters.filter((_, k) => learned[k]).map((slope) => slope()),
    ];
  };
  const [fusedValues, fusedSlopes] = [fuse(values), fuse(slopes)];

  return tf.customGrad((...given) => {
    const save = given.pop() as unknown as tf.GradSaveFunc;
    const [u, ...parameters] = given as [tf.Tensor, ...tf.Tensor[]];
    const { read, putBack } = reading(u.shape);
    const signals = read(u);
    const { shape } = signals[0]!;
    save([u, ...parameters, ...signals]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [u, parameters] = [saved[0]!, saved.slice(1, 1 + count)];
      // A gradient of gradients sees the operations of TensorFlow.js alone, from u on.
      const isRecorded = tf.engine().state.gradientDepth > 0;
      const signals = isRecorded ? read(u) : saved.slice(1 + count);
      const run = isRecorded ? slopes<tf.Tensor> : fusedSlopes;
      const found = run(...inRows([dy, ...signals], parameters));
      const bySignal = found.splice(0, signals.length).map((one) => one.reshape(shape));
      const byParameter = parameters.map((parameter, k) =>
        learned[k] ? sumTo(found.shift()!, parameter.shape) : tf.zerosLike(parameter),
      );
      return [putBack(bySignal).reshape(u.shape), ...byParameter];
    };
    return { value: fusedValues(...inRows(signals, parameters))[0]!.reshape(shape), gradFunc };
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
