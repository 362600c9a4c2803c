import * as tf from "@tensorflow/tfjs";
import type { BatchNorm, Conv2d, Dense, Reshape } from "../../spline/operators";
import { mergeStack, splitStack, type Twin } from "./twin";

/** Twin of an affine operator, from its linear part, its transpose and its offset. */
function affineTwin(
  linear: (x: tf.Tensor) => tf.Tensor,
  transposed: (g: tf.Tensor) => tf.Tensor,
  owned: tf.Tensor[],
  offset: tf.Tensor | null,
): Twin {
  const apply = (x: tf.Tensor) => (offset === null ? linear(x) : linear(x).add(offset));
  return {
    forward: (x) => ({ y: apply(x), code: null }),
    apply: (_, x) => apply(x),
    pullback: (_, g) => transposed(g),
    dispose: () => tf.dispose(owned),
  };
}

/** Twin of a dense operator. */
export function denseTwin({ W, b, inputSize, outputSize }: Dense): Twin {
  const weights = tf.tensor2d(Float32Array.from(W), [outputSize, inputSize]);
  const offset = b && tf.tensor1d(Float32Array.from(b));
  return affineTwin(
    (x) => tf.matMul(x as tf.Tensor2D, weights, false, true),
    (g) => splitStack(tf.matMul(mergeStack(g) as tf.Tensor2D, weights), g),
    offset ? [weights, offset] : [weights],
    offset,
  );
}

/** Twin of a 2-D convolution; a dilated kernel is written out, since its gradient isn't there. */
export function conv2dTwin(operator: Conv2d): Twin {
  const { window, b, inputShape, outputShape } = operator;
  const filter = tf.tidy(() => dilatedFilter(operator));
  const offset = b && tf.tensor1d(Float32Array.from(b));
  const strides: [number, number] = [window.strides[0], window.strides[1]];
  const [height, width, channels] = inputShape as [number, number, number];
  return affineTwin(
    (x) => tf.conv2d(x as tf.Tensor4D, filter, strides, window.padding),
    (g) => {
      const stack = mergeStack(
        g.reshape([g.shape[0]!, g.shape[1]!, ...outputShape]),
      ) as tf.Tensor4D;
      const shape: [number, number, number, number] = [stack.shape[0], height, width, channels];
      return splitStack(tf.conv2dTranspose(stack, filter, shape, strides, window.padding), g);
    },
    offset ? [filter, offset] : [filter],
    offset,
  );
}

function dilatedFilter({ kernel, window, inputShape, outputShape }: Conv2d): tf.Tensor4D {
  const [rows, columns] = window.size;
  const [cin, cout] = [inputShape[2]!, outputShape[2]!];
  const [dy, dx] = window.dilation;
  const dense = tf.tensor(Float32Array.from(kernel), [rows, 1, columns, 1, cin, cout]);
  const padded = dense.pad([
    [0, 0],
    [0, dy - 1],
    [0, 0],
    [0, dx - 1],
    [0, 0],
    [0, 0],
  ]);
  const extent = [(rows - 1) * dy + 1, (columns - 1) * dx + 1, cin, cout];
  return padded
    .reshape([rows * dy, columns * dx, cin, cout])
    .slice([0, 0, 0, 0], extent) as tf.Tensor4D;
}

/** Twin of a reshape. */
export function reshapeTwin({ inputShape, outputShape }: Reshape): Twin {
  return affineTwin(
    (x) => x.reshape([x.shape[0]!, ...outputShape]),
    (g) => g.reshape([g.shape[0]!, g.shape[1]!, ...inputShape]),
    [],
    null,
  );
}

/** Twin of a batch normalisation at inference. */
export function batchNormTwin({ scale, shift }: BatchNorm): Twin {
  const factor = tf.tensor1d(Float32Array.from(scale));
  const offset = tf.tensor1d(Float32Array.from(shift));
  return affineTwin(
    (x) => x.mul(factor),
    (g) => g.mul(factor),
    [factor, offset],
    offset,
  );
}
