import * as tf from "@tensorflow/tfjs";
import type { Window } from "../../spline/operators";

/** What each position of a sliding window sees of images [N, height, width, channels]. */
export interface SlidingViews {
  /** Row i and column j of each position r of the window, row by row. */
  readonly positions: readonly { readonly r: number; readonly i: number; readonly j: number }[];
  /** Images with a margin of one value, as the next two read and write them. */
  pad(x: tf.Tensor, value: number): tf.Tensor4D;
  /** What position (i, j) of every window sees: [N, outputHeight, outputWidth, channels]. */
  seenFrom(padded: tf.Tensor4D, i: number, j: number): tf.Tensor;
  /** The transpose of seenFrom: puts values back where position (i, j) of every window reads. */
  putBack(values: tf.Tensor, i: number, j: number): tf.Tensor;
  /** Images without their margin. */
  inside(padded: tf.Tensor): tf.Tensor;
}

/**
 * Views of images through a sliding window, of slices alone: TensorFlow.js can differentiate them, and
 * they are the same on every backend.
 */
export function slidingViews(window: Window, channels: number): SlidingViews {
  const { size, strides, inputHeight, inputWidth, outputHeight, outputWidth, top, left } = window;
  const [sy, sx] = strides;
  // The padded image on which every window position is a strided slice of full size.
  const height = Math.max(outputHeight * sy + size[0] - 1, top + inputHeight);
  const width = Math.max(outputWidth * sx + size[1] - 1, left + inputWidth);
  const positions = Array.from({ length: size[0] * size[1] }, (_, r) => ({
    r,
    i: Math.floor(r / size[1]),
    j: r % size[1],
  }));

  const pad = (x: tf.Tensor, value: number): tf.Tensor4D =>
    tf.pad4d(
      x as tf.Tensor4D,
      [
        [0, 0],
        [top, height - top - inputHeight],
        [left, width - left - inputWidth],
        [0, 0],
      ],
      value,
    );

  const seenFrom = (padded: tf.Tensor4D, i: number, j: number): tf.Tensor =>
    padded
      .slice([0, i, j, 0], [-1, outputHeight * sy, outputWidth * sx, -1])
      .reshape([-1, outputHeight, sy, outputWidth, sx, channels])
      .slice([0, 0, 0, 0, 0, 0], [-1, -1, 1, -1, 1, -1])
      .reshape([-1, outputHeight, outputWidth, channels]);

  const putBack = (values: tf.Tensor, i: number, j: number): tf.Tensor =>
    values
      .reshape([-1, outputHeight, 1, outputWidth, 1, channels])
      .pad([
        [0, 0],
        [0, 0],
        [0, sy - 1],
        [0, 0],
        [0, sx - 1],
        [0, 0],
      ])
      .reshape([-1, outputHeight * sy, outputWidth * sx, channels])
      .pad([
        [0, 0],
        [i, height - outputHeight * sy - i],
        [j, width - outputWidth * sx - j],
        [0, 0],
      ]);

  const inside = (padded: tf.Tensor) =>
    padded.slice([0, top, left, 0], [-1, inputHeight, inputWidth, -1]);

  return { positions, pad, seenFrom, putBack, inside };
}
