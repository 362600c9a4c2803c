import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { BatchedNetwork, SplineNetwork, UnknownLayerError } from "../../lib/network";
import { assertClose, product } from "./models";

before(() => useBackend());

const glorot = (seed: number) => tf.initializers.glorotNormal({ seed });
const offsets = (seed: number) => tf.initializers.randomNormal({ stddev: 0.1, seed });

function convnet(padding: "valid" | "same", poolSize: number, poolStrides: number): tf.Sequential {
  const weights = (seed: number) => ({
    kernelInitializer: glorot(seed),
    biasInitializer: offsets(seed + 100),
  });
  return tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [11, 10, 2],
        filters: 5,
        kernelSize: 3,
        padding,
        activation: "relu",
        ...weights(1),
      }),
      tf.layers.maxPooling2d({ poolSize, strides: poolStrides, padding }),
      tf.layers.conv2d({ filters: 4, kernelSize: [2, 3], strides: 2, padding, ...weights(2) }),
      tf.layers.reLU({}),
      tf.layers.flatten(),
      tf.layers.dropout({ rate: 0.5 }),
      tf.layers.dense({ units: 7, activation: "relu", ...weights(3) }),
      tf.layers.dense({ units: 6, activation: "softmax", ...weights(4) }),
    ],
  });
}

const CASES = [
  { padding: "valid", poolSize: 2, poolStrides: 2 },
  { padding: "same", poolSize: 2, poolStrides: 2 },
  { padding: "same", poolSize: 3, poolStrides: 2 },
  { padding: "valid", poolSize: 3, poolStrides: 1 },
] as const;

for (const { padding, poolSize, poolStrides } of CASES) {
  const name = `convnet, ${padding}, pool ${poolSize} by ${poolStrides}`;

  test(`${name}: float64 equals float32, and A[x] x + b[x] = f(x) in both`, () => {
    const model = convnet(padding, poolSize, poolStrides);
    const net = SplineNetwork.fromLayersModel(model);
    const N = 8;
    const D = net.inputSize;
    const C = net.outputSize;
    const images = tf.randomNormal([N, 11, 10, 2], 0, 1, "float32", 42);
    const twin = new BatchedNetwork(net);
    const { A, b, f } = twin.affineMaps(images);
    assert.deepEqual(A.shape, [N, C, 11, 10, 2]);

    // TensorFlow.js itself is the oracle, up to the softmax, which was taken off.
    const expected = (model.predict(images) as tf.Tensor).dataSync();
    assertClose(tf.softmax(f).dataSync(), expected, 1e-5, "softmax of the twin's logits");

    const [pixels, slopes, shifts] = [images.dataSync(), A.dataSync(), b.dataSync()];
    const logits = f.dataSync();
    for (let n = 0; n < N; n++) {
      const x = pixels.slice(n * D, (n + 1) * D);
      const exact = net.affineMap(x);
      const value = net.forward(x);
      assertClose(product(exact.A, exact.b, x), value, 1e-12, "A x + b in float64");
      assertClose(logits.slice(n * C, (n + 1) * C), value, 1e-5, "f in float32");
      assertClose(slopes.slice(n * C * D, (n + 1) * C * D), exact.A, 1e-5, "A in float32");
      assertClose(shifts.slice(n * C, (n + 1) * C), exact.b, 1e-5, "b in float32");
    }
    twin.dispose();
  });
}

test("the twin frees what it takes", () => {
  const net = SplineNetwork.fromLayersModel(convnet("same", 2, 2));
  const before = tf.memory().numTensors;
  const images = tf.zeros([3, 11, 10, 2]);
  const twin = new BatchedNetwork(net);
  tf.dispose([images, twin.forward(images)]);
  twin.dispose();
  assert.equal(tf.memory().numTensors, before);
});

test("a network without any nonlinearity has one map for every signal", () => {
  const model = tf.sequential({
    layers: [tf.layers.dense({ inputShape: [3], units: 2, kernelInitializer: glorot(5) })],
  });
  const twin = new BatchedNetwork(SplineNetwork.fromLayersModel(model));
  const { A } = twin.affineMaps(tf.randomNormal([4, 3], 0, 1, "float32", 6));
  assert.deepEqual(A.shape, [4, 2, 3]);
  const rows = A.arraySync() as number[][][];
  assert.deepEqual(rows[3], rows[0]);
});

test("the softmax taken off is said, and layers are grouped as the papers do", () => {
  const net = SplineNetwork.fromLayersModel(convnet("same", 2, 2));
  assert.match(String(net), /note: the softmax of "[^"]+" is taken off: the outputs are logits/);
  assert.deepEqual(
    net.layers.map(({ kind }) => kind),
    ["conv2d + relu", "maxPool2d", "conv2d + relu", "flatten + dense + relu", "dense"],
  );
});

test("what can't be read is refused by name, class and position", () => {
  const refusal = (layer: tf.layers.Layer, pattern: RegExp, ...behind: tf.layers.Layer[]) => {
    const images = layer.getClassName() !== "LSTM";
    const inputShape = images ? [4, 4, 1] : [4, 2];
    const model = tf.sequential({
      layers: [tf.layers.inputLayer({ inputShape }), layer, ...behind],
    });
    assert.throws(
      () => SplineNetwork.fromLayersModel(model),
      (error: unknown) => error instanceof UnknownLayerError && pattern.test(error.message),
    );
  };
  refusal(
    tf.layers.layerNormalization({ name: "ln" }),
    /layer 1 "ln" \(LayerNormalization\): is not piecewise affine: it divides by .* soft view/,
  );
  refusal(tf.layers.elu(), /e\^u − 1 below 0 is curved/);
  refusal(tf.layers.thresholdedReLU(), /is not continuous/);
  refusal(tf.layers.lstm({ units: 2 }), /its gates multiply/);
  refusal(tf.layers.batchNormalization({ axis: 1 }), /normalises axis 1, expected the last one/);
  refusal(tf.layers.upSampling2d({ interpolation: "bilinear" }), /"bilinear", expected "nearest"/);
  refusal(tf.layers.activation({ activation: "softmax" }), /only at the end/, tf.layers.flatten());
  refusal(
    tf.layers.conv2d({ filters: 1, kernelSize: 2, activation: "sigmoid" }),
    /"sigmoid" is not piecewise affine/,
    tf.layers.flatten(),
  );
});

test("a batch of the wrong shape is refused with both shapes", () => {
  const twin = new BatchedNetwork(SplineNetwork.fromLayersModel(convnet("same", 2, 2)));
  assert.throws(
    () => twin.forward(tf.zeros([2, 10, 11, 2])),
    /shape \[2,10,11,2\], expected \[N, 11, 10, 2\]/,
  );
});
