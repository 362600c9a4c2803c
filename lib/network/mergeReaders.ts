import type * as tf from "@tensorflow/tfjs";
import { Add, Concat, Maximum, type Operator, Rescale, type Shape } from "../spline/operators";

/** Makes what joins several signals of these shapes, read side by side. */
type MergeReader = (
  layer: tf.layers.Layer,
  inputShape: Shape,
  shapes: readonly Shape[],
) => Operator[];

export const readAdd: MergeReader = (_, shape, shapes) => [
  new Add(alike(shapes, shape), shapes.length),
];

export const readAverage: MergeReader = (_, shape, shapes) => [
  new Add(alike(shapes, shape), shapes.length),
  new Rescale(shape, 1 / shapes.length),
];

export const readMaximum: MergeReader = (_, shape, shapes) => [
  new Maximum(alike(shapes, shape), shapes.length),
];

/** min(u, v) = −max(−u, −v): concave, as the table then shows. */
export const readMinimum: MergeReader = (_, shape, shapes) => [
  new Rescale([shapes.length, ...alike(shapes, shape)], -1),
  new Maximum(shape, shapes.length),
  new Rescale(shape, -1),
];

export const readConcatenate: MergeReader = (layer, shape, shapes) => {
  const axis = Number(layer.getConfig().axis);
  if (axis === 0 || axis === -1 - shape.length) throw new RangeError("it joins signals of a batch");
  return [new Concat(shapes, axis > 0 ? axis - 1 : axis)]; // TensorFlow.js counts the batch
};

/** The one shape that signals have; TensorFlow.js would repeat axes of length 1. */
function alike(shapes: readonly Shape[], shape: Shape): Shape {
  if (shapes.length > 1 && shapes.every((other) => other.join() === shape.join())) return shape;
  throw new RangeError(
    `it joins ${shapes.map((one) => `[${one}]`).join(" and ")}, expected two or more signals of one ` +
      "shape: repeat the smaller ones first (UpSampling2D, RepeatVector)",
  );
}
