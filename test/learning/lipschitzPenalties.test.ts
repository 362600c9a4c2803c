import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import {
  BatchedNetwork,
  layerNorms,
  localLipschitz,
  type Penalty,
  productBounds,
  random,
  SplineNetwork,
  templateNorms,
  trainClassifier,
  twoMoons,
  useBackend,
} from "../../lib";

before(async () => {
  await useBackend();
});

const dense = (units: number, seed: number, more = {}) =>
  tf.layers.dense({ units, kernelInitializer: tf.initializers.heNormal({ seed }), ...more });
const mlp = () =>
  tf.sequential({
    layers: [
      dense(12, 1, { inputShape: [2], activation: "relu" }),
      dense(9, 2, { activation: "relu" }),
      dense(2, 3),
    ],
  });
const drawn = () => tf.tensor2d(Float32Array.from(random(1).normals(20)), [10, 2]);
const measured = (penalty: Penalty, model: tf.LayersModel, x: tf.Tensor) =>
  tf.tidy(() => penalty(model, x).dataSync()[0]!);

test("penalties are what they say, by the float64 network", () => {
  const model = mlp();
  const x = drawn();
  const net = SplineNetwork.fromLayersModel(model);
  const points = x.dataSync();
  const square = (n: number) =>
    net.affineMap(points.subarray(2 * n, 2 * n + 2)).A.reduce((sum, v) => sum + v * v, 0);
  const all = Array.from({ length: 10 }, (_, n) => square(n)).reduce((a, b) => a + b) / 10;
  assert.ok(Math.abs(measured(templateNorms({ gamma: 0.5 }), model, x) / (0.5 * all) - 1) < 1e-5);
  const first = measured(templateNorms({ gamma: 1, signals: 1 }), model, x);
  assert.ok(Math.abs(first / square(0) - 1) < 1e-5);
  // The product of the norms from the sum of their squares: leave one layer after the other alone.
  const squares = model.layers.map((layer) =>
    measured(layerNorms({ gamma: 1, iterations: 200 }), tf.sequential({ layers: [layer] }), x),
  );
  const product = Math.sqrt(squares.reduce((a, b) => a * b, 1));
  assert.ok(Math.abs(product / productBounds(net).product - 1) < 1e-4, `${product}`);
  const sum = squares.reduce((a, b) => a + b, 0);
  assert.ok(
    Math.abs(measured(layerNorms({ gamma: 2, iterations: 200 }), model, x) / sum - 2) < 1e-4,
  );
  tf.dispose(x);
  model.dispose();
});

test("their gradients are those of finite differences", () => {
  for (const penalty of [
    templateNorms({ gamma: 0.1 }),
    layerNorms({ gamma: 1, iterations: 300 }),
  ]) {
    const model = mlp();
    const x = drawn();
    const weight = model.layers[1]!.weights[0]!.read() as tf.Variable;
    const { grads } = tf.variableGrads(() => penalty(model, x).asScalar(), [weight]);
    const gradient = grads[weight.name]!.dataSync();
    const values = weight.dataSync().slice();
    for (const i of [0, 17, 60]) {
      const at = (h: number) => {
        const moved = values.slice();
        moved[i]! += h;
        weight.assign(tf.tensor2d(moved, weight.shape as [number, number]));
        return measured(penalty, model, x);
      };
      const slope = (at(1e-2) - at(-1e-2)) / 2e-2;
      const size = Math.max(...gradient.map(Math.abs));
      assert.ok(Math.abs(slope - gradient[i]!) < 2e-2 * size, `${i}: ${slope} ${gradient[i]}`);
    }
    tf.dispose([x, ...Object.values(grads)]);
    model.dispose();
  }
});

test("trained with either, a network is less steep than without", async () => {
  const data = twoMoons({ count: 200, noise: 0.1, random: random(1) });
  const train = async (penalties: Record<string, Penalty>) => {
    const model = mlp();
    const options = { epochs: 15, batchSize: 50, optimizer: 0.02, random: random(2), penalties };
    await trainClassifier(model, data, options);
    const net = SplineNetwork.fromLayersModel(model);
    const twin = new BatchedNetwork(net);
    const x = tf.tensor2d(data.inputs, [200, 2]);
    const local = localLipschitz(twin, x).upper.reduce((a, b) => a + b) / 200;
    twin.dispose();
    tf.dispose(x);
    model.dispose();
    return { local, product: productBounds(net).product };
  };
  const plain = await train({});
  const templates = await train({ templates: templateNorms({ gamma: 0.01 }) });
  const layers = await train({ layers: layerNorms({ gamma: 0.02 }) });
  assert.ok(templates.local < 0.8 * plain.local, `${templates.local} ${plain.local}`);
  assert.ok(layers.product < 0.8 * plain.product, `${layers.product} ${plain.product}`);
});

test("what has no meaning is refused", async () => {
  assert.throws(() => templateNorms({ gamma: -1 }), /γ is finite and 0 or more, got -1/);
  assert.throws(() => layerNorms({ gamma: Number.NaN }), /got NaN/);
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [4, 4, 1], filters: 2, kernelSize: 2, name: "conv" }),
      tf.layers.flatten(),
      dense(2, 1),
    ],
  });
  const images = tf.zeros([1, 4, 4, 1]);
  assert.throws(
    () => measured(layerNorms({ gamma: 1 }), model, images),
    /layer "conv" \(Conv2D\): norms of layers are for dense ones/,
  );
  images.dispose();
  model.dispose();
});

test("counts that aren't integers from 1 are refused", () => {
  for (const count of [0, -1, Number.NaN, 2.5]) {
    assert.throws(() => layerNorms({ gamma: 1, iterations: count }), /RangeError: iterations/);
    assert.throws(() => templateNorms({ gamma: 1, signals: count }), /RangeError: signals/);
  }
});
