import type * as tf from "@tensorflow/tfjs";
import { type BatchNormStatistics, type Shape, sizeOf } from "../spline/operators";

/** A layer's weights, upcast from float32 to float64: every float32 is a float64. */
export function weightsOf(layer: tf.layers.Layer): Float64Array[] {
  return layer.getWeights().map((tensor) => {
    const values = Float64Array.from(tensor.dataSync());
    const bad = values.findIndex((v) => !Number.isFinite(v));
    if (bad >= 0) throw new RangeError(`weight ${bad} is ${values[bad]}; did training diverge?`);
    return values;
  });
}

/** W [out, in] and b of a dense layer; TensorFlow.js keeps [in, out]. */
export function denseWeights(
  layer: tf.layers.Layer,
  inputSize: number,
): { W: Float64Array; b: Float64Array | null } {
  const [kernel, bias] = weightsOf(layer);
  return { W: transposed(kernel!, inputSize), b: bias ?? null };
}

/** A kernel [inputs × outputs], as TensorFlow.js keeps it, as W [outputs × inputs]. */
export function transposed(kernel: Float64Array, inputs: number): Float64Array {
  const outputs = kernel.length / inputs;
  return kernel.map((_, i) => kernel[(i % inputs) * outputs + Math.floor(i / inputs)]!);
}

/** Moving statistics, scale and shift of a batch normalisation, in the order TensorFlow.js keeps. */
export function batchNormStatistics(layer: tf.layers.Layer): BatchNormStatistics {
  const { scale, center, epsilon } = layer.getConfig();
  const weights = weightsOf(layer);
  const gamma = scale === false ? undefined : weights.shift();
  const beta = center === false ? undefined : weights.shift();
  const [mean, variance] = weights;
  return {
    ...(gamma && { gamma }),
    ...(beta && { beta }),
    mean: mean!,
    variance: variance!,
    epsilon: Number(epsilon),
  };
}

/** Slopes of a parametric ReLU, one a channel where the other axes share them, else one a unit. */
export function preluSlopes(layer: tf.layers.Layer, inputShape: Shape): Float64Array {
  const [alpha] = weightsOf(layer);
  const shape = layer.getWeights()[0]!.shape;
  const channels = inputShape.at(-1)!;
  if (alpha!.length === sizeOf(inputShape)) return alpha!;
  if (alpha!.length === channels && shape.at(-1) === channels) return alpha!;
  // Shared along other axes: written out for every unit.
  return Float64Array.from({ length: sizeOf(inputShape) }, (_, k) => {
    let [place, stride] = [0, 1];
    for (let axis = inputShape.length - 1, rest = k; axis >= 0; axis--) {
      if (shape[axis] !== 1) {
        place += (rest % inputShape[axis]!) * stride;
        stride *= shape[axis]!;
      }
      rest = Math.floor(rest / inputShape[axis]!);
    }
    return alpha![place]!;
  });
}
