import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { random } from "../../lib/random";
import { FrozenSequences, recurrentNetwork, SequenceNetwork } from "../../lib/recurrent";
import { layersModel } from "./layersModel";
import { randomWeights } from "./randomNets";

before(() => useBackend());

const N = 4;

test("batches agree with float64: f, A, b and the Jacobian of the initial states", () => {
  const rng = random(8).split("batches");
  for (let net = 0; net < 30; net++) {
    const weights = randomWeights(rng, {
      steps: [2, 12],
      heads: ["last", "mean", "max"],
      backward: net < 15 ? 0 : 0.3,
      layers: net < 15 ? [1, 3] : [1, 1], // TensorFlow.js hands reversed states to the next layer
      initialStates: false,
    });
    const model = layersModel(weights);
    const sequence = new SequenceNetwork(recurrentNetwork(weights));
    const size = sequence.steps * sequence.inputSize;
    const inputs = Float32Array.from(rng.normals(N * size));
    tf.tidy(() => {
      const x = tf.tensor(inputs, [N, sequence.steps, sequence.inputSize]);
      const frozen = new FrozenSequences(model, x);
      const { A, b, f } = frozen.affineMaps();
      const jacobians = frozen.initialStateJacobians().map((J) => J.dataSync());
      const predicted = (model.predict(x) as tf.Tensor).dataSync();
      assert.ok(gap(f.dataSync(), predicted) < 1e-5, `net ${net}: f`);
      const C = f.shape[1];
      assert.deepEqual(A.shape, [N, C, sequence.steps, sequence.inputSize]);
      for (let n = 0; n < N; n++) {
        const signal = inputs.subarray(n * size, (n + 1) * size);
        if (sequence.net.tieMargin(signal) < 1e-4) continue;
        const exact = sequence.net.affineMap(signal);
        const part = A.dataSync().subarray(n * C * size, (n + 1) * C * size);
        assert.ok(gap(part, exact.A) < 1e-5, `net ${net}: A`);
        assert.ok(gap(b.dataSync().subarray(n * C, (n + 1) * C), exact.b) < 1e-5, `net ${net}: b`);
        const J = sequence.at(signal).initialStateJacobian();
        const found = Array.from({ length: C }, (_, c) =>
          jacobians.flatMap((values) => {
            const H = values.length / (N * C);
            return [...values.subarray((n * C + c) * H, (n * C + c + 1) * H)];
          }),
        ).flat();
        assert.ok(gap(found, J) < 1e-5, `net ${net}: J`);
      }
    });
    model.dispose();
  }
});

test("templates are functions of the weights that TensorFlow.js can differentiate", () => {
  const weights = randomWeights(random(8).split("gradient"), {
    steps: [4, 4],
    heads: ["last"],
    both: 0,
    backward: 0,
    activations: ["relu"],
    initialStates: false,
  });
  const model = layersModel(weights);
  const x = tf.randomNormal(
    [3, 4, weights.layers.length === 0 ? 1 : model.inputs[0]!.shape[2]!],
    0,
    1,
    "float32",
    5,
  );
  const squares = () =>
    tf.tidy(() =>
      tf.addN(new FrozenSequences(model, x).initialStateJacobians().map((J) => J.square().sum())),
    );
  const recurrent = model.layers[0]!.weights[1]!.read() as tf.Variable;
  const { grads } = tf.variableGrads(() => squares() as tf.Scalar, [recurrent]);
  const gradient = Array.from(grads[recurrent.name]!.dataSync());
  // Central differences in the direction of the gradient itself.
  const start = Array.from(recurrent.dataSync());
  const at = (step: number) => {
    recurrent.assign(
      tf.tensor(
        start.map((v, i) => v + step * gradient[i]!),
        recurrent.shape,
      ),
    );
    return squares().dataSync()[0]!;
  };
  const norm = gradient.reduce((sum, v) => sum + v * v, 0);
  const step = 1e-2 / Math.sqrt(norm);
  const slope = (at(step) - at(-step)) / (2 * step);
  assert.ok(norm > 1e-6 && Math.abs(slope / norm - 1) < 1e-2, `${slope} and ${norm}`);
  model.dispose();
});

test("an open dimension of a Reshape is filled in, and noise at each step is the identity", () => {
  const model = tf.sequential({
    layers: [
      tf.layers.simpleRNN({
        inputShape: [3, 2],
        units: 4,
        activation: "relu",
        returnSequences: true,
      }),
      tf.layers.timeDistributed({ layer: tf.layers.gaussianNoise({ stddev: 1 }) }),
      tf.layers.reshape({ targetShape: [2, -1] }),
      tf.layers.globalAveragePooling1d(),
    ],
  });
  tf.tidy(() => {
    const x = tf.randomNormal([2, 3, 2], 0, 1, "float32", 4);
    const { outputs } = new FrozenSequences(model, x);
    assert.ok(gap(outputs.dataSync(), (model.predict(x) as tf.Tensor).dataSync()) < 1e-5);
  });
});

test("what isn't read in batches is refused by name", () => {
  const sequences = tf.zeros([2, 3, 2]);
  const refuse = (layers: tf.layers.Layer[], pattern: RegExp) =>
    assert.throws(() => new FrozenSequences(tf.sequential({ layers }), sequences), pattern);
  const shape = { inputShape: [3, 2] as [number, number] };
  refuse([tf.layers.simpleRNN({ ...shape, units: 2 })], /activation "tanh"/);
  refuse([tf.layers.lstm({ ...shape, units: 2 })], /LSTM.*not read in batches/);
  refuse(
    [tf.layers.simpleRNN({ batchInputShape: [2, 3, 2], units: 2, stateful: true })],
    /stateful.*stateful: false/,
  );
  refuse(
    [tf.layers.simpleRNN({ ...shape, units: 2, activation: "relu", returnSequences: true })],
    /expected \[N, C\]/,
  );
  // At each step a pooling over time would be one over the inner axes.
  const images = tf.layers.timeDistributed({
    ...{ inputShape: [3, 2, 1], layer: tf.layers.globalAveragePooling1d() },
  });
  refuse([images], /a GlobalAveragePooling1D at each step/);
  const product = tf.layers.bidirectional({
    ...shape,
    mergeMode: "mul",
    layer: tf.layers.simpleRNN({ units: 2, activation: "relu" }) as never,
  });
  refuse([product], /product of two signals is quadratic/);
});

function gap(u: ArrayLike<number>, v: ArrayLike<number>): number {
  assert.equal(u.length, v.length);
  const largest = (values: number[]) => Math.max(...values.map(Math.abs));
  const difference = Array.from(u, (value, i) => value - v[i]!);
  return largest(difference) / Math.max(1, largest(Array.from(v)));
}
