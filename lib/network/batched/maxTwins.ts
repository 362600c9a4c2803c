import * as tf from "@tensorflow/tfjs";
import type { MaxPool2d } from "../../spline/operators";
import { mergeStack, splitStack, type Twin } from "./twin";

/** Twin of ReLU; its code is the 0/1 mask of active units, [N, …shape] float32. */
export function reluTwin(): Twin {
  const apply = (code: tf.Tensor | null, x: tf.Tensor) => x.mul(code!);
  return {
    forward: (x) => {
      const code = x.greater(0).cast("float32");
      return { y: apply(code, x), code };
    },
    apply,
    pullback: (code, g) => g.mul(code!.expandDims(1)),
    dispose: () => {},
  };
}

/**
 * Twin of max pooling; its code is the window position taken, [N, …outputShape] float32.
 *
 * Built from slices and comparisons alone, so that ties go to the lowest position on every backend
 * and no gradient of the pooling kernel is needed (TensorFlow.js has none to differentiate).
 */
export function maxPool2dTwin({ window, inputShape }: MaxPool2d): Twin {
  const { size, strides, inputHeight, inputWidth, outputHeight, outputWidth, top, left } = window;
  const channels = inputShape[2]!;
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

  /** What position (i, j) of every window sees: [N, outputHeight, outputWidth, channels]. */
  const seenFrom = (padded: tf.Tensor4D, i: number, j: number): tf.Tensor =>
    padded
      .slice([0, i, j, 0], [-1, outputHeight * sy, outputWidth * sx, -1])
      .reshape([-1, outputHeight, sy, outputWidth, sx, channels])
      .slice([0, 0, 0, 0, 0, 0], [-1, -1, 1, -1, 1, -1])
      .reshape([-1, outputHeight, outputWidth, channels]);

  /** The transpose of seenFrom: puts values back where position (i, j) of every window reads. */
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

  const taken = (code: tf.Tensor, r: number) => code.equal(r).cast("float32");

  const apply = (code: tf.Tensor | null, x: tf.Tensor): tf.Tensor => {
    const padded = pad(x, 0);
    return tf.addN(positions.map(({ r, i, j }) => seenFrom(padded, i, j).mul(taken(code!, r))));
  };

  return {
    forward: (x) => {
      const padded = pad(x, LOWEST);
      let best = seenFrom(padded, 0, 0);
      let code: tf.Tensor = tf.zerosLike(best);
      for (const { r, i, j } of positions.slice(1)) {
        const rival = seenFrom(padded, i, j);
        const better = rival.greater(best);
        code = tf.where(better, tf.fill(code.shape, r), code);
        best = tf.where(better, rival, best);
      }
      return { y: best, code };
    },
    apply,
    pullback: (code, g) => {
      const images = tf.addN(
        positions.map(({ r, i, j }) =>
          putBack(mergeStack(g.mul(taken(code!, r).expandDims(1))), i, j),
        ),
      );
      const inside = images.slice([0, top, left, 0], [-1, inputHeight, inputWidth, -1]);
      return splitStack(inside, g);
    },
    dispose: () => {},
  };
}

/** Lower than any pixel: −∞ itself would make NaN where masks multiply. */
const LOWEST = -3.4028234e38;
