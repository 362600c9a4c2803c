import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { InitialStateNoise } from "../../lib/learning";
import { random } from "../../lib/random";

before(() => useBackend());

const [N, T, D, H] = [3, 7, 2, 5];

for (const returnSequences of [false, true]) {
  for (const deviation of [0, 0.5]) {
    const name = `${returnSequences ? "all states" : "the last state"}, σ = ${deviation}`;
    test(`values and gradients are those of TensorFlow.js' own loop: ${name}`, () => {
      const rng = random(8).split(name);
      const numbers = (shape: number[], sd = 1, from = rng): tf.Tensor =>
        tf.tensor(Float32Array.from(from.normals(sizeOf(shape), 0, sd)), shape);
      const make = () => tf.layers.simpleRNN({ units: H, activation: "relu", returnSequences });
      const [own, layer] = [make(), make()];
      const noisy = new InitialStateNoise({ layer, deviation, seed: 3 });
      const x = numbers([N, T, D]);
      for (const one of [own, noisy]) one.apply(x);
      layer.weights.forEach((weight, i) => {
        const values = numbers(weight.shape as number[], 0.5);
        weight.write(values);
        own.weights[i]!.write(values);
      });
      const g = numbers(returnSequences ? [N, T, H] : [N, H]);
      const start = numbers([N, H], deviation, random(3).split("batch 0"));
      const reference = (x: tf.Tensor) =>
        own.call(x, { training: true, initialState: [start] }) as tf.Tensor;
      const ours = (x: tf.Tensor) => {
        noisy.nonTrainableWeights[0]!.write(tf.scalar(0)); // the same draw each time
        return noisy.call(x, { training: true }) as tf.Tensor;
      };
      const measured = (run: (x: tf.Tensor) => tf.Tensor, { weights }: tf.layers.Layer) => {
        const cost = () => run(x).mul(g).sum() as tf.Scalar;
        const variables = weights.map((weight) => weight.read() as tf.Variable);
        const { grads } = tf.variableGrads(cost, variables);
        const byInput = tf.grad((z) => run(z).mul(g).sum())(x);
        const found = [run(x), byInput, ...variables.map((variable) => grads[variable.name]!)];
        return found.map((tensor) => tensor.dataSync());
      };
      const expected = measured(reference, own);
      measured(ours, layer).forEach((values, i) => {
        const largest = Math.max(...expected[i]!.map(Math.abs));
        const off = Math.max(...values.map((v, k) => Math.abs(v - expected[i]![k]!)));
        assert.ok(largest > 0.1 && off < 1e-6 * Math.max(1, largest), `${i}: ${off} of ${largest}`);
      });
    });
  }
}

const sizeOf = (shape: number[]): number => shape.reduce((n, d) => n * d, 1);
