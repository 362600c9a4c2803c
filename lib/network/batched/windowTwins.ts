import * as tf from "@tensorflow/tfjs";
import {
  type AveragePool2d,
  type Conv2d,
  type Conv2dTranspose,
  imageShape,
  type Shape,
  type Window,
} from "../../spline/operators";
import { affineTwin, float32 } from "./affineTwins";
import { onStack, type Twin } from "./twin";
import { windowing } from "./windowing";

/** A batch of images; sequences are images of height 1. */
export const imagesOf = (x: tf.Tensor, shape: Shape): tf.Tensor4D =>
  x.reshape([-1, ...imageShape(shape)]) as tf.Tensor4D;

const pair = ([a, b]: readonly [number, number]): [number, number] => [a, b];

/** Twin of a convolution, by the groups that its channels fall into. */
export function conv2dTwin(operator: Conv2d): Twin {
  const channels = operator.inputShape.at(-1)!;
  if (operator.groups === 1) return fullTwin(operator);
  return operator.groups === channels ? depthwiseTwin(operator) : groupedTwin(operator);
}

function fullTwin(operator: Conv2d): Twin {
  const { window, b, inputShape, outputShape } = operator;
  const filter = tf.tidy(() => dilatedFilter(operator));
  const map = convolution(filter, window, inputShape, outputShape);
  return affineTwin(map.forward, (g) => onStack(g, inputShape, map.pullback), {
    owned: [filter],
    offset: b,
  });
}

/** A convolution and its transpose, on batches. */
function convolution(filter: tf.Tensor4D, window: Window, inputShape: Shape, outputShape: Shape) {
  const strides = pair(window.strides);
  const [height, width] = imageShape(inputShape);
  const [rows, columns, cin] = filter.shape;
  // oneDNN, inside TensorFlow 2.21, reads past the end where one channel is convolved to one column
  // by steps that are longer sideways than down: such images are cut to what the windows see.
  const column = cin === 1 && window.outputWidth === 1 && strides[1] > strides[0];
  const convolve = (images: tf.Tensor4D) =>
    column
      ? tf.conv2d(
          cutTo(images, window, (window.outputHeight - 1) * strides[0] + rows, columns),
          filter,
          strides[0],
          "valid",
        )
      : tf.conv2d(images, filter, strides, window.padding);
  return {
    forward: (x: tf.Tensor) =>
      convolve(imagesOf(x, inputShape)).reshape([x.shape[0]!, ...outputShape]),
    pullback: (g: tf.Tensor): tf.Tensor => {
      const images = imagesOf(g, outputShape);
      const shape: [number, number, number, number] = [images.shape[0], height, width, cin];
      return tf.conv2dTranspose(images, filter, shape, strides, window.padding);
    },
  };
}

/** Images with their padding, or without what no window sees: this high and this wide. */
function cutTo(images: tf.Tensor4D, window: Window, height: number, width: number): tf.Tensor4D {
  const { top, left, inputHeight, inputWidth } = window;
  const padded = images.pad([
    [0, 0],
    [top, Math.max(0, height - top - inputHeight)],
    [left, Math.max(0, width - left - inputWidth)],
    [0, 0],
  ]);
  return padded.slice([0, 0, 0, 0], [-1, height, width, -1]) as tf.Tensor4D;
}

/** A dilated kernel is written out with its zeros: the transpose of a dilated one isn't there. */
function dilatedFilter({ kernel, window, inputShape, outputShape }: Conv2d): tf.Tensor4D {
  const [rows, columns] = window.size;
  const [cin, cout] = [inputShape.at(-1)!, outputShape.at(-1)!];
  const [dy, dx] = window.dilation;
  const dense = float32(kernel, [rows, 1, columns, 1, cin * cout]);
  const padded = dense.pad([
    [0, 0],
    [0, dy - 1],
    [0, 0],
    [0, dx - 1],
    [0, 0],
  ]);
  const extent = [(rows - 1) * dy + 1, (columns - 1) * dx + 1, cin, cout];
  return padded
    .reshape([rows * dy, columns * dx, cin, cout])
    .slice([0, 0, 0, 0], extent) as tf.Tensor4D;
}

/** Twin of a depthwise convolution, tap by tap: TensorFlow.js has no transpose of it to offer. */
function depthwiseTwin({ kernel, window, b, inputShape, outputShape }: Conv2d): Twin {
  const channels = inputShape.at(-1)!;
  const multiplier = outputShape.at(-1)! / channels;
  const { outputHeight, outputWidth } = window;
  const { taps, seen, putBack } = windowing(window, channels);
  const weights = float32(kernel, [taps, channels, multiplier]);
  const tap = (r: number) => weights.slice([r, 0, 0], [1, -1, -1]);
  return affineTwin(
    (x) => {
      const at = seen(imagesOf(x, inputShape), 0);
      const terms = Array.from({ length: taps }, (_, r) =>
        at(r).reshape([-1, channels, 1]).mul(tap(r)),
      );
      return tf.addN(terms).reshape([x.shape[0]!, ...outputShape]);
    },
    (g) =>
      onStack(g, inputShape, (stack) => {
        const units = stack.reshape([-1, channels, multiplier]);
        return putBack((r) =>
          units.mul(tap(r)).sum(2).reshape([-1, outputHeight, outputWidth, channels]),
        );
      }),
    { owned: [weights], offset: b },
  );
}

/** Twin of a convolution whose channels fall into groups: one convolution a group. */
function groupedTwin(operator: Conv2d): Twin {
  const { window, b, groups, inputShape, outputShape } = operator;
  const filter = tf.tidy(() =>
    dilatedFilter({ ...operator, inputShape: [inputShape.at(-1)! / groups] } as unknown as Conv2d),
  );
  const filters = tf.split(filter, groups, 3) as tf.Tensor4D[];
  filter.dispose();
  const part = (shape: Shape) => [...shape.slice(0, -1), shape.at(-1)! / groups];
  const maps = filters.map((one) => convolution(one, window, part(inputShape), part(outputShape)));
  const side = (x: tf.Tensor, each: (part: tf.Tensor, g: number) => tf.Tensor) =>
    tf.concat(tf.split(x, groups, x.rank - 1).map(each), -1);
  return affineTwin(
    (x) => side(x, (signals, g) => maps[g]!.forward(signals)),
    (g) => onStack(g, inputShape, (stack) => side(stack, (one, k) => maps[k]!.pullback(one))),
    { owned: filters, offset: b },
  );
}

export function conv2dTransposeTwin(operator: Conv2dTranspose): Twin {
  const { kernel, b, convolution: inner, inputShape, outputShape } = operator;
  const filter = float32(kernel, [
    ...inner.window.size,
    outputShape.at(-1)!,
    inputShape.at(-1)!,
  ]) as tf.Tensor4D;
  const map = convolution(filter, inner.window, outputShape, inputShape);
  return affineTwin(map.pullback, (g) => onStack(g, inputShape, map.forward), {
    owned: [filter],
    offset: b,
  });
}

export function averagePoolTwin({ window, inputShape, outputShape }: AveragePool2d): Twin {
  const channels = inputShape.at(-1)!;
  const { taps, seen, putBack } = windowing(window, channels);
  const mean = (x: tf.Tensor) =>
    tf.avgPool(imagesOf(x, inputShape), pair(window.size), pair(window.strides), window.padding);
  // How many pixels each window averages: all its taps but those in padding.
  const counts = tf.tidy(() => {
    const at = seen(tf.ones([1, ...imageShape(inputShape)]), 0);
    return tf.addN(Array.from({ length: taps }, (_, r) => at(r)));
  });
  return affineTwin(
    (x) => mean(x).reshape([x.shape[0]!, ...outputShape]),
    (g) =>
      onStack(g, inputShape, (stack) => {
        const shares = imagesOf(stack, outputShape).div(counts);
        return putBack(() => shares);
      }),
    { owned: [counts] },
  );
}
