import * as tf from "@tensorflow/tfjs";
import type { MaxPool2d } from "../../spline/operators";
import { slidingViews } from "./slidingViews";
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
  const { positions, pad, seenFrom, putBack, inside } = slidingViews(window, inputShape[2]!);

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
      return splitStack(inside(images), g);
    },
    dispose: () => {},
  };
}

/** Lower than any pixel: −∞ itself would make NaN where masks multiply. */
const LOWEST = -3.4028234e38;
