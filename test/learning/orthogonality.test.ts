import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { Matrix } from "ml-matrix";
import { useBackend } from "../../lib/backend";
import type { Dataset } from "../../lib/data";
import {
  differentiableTemplates,
  GramSchmidtDense,
  orthogonalRows,
  orthogonalTemplates,
  type Penalty,
  readGramSchmidtDense,
  trainClassifier,
} from "../../lib/learning";
import { BatchedNetwork, SplineNetwork } from "../../lib/network";
import { random } from "../../lib/random";
import { offDiagonal, offDiagonalGradient } from "../../lib/templates";

before(async () => {
  await useBackend();
});

const he = (seed: number) => tf.initializers.heNormal({ seed });

/** Convolutions with stride and padding, batch normalisation, pooling that overlaps: all there is. */
function varied(): tf.Sequential {
  const { layers } = tf;
  const bn = {
    gammaInitializer: tf.initializers.randomUniform({ minval: 0.5, maxval: 2, seed: 4 }),
    betaInitializer: tf.initializers.randomNormal({ seed: 5 }),
    movingMeanInitializer: tf.initializers.randomNormal({ seed: 6 }),
    movingVarianceInitializer: tf.initializers.randomUniform({ minval: 0.5, maxval: 2, seed: 7 }),
  };
  return tf.sequential({
    layers: [
      layers.conv2d({
        inputShape: [9, 9, 2],
        filters: 4,
        kernelSize: 3,
        padding: "same",
        activation: "relu",
        kernelInitializer: he(1),
      }),
      layers.maxPooling2d({ poolSize: 3, strides: 2 }),
      layers.conv2d({ filters: 5, kernelSize: 2, strides: 2, kernelInitializer: he(2) }),
      layers.batchNormalization(bn),
      layers.reLU(),
      layers.flatten(),
      layers.dense({ units: 3, kernelInitializer: he(3) }),
    ],
  });
}

const signals = (N: number, shape: number[], seed = 1) =>
  tf.tensor(Float32Array.from(random(seed).normals(N * shape.reduce((a, b) => a * b))), [
    N,
    ...shape,
  ]);

const away = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (v, i) => Math.abs(v - b[i]!)));

test("differentiable templates are the templates", () => {
  const model = varied();
  const twin = new BatchedNetwork(SplineNetwork.fromLayersModel(model));
  const x = signals(6, [9, 9, 2]);
  const A = tf.tidy(() => differentiableTemplates(model, x));
  const maps = twin.affineMaps(x);
  assert.deepEqual(A.shape, maps.A.shape);
  assert.ok(away(A.dataSync(), maps.A.dataSync()) < 1e-5);
});

test("templates of a functional model, which begins with an input layer", () => {
  const input = tf.input({ shape: [4] });
  const hidden = tf.layers.dense({ units: 6, activation: "relu", kernelInitializer: he(1) });
  const last = tf.layers.dense({ units: 2, kernelInitializer: he(2) });
  const outputs = last.apply(hidden.apply(input)) as tf.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs });
  const net = SplineNetwork.fromLayersModel(model);
  const x = signals(1, [4]);
  const A = tf.tidy(() => differentiableTemplates(model, x).dataSync());
  assert.ok(away(A, net.affineMap(x.dataSync()).A) < 1e-6);
});

/** Σ over pairs, mean over signals, from the float64 affine maps: nothing of TensorFlow.js. */
function penaltyInFloat64(model: tf.LayersModel, x: tf.Tensor, form: "plain" | "cosine"): number {
  const net = SplineNetwork.fromLayersModel(model);
  const [N, D] = [x.shape[0]!, x.size / x.shape[0]!];
  const values = x.dataSync();
  let sum = 0;
  for (let n = 0; n < N; n++) {
    const { A } = net.affineMap(values.subarray(n * D, (n + 1) * D));
    sum += offDiagonal(Matrix.from1DArray(net.outputSize, D, A), { form });
  }
  return sum / N;
}

for (const form of ["plain", "cosine"] as const) {
  test(`templates, ${form}: second-order gradient against differences in float64`, () => {
    const model = varied();
    const x = signals(4, [9, 9, 2], 3);
    const penalty = orthogonalTemplates({ gamma: 0.7, form });
    const value = tf.tidy(() => penalty(model, x).dataSync()[0]!);
    const expected = 0.7 * penaltyInFloat64(model, x, form);
    assert.ok(Math.abs(value - expected) < 1e-4 * expected, `${value} and ${expected}`);

    const variables = model.trainableWeights.map((w) => w.read() as tf.Variable);
    const { grads } = tf.variableGrads(
      () => penalty(model, x).asScalar(),
      variables.filter(({ shape }) => shape.length > 1),
    );
    let checked = 0;
    for (const variable of variables.filter(({ shape }) => shape.length > 1)) {
      const gradient = grads[variable.name]!.dataSync();
      const scale = Math.max(...Array.from(gradient, Math.abs));
      assert.ok(scale > 0);
      const start = variable.dataSync().slice() as Float32Array;
      for (let i = 0; i < start.length; i += Math.ceil(start.length / 7)) {
        const at = (h: number) => {
          const moved = start.slice();
          moved[i]! += h;
          variable.assign(tf.tensor(moved, variable.shape));
          return [moved[i]!, 0.7 * penaltyInFloat64(model, x, form)] as const;
        };
        const [[up, above], [down, below]] = [at(2e-4), at(-2e-4)];
        const slope = (above - below) / (up - down);
        variable.assign(tf.tensor(start, variable.shape));
        // A code may change within the difference: that rules out at most a few.
        if (Math.abs(slope - gradient[i]!) < 2e-3 * scale) checked++;
      }
    }
    assert.ok(checked >= 19, `${checked} of 21 differences agree`);
  });
}

for (const form of ["plain", "cosine"] as const) {
  for (const reduction of ["sum", "mean"] as const) {
    test(`rows, ${form}, ${reduction}: value and gradient by the formula`, () => {
      const model = tf.sequential({
        layers: [tf.layers.dense({ inputShape: [6], units: 4, kernelInitializer: he(9) })],
      });
      const kernel = model.trainableWeights[0]!.read() as tf.Variable;
      const W = Matrix.from1DArray(6, 4, Array.from(kernel.dataSync())).transpose();
      const penalty = orthogonalRows({ gamma: 2, form, reduction });
      const cost = () => penalty(model, tf.zeros([1, 6])).asScalar();
      const { value, grads } = tf.variableGrads(cost, [kernel]);
      const expected = 2 * offDiagonal(W, { form, reduction });
      assert.ok(Math.abs(value.dataSync()[0]! - expected) < 1e-5 * expected);
      const formula = offDiagonalGradient(W, { form, reduction }).mul(2).transpose().to1DArray();
      assert.ok(away(grads[kernel.name]!.dataSync(), formula) < 1e-5);
    });
  }
}

const labelled = (N: number): Dataset => ({
  name: "clouds",
  size: N,
  shape: [6],
  inputs: Float32Array.from(
    random(2).normals(N * 6),
    (v, i) => v + (i % 6 === Math.floor(i / 6) % 3 ? 2 : 0),
  ),
  labels: Uint8Array.from({ length: N }, (_, n) => n % 3),
  classNames: ["a", "b", "c"],
});

function trained(last: tf.layers.Layer, penalties: Record<string, Penalty>) {
  const first = tf.layers.dense({
    inputShape: [6],
    units: 8,
    activation: "relu",
    kernelInitializer: he(1),
  });
  const model = tf.sequential({ layers: [first, last] });
  const options = { epochs: 20, batchSize: 20, optimizer: 0.02, random: random(3) };
  return trainClassifier(model, labelled(120), { ...options, penalties }).then((curve) => ({
    model,
    curve,
  }));
}

const plainLast = () => tf.layers.dense({ units: 3, kernelInitializer: he(2) });
const rowsOf = (model: tf.LayersModel) => {
  const kernel = model.layers.at(-1)!.getWeights()[0]!;
  const [D, C] = kernel.shape as [number, number];
  return Matrix.from1DArray(D, C, Array.from(kernel.dataSync())).transpose();
};

test("training with the penalty makes rows orthogonal, without it doesn't; nothing leaks", async () => {
  const before = tf.memory().numTensors;
  const free = await trained(plainLast(), {});
  const held = await trained(plainLast(), { rows: orthogonalRows({ gamma: 1, form: "cosine" }) });
  const cosines = (model: tf.LayersModel) => offDiagonal(rowsOf(model), { form: "cosine" });
  assert.ok(cosines(free.model) > 0.05, `${cosines(free.model)}`);
  assert.ok(cosines(held.model) < 0.01, `${cosines(held.model)}`);
  assert.ok(held.curve.epochs.at(-1)!.accuracy > 0.8);
  free.model.dispose();
  held.model.dispose();
  assert.equal(tf.memory().numTensors, before);
});

test("training with the penalty on templates leaves no tensor and lowers it", async () => {
  const before = tf.memory().numTensors;
  const gamma = 0.3;
  const { model, curve } = await trained(plainLast(), {
    templates: orthogonalTemplates({ gamma, form: "cosine", signals: 5 }),
  });
  const means = [curve.steps.slice(0, 6), curve.steps.slice(-6)].map((steps) =>
    steps.reduce((sum, s) => sum + s.penalty / 6, 0),
  );
  assert.ok(means[1]! < 0.5 * means[0]!, `${means}`);
  model.dispose();
  assert.equal(tf.memory().numTensors, before);
});

test("rows of a Gram-Schmidt layer stay orthogonal through training, and it learns", async () => {
  const layer = new GramSchmidtDense({ units: 3, seed: 5 });
  const start = tf.memory().numTensors;
  const { model, curve } = await trained(layer, {});
  assert.ok(curve.epochs.at(-1)!.accuracy > 0.8);
  const rows = tf.tidy(() => Array.from(layer.rows().dataSync()));
  assert.ok(offDiagonal(Matrix.from1DArray(3, 8, rows), { form: "cosine" }) < 1e-12);
  model.dispose();
  assert.equal(tf.memory().numTensors, start);
});

for (const normalise of [false, true]) {
  test(`gradients pass through Gram and Schmidt, normalise = ${normalise}`, () => {
    const layer = new GramSchmidtDense({ units: 3, normalise, seed: 4, useBias: false });
    const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [5] }), layer] });
    const kernel = model.trainableWeights[0]!.read() as tf.Variable;
    const x = signals(7, [5]);
    const weights = signals(7, [3], 8); // a random linear functional of the outputs
    const cost = () => (model.apply(x) as tf.Tensor).mul(weights).sum().asScalar();
    const gradient = tf.variableGrads(cost, [kernel]).grads[kernel.name]!.dataSync();
    const start = kernel.dataSync().slice() as Float32Array;
    for (let i = 0; i < start.length; i++) {
      const at = (h: number) => {
        const moved = start.slice();
        moved[i]! += h;
        kernel.assign(tf.tensor(moved, kernel.shape));
        return cost().dataSync()[0]!;
      };
      const slope = (at(5e-3) - at(-5e-3)) / 1e-2;
      assert.ok(Math.abs(slope - gradient[i]!) < 1e-2 * Math.max(1, Math.abs(slope)));
    }
  });
}

test("a model with a Gram-Schmidt layer is stored, loaded and read as a spline network", async () => {
  const layer = new GramSchmidtDense({ units: 3, seed: 5, name: "orthogonal" });
  const { model } = await trained(layer, {});
  let stored: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      stored = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
    }),
  );
  const loaded = await tf.loadLayersModel(tf.io.fromMemory(stored!));
  const x = signals(5, [6]);
  const predicted = (m: tf.LayersModel) => (m.predict(x) as tf.Tensor).dataSync();
  assert.deepEqual(predicted(loaded), predicted(model));
  assert.ok(loaded.layers.at(-1) instanceof GramSchmidtDense);

  const [dense] = readGramSchmidtDense(loaded.layers.at(-1)!, [8]);
  const hidden = (loaded.layers[0]!.apply(x) as tf.Tensor).dataSync();
  const y = new Float64Array(3);
  dense!.forward(Float64Array.from(hidden.subarray(0, 8)), y, new Uint8Array(0));
  assert.ok(away(y, predicted(loaded).subarray(0, 3)) < 1e-5);
});

test("what has no meaning is refused with a reason", () => {
  const build = (width: number, options = {}) =>
    tf.sequential({
      layers: [
        tf.layers.inputLayer({ inputShape: [width] }),
        new GramSchmidtDense({ units: 5, seed: 1, ...options }),
      ],
    });
  assert.throws(() => build(3), /5 rows of 3 numbers can't be orthogonal.*Welch/);
  assert.throws(() => build(9, { seed: 0 }), /integer of 1 or more/);
  assert.throws(() => build(9, { units: 0 }), /one unit or more/);
  assert.throws(() => orthogonalRows({ gamma: -1 }), /γ is finite and 0 or more, got -1/);
  const odd = tf.sequential({
    layers: [tf.layers.dense({ inputShape: [3], units: 2, activation: "tanh" })],
  });
  assert.throws(
    () => differentiableTemplates(odd, tf.ones([1, 3])),
    /activation "tanh" is not read/,
  );
  const average = tf.sequential({
    layers: [tf.layers.averagePooling2d({ inputShape: [4, 4, 1], poolSize: 2 })],
  });
  assert.throws(() => differentiableTemplates(average, tf.ones([1, 4, 4, 1])), /AveragePooling2D/);
  assert.throws(
    () => orthogonalRows({ gamma: 1 })(average, tf.ones([1, 4, 4, 1])),
    /no layer with weights/,
  );
});
