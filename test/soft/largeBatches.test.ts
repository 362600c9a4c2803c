import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import {
  CurvatureUnits,
  random,
  SoftAbs,
  SoftActivation,
  type SoftLayerOptions,
  SoftmaxPooling2D,
  SoftUnits,
  Swish,
  softActivations,
  softUnits,
  useBackend,
} from "../../lib";
import { activations } from "../../lib/spline/operators";

// On the native backend batches like these are compiled, and their parts of a few rows are not.
const [ROWS, SIDE, CHANNELS] = [128, 8, 16];
const PART = 8;
const PIECES = [
  [-1, -1],
  [0, 0],
  [1, -1],
] as const;

type LearnedLayer = Swish | CurvatureUnits | SoftmaxPooling2D;
const layers: Record<string, (options: SoftLayerOptions) => LearnedLayer> = {
  swish: (options) => new Swish(options),
  "soft abs": (options) => new SoftAbs(options),
  "three pieces": (options) => new SoftUnits({ pieces: PIECES, ...options }),
  "soft threshold": (options) =>
    softUnits(SoftActivation.of(activations.softThreshold([1]), 0.5), options),
  "curvature units": (options) => new CurvatureUnits({ mix: 0.3, learnMix: true, ...options }),
  "soft pooling": (options) => new SoftmaxPooling2D(options),
  "soft pooling over the border": (options) =>
    new SoftmaxPooling2D({ poolSize: 3, strides: 1, padding: "same", ...options }),
};

before(async () => {
  await useBackend();
});

const tensorOf = (seed: number, shape: number[], deviation = 1): tf.Tensor => {
  const size = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(Float32Array.from(random(seed).normals(size, 0, deviation)), shape);
};

/** Values, dy times the slopes by u, and the gradients of Σ dy φ by the weights. */
function measured(layer: LearnedLayer, u: tf.Tensor, dy: tf.Tensor): tf.Tensor[] {
  const values = layer.apply(u) as tf.Tensor;
  const slopes = tf.grad((t) => layer.apply(t) as tf.Tensor)(u, dy);
  const weights = layer.trainableWeights.map((w) => w.read() as tf.Variable);
  const loss = () => (layer.apply(u) as tf.Tensor).mul(dy).sum().asScalar();
  const { value, grads } = tf.variableGrads(loss, weights);
  value.dispose();
  return [values, slopes, ...Object.values(grads)];
}

function assertClose(found: tf.Tensor, expected: tf.Tensor, what: string): void {
  assert.deepEqual(found.shape, expected.shape, what);
  const error = tf.tidy(
    () => found.sub(expected).abs().div(expected.abs().maximum(1)).max().dataSync()[0]!,
  );
  assert.ok(error < 1e-5, `${what}: off by ${error}`);
}

describe("soft units on large batches", () => {
  for (const [name, make] of Object.entries(layers)) {
    for (const betaPer of ["layer", "channel"] as const) {
      test(`${name}, a β for each ${betaPer}: the same as in small parts, gradients included`, () => {
        const layer = make({ betaPer, learnBeta: true });
        layer.build([null, SIDE, SIDE, CHANNELS]);
        const betas = Float64Array.from({ length: CHANNELS }, (_, c) => (c + 1) / (CHANNELS + 1));
        layer.setBetas(betaPer === "channel" ? betas : 0.8);
        tf.tidy(() => {
          const shape = [ROWS, SIDE, SIDE, CHANNELS];
          const u = tensorOf(1, shape, 3);
          const dy = tensorOf(2, layer.computeOutputShape(shape) as number[]).abs();
          const [values, slopes, ...gradients] = measured(layer, u, dy);
          const parts = Array.from({ length: ROWS / PART }, (_, k) =>
            measured(layer, u.slice(k * PART, PART), dy.slice(k * PART, PART)),
          );
          assertClose(values!, tf.concat(parts.map(([v]) => v!)), "values");
          assertClose(slopes!, tf.concat(parts.map(([, s]) => s!)), "slopes");
          assert.equal(gradients.length, layer.trainableWeights.length);
          gradients.forEach((gradient, k) => {
            const sum = tf.addN(parts.map((part) => part[2 + k]!));
            const each = ROWS * SIDE * SIDE * (CHANNELS / gradient.size); // means, not long sums
            assertClose(gradient.div(each), sum.div(each), `gradient ${k}`);
          });
        });
      });
    }

    test(`${name}: no NaN for η from 1e-8 to 1e8 and u from −1e6 to 1e6`, () => {
      const layer = make({ betaPer: "channel", learnBeta: true });
      layer.build([null, SIDE, SIDE, CHANNELS]);
      const etas = Array.from(
        { length: CHANNELS },
        (_, c) => 10 ** (-8 + (16 * c) / (CHANNELS - 1)),
      );
      layer.setBetas(etas.map((eta) => eta / (1 + eta)));
      tf.tidy(() => {
        const count = ROWS * SIDE * SIDE;
        const line = tf.linspace(-1e6, 1e6, count / 2).concat(tf.linspace(-3, 3, count / 2));
        const shape = [ROWS, SIDE, SIDE, CHANNELS];
        const u = line.reshape([count, 1]).tile([1, CHANNELS]).reshape(shape);
        const dy = tf.ones(layer.computeOutputShape(shape) as number[]);
        for (const found of measured(layer, u, dy)) {
          assert.ok(found.dataSync<"float32">().every(Number.isFinite));
        }
      });
    });
  }

  test("leave no tensors behind", () => {
    const layer = new CurvatureUnits({ learnBeta: true });
    layer.build([null, 1024]);
    const [u, dy] = [tensorOf(3, [128, 1024]), tensorOf(4, [128, 1024])];
    const before = tf.memory().numTensors;
    const found = measured(layer, u, dy);
    tf.dispose(found);
    assert.equal(tf.memory().numTensors, before);
    tf.dispose([u, dy]);
  });

  test("can be differentiated twice, large or small", () => {
    const [exact, layer] = [softActivations.swish(0.5), new Swish()];
    layer.build([null, 1024]);
    const slope = tf.grad((t) => layer.apply(t) as tf.Tensor);
    for (const rows of [1, 128]) {
      tf.tidy(() => {
        const u = tensorOf(5, [rows, 1024]);
        const [points, found] = [
          u.dataSync(),
          tf
            .grad((t) => slope(t))(u)
            .dataSync(),
        ];
        const h = 1e-5;
        points.forEach((x, i) => {
          const expected = (exact.derivative(x + h) - exact.derivative(x - h)) / (2 * h);
          assert.ok(
            Math.abs(found[i]! - expected) < 1e-5,
            `φ''(${x}) is ${found[i]}, not ${expected}`,
          );
        });
      });
    }
  });
});
