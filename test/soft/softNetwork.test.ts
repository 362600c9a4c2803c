import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import {
  betaOf,
  CurvatureUnits,
  Graph,
  heWeights,
  InitialStateNoise,
  random,
  replaceRelu,
  SoftNetwork,
  SplineNetwork,
  Swish,
  searchCurvature,
  setCurvature,
  softeningGap,
  tuneCurvature,
  useBackend,
} from "../../lib";
import { Add, Dense, MaxPool2d, Relu, Reshape } from "../../lib/spline/operators";

before(async () => {
  await useBackend();
});

const close = (found: number, expected: number, tolerance: number, what = "") =>
  assert.ok(
    Math.abs(found - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${what} ${found}, expected ${expected}`,
  );

/** Dense, residual with pooling: several inputs, several kinds of choices. */
function networks(): Record<string, SplineNetwork> {
  const draws = random(3);
  const dense = (from: number, to: number) =>
    new Dense(draws.normals(from * to, 0, 1 / Math.sqrt(from)), draws.normals(to), from, to);
  const residual = new Graph(
    [4],
    [
      { name: "up", operator: dense(4, 8), inputs: [0] },
      { name: "relu", operator: new Relu([8]), inputs: [1] },
      { name: "shape", operator: new Reshape([8], [2, 4, 1]), inputs: [2] },
      { name: "pool", operator: new MaxPool2d([2, 4, 1], { size: [2, 1] }), inputs: [3] },
      { name: "flat", operator: new Reshape([1, 4, 1], [4]), inputs: [4] },
      { name: "add", operator: new Add([4], 2), inputs: [5, 0] },
      { name: "relu2", operator: new Relu([4]), inputs: [6] },
      { name: "out", operator: dense(4, 3), inputs: [7] },
    ],
  );
  const weights = heWeights([4, 10, 6, 3], draws, { offsetDeviation: 1 });
  return {
    dense: SplineNetwork.fromWeights(weights),
    abs: SplineNetwork.fromWeights(weights, { activation: "abs" }),
    residual: new SplineNetwork(residual),
  };
}

describe("soft networks", () => {
  for (const [name, net] of Object.entries(networks())) {
    test(`${name}: the expected map gives the output, the Jacobian its derivative`, () => {
      const soft = new SoftNetwork(net, 0.6);
      const draws = random(4);
      const [C, D] = [3, 4];
      let apart = 0;
      for (let n = 0; n < 30; n++) {
        const x = draws.normals(D);
        const f = soft.forward(x);
        const { A, b } = soft.expectedMap(x);
        const J = soft.jacobian(x);
        const h = 1e-5;
        for (let c = 0; c < C; c++) {
          close(
            x.reduce((sum, v, i) => sum + A[c * D + i]! * v, b[c]!),
            f[c]!,
            1e-12,
          );
          for (let i = 0; i < D; i++) {
            const at = (d: number) => soft.forward(x.map((v, j) => (j === i ? v + d : v)))[c]!;
            close(J[c * D + i]!, (at(h) - at(-h)) / (2 * h), 1e-6, "∂f/∂x");
            apart = Math.max(apart, Math.abs(J[c * D + i]! - A[c * D + i]!));
          }
        }
      }
      assert.ok(apart > 0.05);
    });

    test(`${name}: as β → 1 the map becomes that of the hard network`, () => {
      const x = random(6).normals(4);
      const soft = new SoftNetwork(net, betaOf(1e7));
      const hard = net.affineMap(x);
      soft.expectedMap(x).A.forEach((a, i) => {
        close(a, hard.A[i]!, 1e-9);
      });
      soft.jacobian(x).forEach((a, i) => {
        close(a, hard.A[i]!, 1e-9);
      });
      // Pooled windows of inactive ReLUs tie, and stay undecided.
      if (name !== "residual") assert.ok(soft.softness(x) < 1e-3);
      close(new SoftNetwork(net, 1e-9).softness(x), 1, 1e-6);
    });
  }

  test("a single ReLU is off by 0.278465/η, and no network of slopes 1 by more than its layers allow", () => {
    const one = SplineNetwork.fromWeights([
      { W: [[1]], b: [0] },
      { W: [[1]], b: [0] },
    ]);
    for (const eta of [1, 10, 1e3]) {
      const soft = new SoftNetwork(one, betaOf(eta));
      let worst = 0;
      for (let v = -3; v <= 3; v += 1e-3) {
        worst = Math.max(worst, Math.abs(soft.forward([v / eta])[0]! - Math.max(0, v / eta)));
      }
      close(worst, softeningGap(2, eta), 1e-6);
    }
  });

  test("β for each layer; wrong numbers and operators that are no maximum are named", () => {
    const net = networks().dense!;
    assert.deepEqual([...new SoftNetwork(net, [0.2, 0.9]).betas], [0.2, 0.9]);
    const range = (make: () => unknown, message: RegExp) =>
      assert.throws(make, { name: "RangeError", message });
    range(() => new SoftNetwork(net, [0.2]), /1 numbers β, expected one, or one for each of 2/);
    range(() => new SoftNetwork(net, 1), /β is 1/);
    range(() => new SoftNetwork(net, 0.5).forward([1]), /1 coordinates, expected 4/);
    const clipped = SplineNetwork.fromWeights(heWeights([2, 3, 1], random(1)), {
      activation: "relu6",
    });
    range(() => new SoftNetwork(clipped, 0.5), /relu6\) is no maximum of its pieces/);
  });
});

describe("replacing ReLU in a trained model", () => {
  const seeded = (seed: number) => ({ kernelInitializer: tf.initializers.heNormal({ seed }) });

  function branched(): tf.LayersModel {
    const input = tf.input({ shape: [4] });
    const shared = tf.layers.dense({ units: 4, activation: "relu", name: "shared", ...seeded(1) });
    const once = shared.apply(input) as tf.SymbolicTensor;
    const twice = shared.apply(once) as tf.SymbolicTensor;
    const sum = tf.layers.add().apply([twice, input]) as tf.SymbolicTensor;
    const relu = tf.layers.reLU({ name: "last" }).apply(sum) as tf.SymbolicTensor;
    const output = tf.layers
      .dense({ units: 2, activation: "relu", name: "out", ...seeded(2) })
      .apply(relu);
    return tf.model({ inputs: input, outputs: output as tf.SymbolicTensor });
  }
  const sequential = () =>
    tf.sequential({
      layers: [
        tf.layers.reLU({ inputShape: [4] }),
        tf.layers.dense({ units: 6, activation: "relu", ...seeded(1) }),
        tf.layers.batchNormalization(),
        tf.layers.reLU({ maxValue: 6 }),
        tf.layers.dense({ units: 2, ...seeded(2) }),
      ],
    });
  const output = (model: tf.LayersModel) =>
    tf.tidy(() => [
      ...(model.predict(tf.randomNormal([5, 4], 0, 1, "float32", 3)) as tf.Tensor).dataSync(),
    ]);

  for (const [name, build] of Object.entries({ branched, sequential })) {
    test(`${name}: near β = 1 the copy is the model, elsewhere it isn't; the model stays`, async () => {
      const model = build();
      const hard = output(model);
      const tuned = await tuneCurvature(model, { beta: betaOf(1e8) });
      output(tuned).forEach((v, i) => {
        close(v, hard[i]!, 1e-6);
      });
      setCurvature(tuned, 0.5);
      assert.notDeepEqual(output(tuned), hard);
      assert.deepEqual(output(model), hard);
      assert.equal(
        tuned.layers.filter((l) => l instanceof CurvatureUnits).length,
        name === "branched" ? 3 : 2,
      );
      const { beta, trace } = searchCurvature(tuned, [0.5, 0.9, 0.99, 0.6], () =>
        output(tuned).reduce((sum, v, i) => sum + (v - hard[i]!) ** 2, 0),
      );
      assert.equal(beta, 0.99);
      assert.equal(trace.length, 4);
    });
  }

  test("agrees with the float64 soft network", async () => {
    const layers = [5, 3].map((units, i) =>
      tf.layers.dense({
        units,
        ...(i === 0 && { inputShape: [4], activation: "relu" }),
        ...seeded(i + 1),
      }),
    );
    const model = tf.sequential({ layers });
    const exact = new SoftNetwork(SplineNetwork.fromLayersModel(model), 0.7);
    const swish = await replaceRelu(model, (name) => new Swish({ name, beta: 0.7 }));
    const x = random(1).normals(4);
    const y = tf.tidy(() => (swish.predict(tf.tensor2d([[...x]])) as tf.Tensor).dataSync());
    exact.forward(x).forEach((v, c) => {
      close(y[c]!, v, 1e-5);
    });
  });

  const atSteps = { inputShape: [3, 4] as [number, number] };
  const relu = { units: 3, activation: "relu" as const };
  const dense = (options: object) => tf.layers.dense({ ...relu, ...seeded(1), ...options });
  const each = (layer: tf.layers.Layer, options: object = {}) =>
    tf.layers.timeDistributed({ layer, ...options });

  test("ReLUs at each step of a sequence: near β = 1 the copy is the model, none is left", async () => {
    for (const [layers, count] of [
      [[each(dense({}), atSteps), each(tf.layers.reLU())], 2],
      [[each(each(dense({})), { inputShape: [2, 3, 4] })], 1],
      [
        [
          each(tf.layers.conv1d({ filters: 2, kernelSize: 2, ...seeded(2), activation: "relu" }), {
            inputShape: [2, 3, 4],
          }),
        ],
        1,
      ],
      [
        [
          dense(atSteps),
          each(tf.layers.reLU({ maxValue: 6 })),
          each(dense({ activation: "linear" })),
        ],
        1,
      ],
    ] as const) {
      const model = tf.sequential({ layers: [...layers] });
      const tuned = await tuneCurvature(model, { beta: betaOf(1e8) });
      const x = tf.randomNormal(
        [2, ...(model.inputs[0]!.shape.slice(1) as number[])],
        0,
        1,
        "float32",
        5,
      );
      const [hard, soft] = [model, tuned].map((m) => (m.predict(x) as tf.Tensor).dataSync());
      hard!.forEach((v, i) => {
        close(soft![i]!, v, 1e-6);
      });
      assert.equal(tuned.layers.filter((layer) => layer instanceof CurvatureUnits).length, count);
      const left = JSON.stringify(tuned.toJSON(null, false)).match(/"activation":"relu"/g);
      assert.equal(left, null);
    }
  });

  test("ReLUs of a functional model in wrappers and shared layers stay connected", async () => {
    const input = tf.input({ shape: [3, 4] });
    const shared = each(dense({ units: 4 }));
    const twice = shared.apply(shared.apply(input)) as tf.SymbolicTensor;
    const outputs = tf.layers.add().apply([twice, input]) as tf.SymbolicTensor;
    const model = tf.model({ inputs: input, outputs });
    const tuned = await tuneCurvature(model, { beta: betaOf(1e8) });
    const x = tf.randomNormal([2, 3, 4], 0, 1, "float32", 5);
    const [hard, soft] = [model, tuned].map((m) => (m.predict(x) as tf.Tensor).dataSync());
    hard!.forEach((v, i) => {
      close(soft![i]!, v, 1e-6);
    });
    setCurvature(tuned, 0.5);
    assert.notDeepEqual((tuned.predict(x) as tf.Tensor).dataSync(), hard);
  });

  test("a ReLU inside a recurrence is refused, whatever wraps it, and though there are others", async () => {
    const [rnn, gru, lstm] = [tf.layers.simpleRNN(relu), tf.layers.gru(relu), tf.layers.lstm(relu)];
    const gate = tf.layers.gru({ units: 3, recurrentActivation: "relu" });
    const cells = tf.layers.rnn({ cell: [tf.layers.simpleRNNCell(relu)] as never });
    const both = (layer: tf.layers.Layer) =>
      tf.layers.bidirectional({ layer: layer as never, mergeMode: "concat" });
    const noisy = new InitialStateNoise({
      layer: tf.layers.simpleRNN(relu),
      deviation: 0.1,
      seed: 1,
    });
    for (const layer of [rnn, gru, lstm, gate, cells, both(tf.layers.simpleRNN(relu)), noisy]) {
      const model = tf.sequential({ layers: [dense(atSteps), layer] });
      await assert.rejects(tuneCurvature(model), {
        name: "RangeError",
        message: new RegExp(`"${layer.name}" .* has a ReLU inside, .* registerSoftActivation`),
      });
    }
    const frames = tf.sequential({
      layers: [each(tf.layers.simpleRNN(relu), { inputShape: [2, 3, 4] })],
    });
    await assert.rejects(tuneCurvature(frames), /\(SimpleRNN\) has a ReLU inside/);
    // A recurrence of other functions stays as it is.
    const tanh = tf.sequential({ layers: [dense(atSteps), tf.layers.gru({ units: 2 })] });
    const tuned = await tuneCurvature(tanh, { beta: betaOf(1e8) });
    const x = tf.randomNormal([2, 3, 4], 0, 1, "float32", 5);
    const [hard, soft] = [tanh, tuned].map((m) => (m.predict(x) as tf.Tensor).dataSync());
    hard!.forEach((v, i) => {
      close(soft![i]!, v, 1e-5);
    });
  });

  test("what can't be replaced is named", async () => {
    const plain = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
    const range = { name: "RangeError" };
    await assert.rejects(tuneCurvature(plain), { ...range, message: /has no ReLU to replace/ });
    const nested = tf.sequential({ layers: [branched()] });
    await assert.rejects(tuneCurvature(nested), { ...range, message: /is a model itself/ });
    assert.throws(() => setCurvature(plain, 0.5), { ...range, message: /has no soft layer/ });
    const tuned = await tuneCurvature(branched());
    assert.throws(() => searchCurvature(tuned, [], () => 0), { ...range, message: /no β to try/ });
    assert.throws(() => searchCurvature(tuned, [0.5], () => Number.NaN), {
      ...range,
      message: /NaN/,
    });
  });
});
