import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import {
  betaOf,
  CurvatureUnits,
  curvature,
  etaOf,
  GlobalSoftmaxPooling2D,
  random,
  registerSoftActivation,
  SigmoidGated,
  SoftAbs,
  SoftActivation,
  SoftAssignment,
  SoftLeakyReLU,
  SoftMaxAffineSplineOperator,
  SoftmaxChannelPooling,
  SoftmaxPooling1D,
  SoftmaxPooling2D,
  SoftSigmoid,
  SoftTanh,
  SoftUnits,
  Swish,
  saveModel,
  softActivations,
  softUnits,
  toMaso,
  trainClassifier,
  useBackend,
} from "../../lib";
import { activations, GlobalMaxPool, MaxPool2d, type Operator } from "../../lib/spline/operators";
import { toyData } from "../learning/smallNet";
import { softModels } from "./softModels";

before(async () => {
  await useBackend();
});

const us = Float32Array.from({ length: 61 }, (_, i) => -6 + 0.2 * i);
const PIECES = [
  [-1, -1],
  [0, 0],
  [0.5, 0.25],
  [1, -1],
] as const;

/** A layer's values on u [n, 1], their slopes by u, and ∂(Σ φ)/∂(log η). */
function measured(layer: tf.layers.Layer, u: Float32Array) {
  return tf.tidy(() => {
    const x = tf.tensor2d(u, [u.length, 1]);
    layer.build([null, 1]);
    const values = layer.apply(x) as tf.Tensor;
    const slopes = tf.grad((t) => layer.apply(t) as tf.Tensor)(x);
    const weights = layer.trainableWeights.map((w) => w.read() as tf.Variable);
    const grads =
      weights.length === 0
        ? []
        : Object.values(
            tf.variableGrads(() => (layer.apply(x) as tf.Tensor).sum().asScalar(), weights).grads,
          ).map((g) => g.dataSync()[0]!);
    return { values: values.dataSync(), slopes: slopes.dataSync(), grads };
  });
}

const close = (found: number, expected: number, tolerance: number, what: string) =>
  assert.ok(
    Math.abs(found - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${what}: ${found}, expected ${expected}`,
  );

describe("soft units on TensorFlow.js", () => {
  const learn = { learnBeta: true } as const;
  const cases: [string, (beta: number) => tf.layers.Layer, (beta: number) => SoftActivation][] = [
    ["swish", (beta) => new Swish({ beta, ...learn }), softActivations.swish],
    ["leaky", (beta) => new SoftLeakyReLU({ beta, ...learn }), softActivations.leakyRelu],
    ["abs", (beta) => new SoftAbs({ beta, ...learn }), softActivations.abs],
    ["sigmoid", (beta) => new SoftSigmoid({ beta, ...learn }), softActivations.sigmoid],
    ["tanh", (beta) => new SoftTanh({ beta, ...learn }), softActivations.tanh],
    [
      "four pieces",
      (beta) => new SoftUnits({ pieces: PIECES, beta, ...learn }),
      (beta) => new SoftActivation({ pieces: PIECES, beta }),
    ],
    [
      "soft threshold",
      (beta) => softUnits(SoftActivation.of(activations.softThreshold([1]), beta), learn),
      (beta) => SoftActivation.of(activations.softThreshold([1]), beta),
    ],
    [
      "one piece",
      (beta) => new SoftUnits({ pieces: [[2, 1]], beta }),
      (beta) => new SoftActivation({ pieces: [[2, 1]], beta }),
    ],
  ];
  for (const [name, layerOf, exactOf] of cases) {
    test(`${name}: values, slopes and slopes by log η agree with float64`, () => {
      for (const beta of [0.2, 0.5, 0.9]) {
        const exact = exactOf(beta);
        const { values, slopes, grads } = measured(layerOf(beta), us);
        let sum = 0;
        us.forEach((u, i) => {
          close(values[i]!, exact.evaluate(u), 1e-5, `φ(${u})`);
          close(slopes[i]!, exact.derivative(u), 1e-5, `φ'(${u})`);
          sum += exact.betaSlope(u);
        });
        // dβ/d(log η) = β (1 − β).
        if (grads.length > 0) close(grads[0]!, sum * beta * (1 - beta), 1e-5, "∂/∂log η");
      }
    });
  }

  test("the sigmoid-gated unit is TensorFlow.js' swish, and so is the gradient", () => {
    const ours = measured(new SigmoidGated(), us);
    const theirs = measured(tf.layers.activation({ activation: "swish" }), us);
    us.forEach((u, i) => {
      close(ours.values[i]!, theirs.values[i]!, 1e-5, `φ(${u})`);
      close(ours.slopes[i]!, theirs.slopes[i]!, 1e-5, `φ'(${u})`);
    });
  });

  test("curvature units: values and slopes by u, log η and the logit of c", () => {
    for (const beta of [0.1, 0.5, 0.95]) {
      for (const mix of [0.2, 0.5, 0.9]) {
        const at = (u: number, b = beta, c = mix) => curvature(u, { beta: b, mix: c });
        const layer = new CurvatureUnits({ beta, mix, learnBeta: true, learnMix: true });
        const { values, slopes, grads } = measured(layer, us);
        const h = 1e-6;
        let [byLogEta, byLogit] = [0, 0];
        us.forEach((u, i) => {
          close(values[i]!, at(u).value, 1e-5, `φ(${u})`);
          close(slopes[i]!, at(u).slope, 1e-5, `φ'(${u})`);
          const difference = (at(u + h).value - at(u - h).value) / (2 * h);
          close(at(u).slope, difference, 1e-6, `finite difference at ${u}`);
          byLogEta += (at(u, beta + h).value - at(u, beta - h).value) / (2 * h);
          byLogit += (at(u, beta, mix + h).value - at(u, beta, mix - h).value) / (2 * h);
        });
        close(grads[0]!, byLogEta * beta * (1 - beta), 1e-5, "∂/∂log η");
        close(grads[1]!, byLogit * mix * (1 - mix), 1e-5, "∂/∂logit c");
      }
    }
  });

  test("curvature: ReLU at β → 1, linear at β → 0 for c = 1 alone", () => {
    for (let u = -3; u <= 3; u += 0.25) {
      close(curvature(u, { beta: 1 - 1e-9 }).value, Math.max(u, 0), 1e-8, "β → 1");
      close(curvature(u, { beta: 1e-12, mix: 1 }).value, u / 2, 1e-11, "c = 1");
      const half = u / 4 + 0.5 * Math.log(1 + Math.exp(u));
      close(curvature(u, { beta: 1e-12, mix: 0.5 }).value, half, 1e-11, "c = ½");
    }
    close(curvature(0, { beta: 0.7, mix: 0.2 }).value, 0.8 * 0.3 * Math.LN2, 1e-15, "at 0");
  });

  test("no NaN in values and gradients for η from 1e-8 to 1e8 and u from −1e6 to 1e6", () => {
    const signals = Float32Array.from(
      [1e6, 1e3, 30, 1, 1e-3, 1e-8].flatMap((v) => [v, -v]).concat(0),
    );
    const logEta = fc.double({ min: -8, max: 8, noNaN: true });
    fc.assert(
      fc.property(logEta, fc.integer({ min: 0, max: cases.length }), (log, which) => {
        const beta = betaOf(10 ** log);
        const layer =
          which < cases.length
            ? cases[which]![1](beta)
            : new CurvatureUnits({ beta, learnBeta: true, learnMix: true });
        const { values, slopes, grads } = measured(layer, signals);
        const all = [...values, ...slopes, ...grads];
        assert.ok(all.every(Number.isFinite), `${all}`);
        tf.dispose(layer.weights.map((weight) => weight.read()));
      }),
      { numRuns: 150, seed: 2 },
    );
  });

  test("sigmoid and tanh of infinite signals are their limits", () => {
    const ends = Float32Array.of(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    tf.tidy(() => {
      const u = tf.tensor2d(ends, [2, 1]);
      assert.deepEqual([...(new SoftSigmoid().apply(u) as tf.Tensor).dataSync()], [0, 1]);
      assert.deepEqual([...(new SoftTanh().apply(u) as tf.Tensor).dataSync()], [-1, 1]);
    });
  });

  test("a β for each channel goes along the last axis, and can be set", () => {
    const layer = new Swish({ betaPer: "channel", beta: 0.5 });
    layer.build([null, 2, 3]);
    const betas = [0.2, 0.5, 0.9];
    layer.setBetas(betas);
    layer.betas().forEach((b, i) => {
      close(b, betas[i]!, 1e-6, "β");
    });
    const y = tf.tidy(() => (layer.apply(tf.ones([1, 2, 3])) as tf.Tensor).dataSync());
    y.forEach((v, i) => {
      close(v, softActivations.swish(betas[i % 3]).evaluate(1), 1e-6, "φ(1)");
    });
    layer.setBetas(0.5);
    assert.deepEqual([...layer.betas()], [0.5, 0.5, 0.5]);
    assert.throws(() => layer.setBetas([0.1, 0.2]), /2 numbers β, expected one, or 3/);
    assert.throws(() => new Swish().betas(), /isn't built yet/);
  });

  test("a β that is learned moves in training, one that isn't stays", async () => {
    const { training } = toyData(200);
    for (const learnBeta of [true, false]) {
      const units = new SoftUnits({ pieces: PIECES, betaPer: "channel", learnBeta });
      const kernel = (seed: number) => ({ kernelInitializer: tf.initializers.heNormal({ seed }) });
      const model = tf.sequential({
        layers: [
          tf.layers.dense({ units: 12, inputShape: [2], ...kernel(1) }),
          units,
          tf.layers.dense({ units: 4, ...kernel(2) }),
        ],
      });
      const options = { epochs: 15, batchSize: 20, optimizer: 0.02, random: random(1) };
      const { epochs } = await trainClassifier(model, training, options);
      assert.ok(epochs.at(-1)!.loss < 0.6 * epochs[0]!.loss, "it learns");
      assert.equal(
        [...units.betas()].some((b) => Math.abs(b - 0.5) > 0.01),
        learnBeta,
      );
      model.dispose();
    }
  });
});

describe("softmax pooling", () => {
  /** The float64 soft operator whose hard version the given pooling is. */
  const exact = (operator: Operator, beta: number, x: Float64Array) =>
    new SoftMaxAffineSplineOperator(toMaso(operator), beta).evaluate(x);

  const cases: [string, tf.layers.Layer, number[], Operator][] = [
    [
      "1-D",
      new SoftmaxPooling1D({ poolSize: 3, strides: 2, beta: 0.7 }),
      [7, 2],
      new MaxPool2d([7, 2], { size: 3, strides: 2 }),
    ],
    ["2-D", new SoftmaxPooling2D({ beta: 0.7 }), [4, 6, 2], new MaxPool2d([4, 6, 2], { size: 2 })],
    [
      "2-D, overlapping",
      new SoftmaxPooling2D({ poolSize: 3, strides: [1, 2], beta: 0.7 }),
      [5, 7, 2],
      new MaxPool2d([5, 7, 2], { size: 3, strides: [1, 2] }),
    ],
    [
      "2-D, windows of many taps",
      new SoftmaxPooling2D({ poolSize: 5, strides: 3, beta: 0.7 }),
      [8, 11, 2],
      new MaxPool2d([8, 11, 2], { size: 5, strides: 3 }),
    ],
    ["global", new GlobalSoftmaxPooling2D({ beta: 0.7 }), [3, 2, 3], new GlobalMaxPool([3, 2, 3])],
  ];
  for (const [name, layer, shape, operator] of cases) {
    test(`${name} is the soft operator of max pooling, gradient included`, () => {
      const size = shape.reduce((product, n) => product * n, 1);
      const x = Float64Array.from(Float32Array.from(random(4).normals(size)));
      const expected = exact(operator, 0.7, x);
      const jacobian = new SoftMaxAffineSplineOperator(toMaso(operator), 0.7).jacobian(x);
      tf.tidy(() => {
        const input = tf.tensor([...x], [1, ...shape]);
        const y = layer.apply(input) as tf.Tensor;
        y.dataSync().forEach((v, k) => {
          close(v, expected[k]!, 1e-5, `output ${k}`);
        });
        const g = random(5).normals(expected.length);
        const pulled = tf.grad((t) =>
          (layer.apply(t) as tf.Tensor).mul(tf.tensor([...g], y.shape)),
        )(input);
        pulled.dataSync().forEach((v, i) => {
          const sum = g.reduce((s, gk, k) => s + gk * jacobian[k * size + i]!, 0);
          close(v, sum, 1e-5, `input ${i}`);
        });
      });
    });
  }

  test("windows over the border leave it out", () => {
    const layer = new SoftmaxPooling2D({
      poolSize: 3,
      strides: 2,
      padding: "same",
      beta: betaOf(1e-6),
    });
    tf.tidy(() => {
      const x = tf.randomNormal([1, 5, 5, 2], 0, 1, "float32", 1) as tf.Tensor4D;
      const average = tf.avgPool(x, 3, 2, "same").dataSync();
      (layer.apply(x) as tf.Tensor).dataSync().forEach((v, i) => {
        close(v, average[i]!, 1e-5, "average pooling at β → 0");
      });
      layer.setBetas(betaOf(1e7));
      const largest = tf.maxPool(x, 3, 2, "same").dataSync();
      (layer.apply(x) as tf.Tensor).dataSync().forEach((v, i) => {
        close(v, largest[i]!, 1e-6, "max pooling at β → 1");
      });
    });
  });

  test("channels compete in groups, classes over the last axis", () => {
    tf.tidy(() => {
      const x = tf.tensor([[1, 3, -2, 0.5]]);
      const groups = new SoftmaxChannelPooling({ groupSize: 2 }).apply(x) as tf.Tensor;
      const t = 1 / (1 + Math.exp(-2));
      close(groups.dataSync()[0]!, t * 3 + (1 - t), 1e-6, "first group");
      assert.deepEqual(groups.shape, [1, 2]);
      const soft = new SoftAssignment({ beta: 0.8 }).apply(x) as tf.Tensor;
      const expected = tf.softmax(x.mul(etaOf(0.8))).dataSync();
      soft.dataSync().forEach((v, i) => {
        close(v, expected[i]!, 1e-6, "weight");
      });
    });
  });

  test("no NaN at the ends, with β learned and windows over the border", () => {
    for (const eta of [1e-8, 1, 1e8]) {
      const layer = new SoftmaxPooling1D({
        poolSize: 3,
        strides: 2,
        padding: "same",
        beta: betaOf(eta),
        learnBeta: true,
      });
      tf.tidy(() => {
        const x = tf.tensor([1e6, -1e6, 0, 1, 1, 1e-8, 3e5, -3], [1, 8, 1]);
        layer.build(x.shape);
        const [weight] = layer.trainableWeights.map((w) => w.read() as tf.Variable);
        const f = (t: tf.Tensor) => layer.apply(t) as tf.Tensor;
        const { grads } = tf.variableGrads(() => f(x).sum().asScalar(), [weight!]);
        const all = [f(x), tf.grad(f)(x), ...Object.values(grads)];
        for (const tensor of all) assert.ok(tensor.dataSync().every(Number.isFinite), `η = ${eta}`);
      });
    }
  });
});

describe("soft layers on disk", () => {
  test("every layer is saved, and loaded in a new process to the same bits", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "madmax-soft-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const here: Record<string, number[]> = {};
    for (const [name, { build, inputs }] of Object.entries(softModels)) {
      const model = build();
      for (const layer of model.layers) {
        if (!("setBetas" in layer)) continue; // away from where a new layer would start
        const soft = layer as Swish;
        const current = soft.betas();
        if (soft.learnBeta)
          soft.setBetas(current.map((b, i) => Math.min(0.95, b + 0.05 * (i + 1))));
      }
      here[name] = [...tf.tidy(() => (model.predict(inputs()) as tf.Tensor).dataSync())];
      await saveModel(model, join(folder, name), {
        name,
        description: name,
        recipe: {},
        figures: {},
        backend: tf.getBackend(),
      });
    }
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(__dirname, "restored.js"), folder],
      { encoding: "utf8" },
    );
    assert.equal(status, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), here);
  });

  test("wrong β, pieces, shapes and configurations are named", () => {
    const range = (make: () => unknown, message: RegExp) =>
      assert.throws(make, { name: "RangeError", message });
    range(() => new Swish({ beta: 1 }), /β is 1/);
    range(() => new Swish({ beta: "half" as never }), /β is half/);
    range(() => new Swish({ betaPer: "unit" as never }), /betaPer is "unit"/);
    range(() => new Swish({ learnBeta: 1 as never }), /learnBeta is 1/);
    range(() => new SoftUnits({ pieces: [] }), /expected one or more/);
    range(() => new SoftLeakyReLU({ slope: 2 }), /slope is 2, expected 1 or less/);
    range(() => new CurvatureUnits({ mix: 2 }), /mix c is 2/);
    range(() => new CurvatureUnits({ mix: 1, learnMix: true }), /starts between 0 and 1/);
    range(() => new SoftmaxPooling2D({ padding: "full" as never }), /padding is "full"/);
    range(() => new SoftmaxPooling2D().apply(tf.zeros([1, 4, 2])), /expected \[N, height, width/);
    range(() => new SoftmaxPooling1D({ poolSize: 9 }).apply(tf.zeros([1, 4, 2])), /9/);
    range(() => new SoftmaxChannelPooling({ groupSize: 3 }).apply(tf.zeros([1, 4])), /groups of 3/);
    range(() => new SoftmaxChannelPooling({ betaPer: "channel" }), /channels compete/);
    range(() => new GlobalSoftmaxPooling2D().apply(tf.zeros([1, 4, 2])), /expected 4 dimensions/);
    const dish = new SoftActivation({ pieces: PIECES });
    range(() => registerSoftActivation("relu", dish), /"relu" is taken/);
    assert.equal(registerSoftActivation("four", dish), "four");
    assert.equal(registerSoftActivation("four", dish), "four"); // again, as a cell that is run twice
    range(() => registerSoftActivation("four", dish.withBeta(0.9)), /"four" is taken/);
    const broken = { className: "Swish", config: { beta: 7 } };
    const config = { name: "m", layers: [broken] };
    assert.throws(() => tf.Sequential.fromConfig(tf.Sequential as never, config as never), {
      name: "RangeError",
      message: /β is 7/,
    });
  });
});
