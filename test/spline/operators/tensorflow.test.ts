import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { useBackend } from "../../../lib/backend";
import { random } from "../../../lib/random";
import {
  type Activation,
  type Add,
  type AveragePool2d,
  type ChannelPool,
  type Concat,
  type Conv2d,
  type Conv2dTranspose,
  type Crop,
  type Dense,
  type Maximum,
  type Maxout,
  type MaxPool2d,
  makePieces,
  type Operator,
  type Permute,
  type Rescale,
  sizeOf,
  type Upsample,
  type ZeroPad,
} from "../../../lib/spline/operators";
import { DICTIONARY } from "./dictionary";

before(() => useBackend());

/** What TensorFlow.js makes of a signal [1, …inputShape] where an operator of ours stands. */
type Oracle = (operator: never, x: tf.Tensor) => tf.Tensor;

const pair = ([a, b]: readonly [number, number]): [number, number] => [a, b];
const float = (values: Float64Array, shape: number[]) =>
  tf.tensor(Float32Array.from(values), shape);

/** A sequence as an image of height 1. */
const imageOf = (x: tf.Tensor): tf.Tensor4D => (x.rank === 3 ? x.expandDims(1) : x) as tf.Tensor4D;

function conv({ kernel, b, window, groups, inputShape, outputShape }: Conv2d, x: tf.Tensor) {
  const [cin, cout] = [inputShape.at(-1)!, outputShape.at(-1)!];
  const { size, strides, dilation, padding } = window;
  const image = imageOf(x);
  const filter = float(kernel, [size[0], size[1], cin / groups, cout]);
  const [ins, outs] = [cin / groups, cout / groups];
  // TensorFlow.js has no grouped convolution: its definition, one convolution a group.
  const parts = Array.from({ length: groups }, (_, g) =>
    tf.conv2d(
      image.slice([0, 0, 0, g * ins], [-1, -1, -1, ins]) as tf.Tensor4D,
      filter.slice([0, 0, 0, g * outs], [-1, -1, -1, outs]) as tf.Tensor4D,
      pair(strides),
      padding,
      "NHWC",
      pair(dilation),
    ),
  );
  return tf.concat(parts, -1).add(b === null ? 0 : float(b, [cout]));
}

function depthwise(operator: Conv2d, x: tf.Tensor) {
  const { kernel, b, window, inputShape, outputShape } = operator;
  const [cin, cout] = [inputShape.at(-1)!, outputShape.at(-1)!];
  const { size, strides, dilation, padding } = window;
  // It takes equal strides only.
  if (strides[0] !== strides[1]) return conv(operator, x);
  const filter = float(kernel, [size[0], size[1], cin, cout / cin]) as tf.Tensor4D;
  const y = tf.depthwiseConv2d(imageOf(x), filter, pair(strides), padding, "NHWC", pair(dilation));
  return y.add(b === null ? 0 : float(b, [cout]));
}

const leaky: Oracle = ({ slopes }: Activation, x) => tf.leakyRelu(x, slopes[0]!);
const average: Oracle = ({ window }: AveragePool2d, x) =>
  tf.avgPool(imageOf(x), pair(window.size), pair(window.strides), window.padding);
const maximum: Oracle = ({ window }: MaxPool2d, x) =>
  tf.maxPool(imageOf(x), pair(window.size), pair(window.strides), window.padding);
const positions = (x: tf.Tensor) => Array.from({ length: x.rank - 2 }, (_, i) => i + 1);

const ORACLES: Record<string, Oracle> = {
  dense: ({ W, b, inputSize, outputSize }: Dense, x) =>
    tf
      .matMul(x.reshape([-1, inputSize]), float(W, [outputSize, inputSize]), false, true)
      .add(b === null ? 0 : float(b, [outputSize])),
  conv2d: conv,
  "grouped conv2d": conv,
  "depthwise conv2d": depthwise,
  conv1d: conv,
  "depthwise conv1d": depthwise,
  conv2dTranspose: ({ kernel, b, convolution, inputShape, outputShape }: Conv2dTranspose, x) => {
    const [height, width, channels] = outputShape as [number, number, number];
    const { size, strides, padding } = convolution.window;
    const filter = float(kernel, [size[0], size[1], channels, inputShape[2]!]) as tf.Tensor4D;
    const shape: [number, number, number, number] = [1, height, width, channels];
    const y = tf.conv2dTranspose(x as tf.Tensor4D, filter, shape, pair(strides), padding);
    return y.add(b === null ? 0 : float(b, [channels]));
  },
  averagePool2d: average,
  averagePool1d: average,
  globalAveragePool: (_: Operator, x) => x.mean(positions(x)),
  maxPool2d: maximum,
  maxPool1d: maximum,
  globalMaxPool: (_: Operator, x) => x.max(positions(x)),
  channelPool: ({ pieces, outputShape }: ChannelPool, x) =>
    x.reshape([1, ...outputShape, pieces]).max(-1),
  maxout: ({ W, b, units, pieces, inputShape }: Maxout, x) =>
    tf
      .matMul(x as tf.Tensor2D, float(W, [units * pieces, sizeOf(inputShape)]), false, true)
      .add(float(b, [units * pieces]))
      .reshape([units, pieces])
      .max(-1),
  maximum: ({ pieces, outputShape }: Maximum, x) => x.reshape([pieces, ...outputShape]).max(0),
  relu: (_: Operator, x) => tf.relu(x),
  leakyRelu: leaky,
  prelu: ({ slopes, channels, inputShape }: Activation, x) => {
    const alphas = slopes.filter((_, i) => i % 2 === 0);
    const shape = channels === sizeOf(inputShape) ? [...inputShape] : [channels];
    return tf.prelu(x, float(alphas, shape));
  },
  abs: (_: Operator, x) => tf.abs(x),
  relu6: (_: Operator, x) => tf.relu6(x),
  hardTanh: (_: Operator, x) => tf.clipByValue(x, -1, 1),
  hardSigmoid: (_: Operator, x) =>
    tf.layers.activation({ activation: "hardSigmoid" }).apply(x) as tf.Tensor,
  softThreshold: ({ knots }: Activation, x) => tf.sign(x).mul(tf.relu(tf.abs(x).sub(knots[1]!))),
  add: ({ count, outputShape }: Add, x) => tf.addN(x.reshape([count, ...outputShape]).unstack()),
  concat: ({ shapes, axis }: Concat, x) => {
    const flat = x.reshape([-1]);
    let from = 0;
    const signals = shapes.map((shape) => {
      const part = flat.slice([from], [sizeOf(shape)]).reshape([...shape]);
      from += sizeOf(shape);
      return part;
    });
    return tf.concat(signals, axis < 0 ? axis + shapes[0]!.length : axis);
  },
  rescale: ({ scale, shift }: Rescale, x) => x.mul(scale).add(shift),
  zeroPad: ({ margins }: ZeroPad, x) =>
    x.pad([[0, 0], ...margins.map((m): [number, number] => [m[0], m[1]])]),
  crop: ({ margins, outputShape }: Crop, x) =>
    x.slice([0, ...margins.map((m) => m[0])], [1, ...outputShape]),
  upsample: ({ factors, outputShape }: Upsample, x) => {
    assert.equal(factors[2], 1);
    return tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [outputShape[0]!, outputShape[1]!]);
  },
  permute: ({ order }: Permute, x) => x.transpose([0, ...order.map((axis) => axis + 1)]),
  flatten: (_: Operator, x) => x,
  reshape: (_: Operator, x) => x,
};

for (const [name, oracle] of Object.entries(ORACLES)) {
  test(`${name}: the same values as TensorFlow.js, 1e-5`, () => {
    fc.assert(
      fc.property(DICTIONARY[name]!, fc.integer({ min: 1, max: 1e6 }), (operator, seed) => {
        const K = sizeOf(operator.outputShape);
        // float32 numbers, so that both read the same.
        const x = Float64Array.from(
          Float32Array.from(random(seed).normals(sizeOf(operator.inputShape), 0, 3)),
        );
        const y = new Float64Array(K);
        operator.forward(x, y, makePieces(operator.units, operator.pieces));
        const expected = tf.tidy(() =>
          oracle(operator as never, float(x, [1, ...operator.inputShape])).dataSync(),
        );
        assert.equal(expected.length, K);
        const size = Math.max(1, ...y.map(Math.abs));
        y.forEach((value, k) => {
          assert.ok(Math.abs(value - expected[k]!) <= 1e-5 * size, `${value}, not ${expected[k]}`);
        });
      }),
      { numRuns: 25 },
    );
  });
}

test("none is left out but what TensorFlow.js hasn't, and batch normalisation, read from its layer", () => {
  const left = Object.keys(DICTIONARY).filter((name) => !(name in ORACLES));
  assert.deepEqual(left, ["batchNorm", "activation of any pieces"]);
});
