import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { SplineNetwork } from "../../lib/network";
import { random } from "../../lib/random";
import { assertClose, scramble } from "./models";

before(() => useBackend());

const image = [6, 5, 3];
const sequence = [9, 4];

/** Chains of TensorFlow.js layers, what they read, and the kinds of operators that they become. */
const CHAINS: Record<string, { shape: number[]; layers: tf.layers.Layer[]; kinds: string[] }> = {
  "depthwise and batch normalisation": {
    shape: image,
    layers: [
      tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: "same" }),
      tf.layers.batchNormalization(),
      tf.layers.leakyReLU({ alpha: 0.1 }),
    ],
    kinds: ["depthwiseConv2d", "batchNorm", "leakyRelu"],
  },
  "separable, strided, clipped": {
    shape: image,
    layers: [
      tf.layers.separableConv2d({ filters: 4, kernelSize: 2, strides: 2, depthMultiplier: 2 }),
      tf.layers.reLU({ maxValue: 6 }),
      tf.layers.batchNormalization({ scale: false, epsilon: 0.1 }),
      tf.layers.reLU({ maxValue: 0.5 }),
    ],
    kinds: ["depthwiseConv2d", "conv2d", "relu6", "batchNorm", "clip"],
  },
  "convolution and pooling in one dimension": {
    shape: sequence,
    layers: [
      tf.layers.conv1d({ filters: 5, kernelSize: 3, dilationRate: 2, padding: "same" }),
      tf.layers.prelu(),
      tf.layers.maxPooling1d({ poolSize: 2, padding: "same" }),
      tf.layers.averagePooling1d({ poolSize: 3, strides: 1, padding: "same" }),
      tf.layers.globalMaxPooling1d({}),
      tf.layers.repeatVector({ n: 3 }),
      tf.layers.globalAveragePooling1d(),
    ],
    kinds: [
      ...["conv1d", "prelu", "maxPool1d", "averagePool1d", "globalMaxPool"],
      ...["reshape", "upsample", "globalAveragePool"],
    ],
  },
  "padding, cropping, upsampling": {
    shape: image,
    layers: [
      tf.layers.zeroPadding2d({
        padding: [
          [1, 0],
          [2, 1],
        ],
      }),
      tf.layers.upSampling2d({ size: [2, 3] }),
      tf.layers.cropping2D({
        cropping: [
          [1, 2],
          [0, 3],
        ],
      }),
      tf.layers.averagePooling2d({ poolSize: [3, 2], padding: "same" }),
      tf.layers.globalMaxPooling2d({}),
    ],
    kinds: ["zeroPad", "upsample", "crop", "averagePool2d", "globalMaxPool"],
  },
  "other shapes, dense on the last axis": {
    shape: image,
    layers: [
      tf.layers.permute({ dims: [3, 1, 2] }),
      tf.layers.reshape({ targetShape: [6, -1, 5] }),
      tf.layers.dense({ units: 4, activation: "hardSigmoid" }),
      tf.layers.gaussianNoise({ stddev: 1 }),
      tf.layers.dense({ units: 2, activation: "relu6" }),
      tf.layers.globalAveragePooling2d({}),
    ],
    kinds: [
      ...["permute", "reshape", "dense", "hardSigmoid", "dense", "relu6"],
      "globalAveragePool",
    ],
  },
  "transposed convolutions, rescaled": {
    shape: image,
    layers: [
      tf.layers.rescaling({ scale: 0.5, offset: -1 }),
      tf.layers.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: "same" }),
      tf.layers.conv2dTranspose({ filters: 3, kernelSize: [2, 1], strides: [3, 2] }),
      tf.layers.reLU(),
    ],
    kinds: ["rescale", "conv2dTranspose", "conv2dTranspose", "relu"],
  },
  "slopes shared along rows": {
    shape: image,
    layers: [tf.layers.prelu({ sharedAxes: [1] }), tf.layers.prelu({ sharedAxes: [1, 3] })],
    kinds: ["prelu", "prelu"],
  },
  "slopes shared over positions": {
    shape: image,
    layers: [tf.layers.prelu({ sharedAxes: [1, 2] })],
    kinds: ["prelu"],
  },
};

for (const [name, { shape, layers, kinds }] of Object.entries(CHAINS)) {
  test(`${name}: read as ${kinds.join(", ")}, with TensorFlow.js' values (1e-5)`, () => {
    const model = tf.sequential({
      layers: [tf.layers.inputLayer({ inputShape: shape }), ...layers],
    });
    scramble(model, 5);
    const net = SplineNetwork.fromLayersModel(model);
    assert.deepEqual(
      net.graph.nodes.map(({ operator }) => operator.kind),
      kinds,
    );
    const rng = random(6);
    for (let n = 0; n < 10; n++) {
      const x = Float32Array.from(rng.normals(net.inputSize, 0, 2));
      const expected = tf.tidy(() =>
        (model.predict(tf.tensor(x, [1, ...shape])) as tf.Tensor).dataSync(),
      );
      const { A, b } = net.affineMap(x);
      const scale = Math.max(1, ...expected.map(Math.abs));
      net.forward(x).forEach((value, c) => {
        let map = b[c]!;
        for (let i = 0; i < x.length; i++) map += A[c * x.length + i]! * x[i]!;
        assert.ok(Math.abs(value - expected[c]!) <= 1e-5 * scale, `${value}, ${expected[c]}`);
        assert.ok(Math.abs(map - value) <= 1e-12 * scale);
      });
    }
  });
}

for (const [name, options] of Object.entries({
  valid: { dilationRate: 2 },
  same: { dilationRate: [1, 2], padding: "same" },
  strided: { dilationRate: 2, strides: 2, padding: "same" },
  "of several filters": { dilationRate: 3, depthMultiplier: 2 },
} as const)) {
  test(`a dilated depthwise convolution, ${name}: as TensorFlow.js computes it, with a note`, () => {
    const dilated = tf.layers.depthwiseConv2d({
      ...(options as { dilationRate: number }),
      ...{ inputShape: [6, 6, 2], kernelSize: 2 },
    });
    const model = tf.sequential({
      layers: [dilated, tf.layers.flatten(), tf.layers.dense({ units: 2 })],
    });
    scramble(model, 5);
    const net = SplineNetwork.fromLayersModel(model);
    assert.match(
      net.notes.join(),
      /ignores the dilation \[\d,\d\] of .* Keras in Python applies it/,
    );
    sameAsPredict(model, net);
  });
}

test("a dilation that TensorFlow.js ignores is told once, also inside wrappers; one of 1 isn't", () => {
  const transposed = { filters: 2, kernelSize: 2, dilationRate: 2 };
  const depthwise = tf.layers.depthwiseConv2d({ kernelSize: 2, dilationRate: [1, 3] });
  const model = tf.sequential({
    layers: [
      tf.layers.timeDistributed({ inputShape: [2, 4, 4, 1], layer: depthwise }),
      tf.layers.timeDistributed({ layer: tf.layers.conv2dTranspose(transposed) }),
      tf.layers.timeDistributed({ layer: tf.layers.depthwiseConv2d({ kernelSize: 2 }) }),
    ],
  });
  scramble(model, 5);
  const net = SplineNetwork.fromLayersModel(model);
  assert.equal(net.notes.length, 2);
  assert.match(net.notes[0]!, /\(DepthwiseConv2D\)/);
  assert.match(net.notes[1]!, /\(Conv2DTranspose\)/);
  sameAsPredict(model, net);
});

test("dilations that TensorFlow.js applies: of convolutions and separable ones", () => {
  for (const layer of [
    tf.layers.conv2d({ filters: 2, kernelSize: 2, dilationRate: [2, 3] }),
    tf.layers.separableConv2d({ filters: 2, kernelSize: 2, dilationRate: 2 }),
    tf.layers.separableConv2d({ filters: 2, kernelSize: 2, dilationRate: [2, 1], padding: "same" }),
  ]) {
    const model = tf.sequential({
      layers: [tf.layers.inputLayer({ inputShape: [6, 7, 2] }), layer],
    });
    scramble(model, 5);
    const net = SplineNetwork.fromLayersModel(model);
    assert.deepEqual(net.notes, []);
    sameAsPredict(model, net);
  }
});

function sameAsPredict(model: tf.LayersModel, net: SplineNetwork): void {
  const x = Float32Array.from(random(6).normals(net.inputSize));
  const expected = tf.tidy(() =>
    (model.predict(tf.tensor(x, [1, ...net.inputShape])) as tf.Tensor).dataSync(),
  );
  assertClose(net.forward(x), expected, 1e-5, model.layers.map((l) => l.getClassName()).join());
}
