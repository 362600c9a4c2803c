import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { SplineNetwork } from "../../lib/network";
import { random } from "../../lib/random";
import { type SaliencyRule, saliency, saliencyMap } from "../../lib/templates";

before(async () => {
  await useBackend();
});

const RULES: readonly SaliencyRule[] = ["gradient", "deconvolution", "guided"];

/** Conv, ReLU, pool, conv, ReLU, and a sum of both halves, dense: weights from a seed. */
function convnet(activation: "relu" | "linear", seed = 1): tf.LayersModel {
  const from = random(seed);
  const initializers = () => ({
    kernelInitializer: tf.initializers.heNormal({ seed: from.tfSeed() }),
    biasInitializer: tf.initializers.randomNormal({ seed: from.tfSeed() }),
  });
  const conv = (filters: number, first = {}) =>
    tf.layers.conv2d({ ...first, filters, kernelSize: 3, activation, ...initializers() });
  return tf.sequential({
    layers: [
      conv(4, { inputShape: [10, 10, 2] }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      conv(5),
      tf.layers.flatten(),
      tf.layers.dense({ units: 6, activation, ...initializers() }),
      tf.layers.dense({ units: 3, ...initializers() }),
    ],
  });
}

/** The same by TensorFlow.js: its own gradients, with ReLUs that pass what the rule says. */
function byTensorFlow(model: tf.LayersModel, x: Float64Array, c: number, rule: SaliencyRule) {
  const relu = tf.customGrad((u, save) => {
    (save as tf.GradSaveFunc)([u as tf.Tensor]);
    return {
      value: tf.relu(u as tf.Tensor),
      gradFunc: (g, [saved]: tf.Tensor[]) => {
        const active = saved!.greater(0).cast("float32");
        const positive = g.greater(0).cast("float32");
        const mask = { gradient: active, deconvolution: positive, guided: active.mul(positive) };
        return g.mul(mask[rule]);
      },
    };
  });
  const logit = (signal: tf.Tensor) => {
    let z = signal;
    for (const layer of model.layers) {
      z = layer.apply(z) as tf.Tensor;
      const last = layer === model.layers.at(-1);
      if (!last && /Conv|Dense/.test(layer.getClassName())) z = relu(z);
    }
    return (z as tf.Tensor2D).slice([0, c], [1, 1]).asScalar();
  };
  return tf.tidy(() =>
    tf
      .grad(logit)(tf.tensor(Float32Array.from(x), [1, 10, 10, 2]))
      .dataSync(),
  );
}

const largest = (values: ArrayLike<number>) =>
  Array.from(values).reduce((most, v) => Math.max(most, Math.abs(v)), 0);

for (const rule of RULES) {
  test(`${rule}: as TensorFlow.js with altered ReLU gradients, and an exact template of Q′`, () => {
    const [model, linear] = [convnet("relu"), convnet("linear")];
    const net = SplineNetwork.fromLayersModel(model);
    let changes = 0;
    for (let seed = 0; seed < 5; seed++) {
      const x = random(seed).split("signal").normals(200);
      for (let c = 0; c < 3; c++) {
        const { picture, offset, codes, changed } = saliency(net, x, c, rule);
        const theirs = byTensorFlow(linear, x, c, rule);
        const gap = largest(picture.map((v, i) => v - theirs[i]!));
        assert.ok(gap <= 1e-5 * Math.max(1, largest(picture)), `${gap}`);

        const unit = Float64Array.from([0, 1, 2], (k) => (k === c ? 1 : 0));
        assert.deepEqual(net.graph.pullback(codes, unit), picture, "the row of A_Q′");
        const product = x.reduce((sum, v, i) => sum + v * picture[i]!, 0);
        const output = net.graph.apply(codes, x)[c]!;
        assert.ok(Math.abs(product + offset - output) <= 1e-12 * Math.max(1, Math.abs(output)));
        const gapToLogit = Math.abs(product + offset - net.forward(x)[c]!);
        if (changed === 0) assert.ok(gapToLogit < 1e-12);
        else assert.ok(gapToLogit > 1e-6, "another code, another value");
        changes += changed;
      }
    }
    assert.equal(changes > 0, rule !== "gradient", `${changes} pieces changed`);
  });
}

test("the gradient of a logit is its template", () => {
  const net = SplineNetwork.fromLayersModel(convnet("relu", 3));
  const x = random(4).normals(200);
  const { A, b } = net.affineMap(x);
  const { picture, offset } = saliency(net, x, 1);
  assert.deepEqual(picture, A.slice(200, 400));
  assert.equal(offset, b[1]);
});

test("what can't be drawn is refused", () => {
  const leaky = SplineNetwork.fromWeights(
    [
      { W: [[1]], b: [0] },
      { W: [[1]], b: [0] },
    ],
    {
      activation: "abs",
    },
  );
  assert.deepEqual(saliency(leaky, [-2], 0).picture, Float64Array.of(-1));
  assert.throws(() => saliency(leaky, [-2], 0, "guided"), /\(abs\): the rule "guided" is made for/);
  assert.throws(() => saliency(leaky, [-2], 1), /no class 1, the network has classes 0 to 0/);
  assert.throws(() => saliency(leaky, [1, 2], 0), /input has 2 numbers, expected 1/);
});

test("a saliency map takes the largest magnitude of each pixel's channels", () => {
  assert.deepEqual(saliencyMap([1, -3, 2, 0.5, 0, 0], [1, 3, 2]), Float64Array.of(3, 2, 0));
  assert.throws(() => saliencyMap([1, 2, 3], [1, 2, 2]), /3 numbers, expected .* \[1, 2, 2\]/);
});
