import * as tf from "@tensorflow/tfjs";
import {
  type Activation,
  imageShape,
  type Maxout,
  type MaxPool,
  type MaxPool2d,
  type Shape,
  sizeOf,
} from "../../spline/operators";
import { float32 } from "./affineTwins";
import { onStack, type Twin } from "./twin";
import { windowing } from "./windowing";
import { imagesOf } from "./windowTwins";

/** Twin of ReLU; its code is the 0/1 mask of active units, float32. */
export function reluTwin(): Twin {
  return {
    forward: (x) => ({ y: tf.relu(x), code: x.greater(0).cast("float32") }),
    freeze: (code) => ({ pullback: (g) => g.mul(code!) }),
    dispose: () => {},
  };
}

/** Twin of any activation: slopes and intercepts are looked up by the piece. */
export function activationTwin(operator: Activation): Twin {
  const { knots, slopes, intercepts, channels, pieces, inputShape } = operator;
  const [slope, intercept] = [slopes, intercepts].map((values) => float32(values, [values.length]));
  // Where the row of each unit begins.
  const rows = tf.tensor(
    Int32Array.from({ length: sizeOf(inputShape) }, (_, k) => (k % channels) * pieces),
    [...inputShape],
    "int32",
  );
  const shifted = intercepts.some((c) => c !== 0);
  const look = (table: tf.Tensor, code: tf.Tensor) => table.gather(code.add(rows).cast("int32"));
  return {
    forward: (x) => {
      const above = Array.from(knots, (t) => x.greater(t).cast("int32"));
      const code = above.length === 0 ? tf.zerosLike(x).cast("int32") : tf.addN(above);
      const y = x.mul(look(slope!, code));
      return { y: shifted ? y.add(look(intercept!, code)) : y, code };
    },
    freeze: (code) => {
      const factor = look(slope!, code!);
      const shift = shifted ? look(intercept!, code!) : null;
      const units = inputShape.map((_, axis) => axis + 2);
      return {
        pullback: (g) => g.mul(factor),
        ...(shift && { constant: (g: tf.Tensor) => g.mul(shift).sum(units) }),
      };
    },
    dispose: () => tf.dispose([slope!, intercept!, rows]),
  };
}

/**
 * Twin of max pooling; its code is the window position taken [N, …outputShape], float32.
 *
 * Built from slices and comparisons alone, so that ties go to the lowest position on every backend
 * and no gradient of the pooling kernel is needed (TensorFlow.js has none to differentiate).
 */
export function maxPool2dTwin({ window, inputShape, outputShape, pieces }: MaxPool2d): Twin {
  const channels = inputShape.at(-1)!;
  const { seen, putBack, disjoint } = windowing(window, channels);
  const image = imageShape(outputShape);
  return {
    forward: (x) => {
      const at = seen(imagesOf(x, inputShape), LOWEST);
      let best = at(0);
      let code: tf.Tensor = tf.zerosLike(best);
      for (let r = 1; r < pieces; r++) {
        const rival = at(r);
        code = tf.where(rival.greater(best), tf.fill(code.shape, r), code);
        best = tf.maximum(best, rival);
      }
      const shape = [x.shape[0]!, ...outputShape];
      return { y: best.reshape(shape), code: code.reshape(shape) };
    },
    freeze: (code) => {
      const piece = imagesOf(code!, outputShape);
      const taken = (r: number) => piece.equal(r).cast("float32");
      if (disjoint) {
        const mask = putBack(taken);
        return {
          pullback: (g) => {
            const spread = onStack(g, imageShape(inputShape), (stack) => {
              const images = imagesOf(stack, outputShape);
              return putBack(() => images);
            });
            return onStack(spread.mul(mask), inputShape, (images) => images);
          },
        };
      }
      const masks = Array.from({ length: pieces }, (_, r) => taken(r));
      return {
        pullback: (g) => {
          const [C, n] = [g.shape[0]!, Math.max(g.shape[1]!, code!.shape[0]!)];
          const stack = g.reshape([C, -1, ...image]);
          const images = putBack((r) => stack.mul(masks[r]!).reshape([-1, ...image]));
          return images.reshape([C, n, ...inputShape]);
        },
      };
    },
    dispose: () => {},
  };
}

/** Lower than any pixel: −∞ itself would make NaN where masks multiply. */
const LOWEST = -3.4028234e38;

/**
 * Twin of a maximum over one axis of [before, R, after]: over positions, over groups of channels, over
 * branches. Its code is the entry taken, the lowest of equal ones.
 */
export function axisMaxTwin(
  { pieces, inputShape, outputShape }: MaxPool,
  [before, after]: readonly [before: number, after: number],
): Twin {
  const entries = float32(
    Float64Array.from({ length: pieces }, (_, r) => r),
    [pieces, 1],
  );
  return {
    forward: (x) => {
      const stacked = x.reshape([x.shape[0]!, before, pieces, after]);
      const y = stacked.max(2, true);
      const code = tf.where(stacked.equal(y), entries, tf.fill([1], pieces)).min(2);
      const shape = [x.shape[0]!, ...outputShape];
      return { y: y.reshape(shape), code: code.reshape(shape) };
    },
    freeze: (code) => {
      const mask = code!.reshape([-1, before, 1, after]).equal(entries).cast("float32");
      return {
        pullback: (g) => onClasses(g, [before, 1, after], inputShape, (stack) => stack.mul(mask)),
      };
    },
    dispose: () => entries.dispose(),
  };
}

/** Twin of maxout; its code is the piece taken, the lowest of equal ones. */
export function maxoutTwin({ W, b, units, pieces, inputShape }: Maxout): Twin {
  const D = sizeOf(inputShape);
  const weights = float32(W, [units * pieces, D]) as tf.Tensor2D;
  const offsets = float32(b, [units, pieces]);
  const entries = tf.range(0, pieces, 1, "float32");
  return {
    forward: (x) => {
      const flat = x.reshape([x.shape[0]!, D]) as tf.Tensor2D;
      const values = tf
        .matMul(flat, weights, false, true)
        .reshape([-1, units, pieces])
        .add(offsets);
      const y = values.max(2, true);
      const code = tf.where(values.equal(y), entries, tf.fill([1], pieces)).min(2);
      return { y: y.squeeze([2]), code };
    },
    freeze: (code) => {
      const mask = code!.expandDims(2).equal(entries).cast("float32"); // [n, K, R]
      const shift = mask.mul(offsets).sum(2); // [n, K]
      return {
        pullback: (g) => {
          const chosen = g.expandDims(3).mul(mask);
          return onStack(chosen, inputShape, (rows) =>
            tf.matMul(rows.reshape([-1, units * pieces]) as tf.Tensor2D, weights),
          );
        },
        constant: (g) => g.mul(shift).sum(2),
      };
    },
    dispose: () => tf.dispose([weights, offsets, entries]),
  };
}

/** Applies a map to stacked functionals in another shape, class by class. */
function onClasses(
  g: tf.Tensor,
  shape: Shape,
  result: Shape,
  map: (g: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  const [C, n] = g.shape as [number, number];
  return map(g.reshape([C, n, ...shape])).reshape([C, -1, ...result]);
}
