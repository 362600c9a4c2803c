import * as tf from "@tensorflow/tfjs";
import type { Window } from "../../spline/operators";

/** A sliding window on batches of images [m, inputHeight, inputWidth, channels], tap by tap. */
export interface Windowing {
  /** Number of taps of a window, row by row. */
  readonly taps: number;
  /** Is every pixel seen by one tap at most? */
  readonly disjoint: boolean;
  /** What tap r of every window sees [m, outputHeight, outputWidth, channels]; `fill` in padding. */
  seen(x: tf.Tensor, fill: number): (r: number) => tf.Tensor;
  /** The transpose: adds up what is put back where each tap reads. */
  putBack(values: (r: number) => tf.Tensor): tf.Tensor;
}

/**
 * Windows built from slices, pads and concatenations alone: they run on every backend, and
 * TensorFlow.js can differentiate them twice.
 */
export function windowing(window: Window, channels: number): Windowing {
  const { size, strides, dilation } = window;
  const side = [0, 1].every((i) => size[i] === strides[i] && (dilation[i] === 1 || size[i] === 1));
  const padded = window.top > 0 || window.left > 0;
  const covered =
    window.outputHeight * size[0] <= window.inputHeight &&
    window.outputWidth * size[1] <= window.inputWidth;
  return side && !padded && covered ? tiles(window, channels) : overlapping(window, channels);
}

/** Windows side by side: every pixel is seen by one tap, or by none behind the last window. */
function tiles(window: Window, channels: number): Windowing {
  const { inputHeight, inputWidth, outputHeight, outputWidth } = window;
  const [sy, sx] = window.size;
  const [height, width] = [outputHeight * sy, outputWidth * sx];
  const whole = height === inputHeight && width === inputWidth;
  const row = outputWidth * sx * channels;
  return {
    taps: sy * sx,
    disjoint: true,
    seen(x) {
      const inside = whole ? x : x.slice([0, 0, 0, 0], [-1, height, width, -1]);
      const rows = inside.reshape([-1, sy, row]);
      const known: tf.Tensor[] = []; // the row of each window that several taps share
      const rowOf = (i: number) =>
        (known[i] ??= rows.slice([0, i, 0], [-1, 1, -1]).reshape([-1, sx, channels]));
      return (r) =>
        rowOf(Math.floor(r / sx))
          .slice([0, r % sx, 0], [-1, 1, -1])
          .reshape([-1, outputHeight, outputWidth, channels]);
    },
    putBack(values) {
      const rows = Array.from({ length: sy }, (_, i) => {
        const taps = Array.from({ length: sx }, (_, j) =>
          values(i * sx + j).reshape([-1, channels]),
        );
        return joined(taps).reshape([-1, row]);
      });
      const image = joined(rows).reshape([-1, height, width, channels]);
      if (whole) return image;
      return image.pad([
        [0, 0],
        [0, inputHeight - height],
        [0, inputWidth - width],
        [0, 0],
      ]);
    },
  };
}

const joined = (parts: tf.Tensor[]): tf.Tensor =>
  parts.length === 1 ? parts[0]! : tf.concat(parts, 1);

function overlapping(window: Window, channels: number): Windowing {
  const { size, strides, dilation, inputHeight, inputWidth, outputHeight, outputWidth } = window;
  const { top, left } = window;
  const [sy, sx] = strides;
  const place = (r: number) =>
    [Math.floor(r / size[1]) * dilation[0], (r % size[1]) * dilation[1]] as const;
  // The padded image on which every tap is a strided slice of full size.
  const height = Math.max(outputHeight * sy + (size[0] - 1) * dilation[0], top + inputHeight);
  const width = Math.max(outputWidth * sx + (size[1] - 1) * dilation[1], left + inputWidth);
  return {
    taps: size[0] * size[1],
    disjoint: false,
    seen(x, fill) {
      const padded = tf.pad4d(
        x as tf.Tensor4D,
        [
          [0, 0],
          [top, height - top - inputHeight],
          [left, width - left - inputWidth],
          [0, 0],
        ],
        fill,
      );
      return (r) => {
        const [i, j] = place(r);
        const slice = padded.slice([0, i, j, 0], [-1, outputHeight * sy, outputWidth * sx, -1]);
        if (sy === 1 && sx === 1) return slice;
        return slice
          .reshape([-1, outputHeight, sy, outputWidth, sx, channels])
          .slice([0, 0, 0, 0, 0, 0], [-1, -1, 1, -1, 1, -1])
          .reshape([-1, outputHeight, outputWidth, channels]);
      };
    },
    putBack(values) {
      const images = Array.from({ length: size[0] * size[1] }, (_, r) => {
        const [i, j] = place(r);
        return spaced(values(r), strides).pad([
          [0, 0],
          [i, height - outputHeight * sy - i],
          [j, width - outputWidth * sx - j],
          [0, 0],
        ]);
      });
      return tf.addN(images).slice([0, top, left, 0], [-1, inputHeight, inputWidth, -1]);
    },
  };

  /** Zeros between the pixels, strides apart. */
  function spaced(values: tf.Tensor, [sy, sx]: readonly [number, number]): tf.Tensor {
    if (sy === 1 && sx === 1) return values;
    return values
      .reshape([-1, outputHeight, 1, outputWidth, 1, channels])
      .pad([
        [0, 0],
        [0, 0],
        [0, sy - 1],
        [0, 0],
        [0, sx - 1],
        [0, 0],
      ])
      .reshape([-1, outputHeight * sy, outputWidth * sx, channels]);
  }
}
