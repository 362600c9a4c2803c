import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { BatchedNetwork, SplineNetwork, UnknownLayerError } from "../../lib/network";
import { random } from "../../lib/random";
import { FrozenSequences, recurrentNetwork, SequenceNetwork } from "../../lib/recurrent";
import { scramble } from "../network/models";
import { layersModel } from "./layersModel";
import { randomWeights } from "./randomNets";

before(() => useBackend());

test("200 random recurrent models are read: float64 equals the unrolled weights, float32 predict", () => {
  const rng = random(8).split("models");
  for (let net = 0; net < 200; net++) {
    // TensorFlow.js hands the states of a layer that goes backwards on in reverse: one such at most.
    const stacked = net % 3 < 2;
    const weights = randomWeights(rng, {
      initialStates: false,
      steps: [1, 50],
      layers: stacked ? [1, 3] : [1, 1],
      backward: stacked ? 0 : 0.5,
      ...(!stacked && { heads: ["last", "mean", "max"] }),
    });
    const model = layersModel(weights);
    const net64 = SplineNetwork.fromLayersModel(model);
    const sequence = new SequenceNetwork(net64);
    const { steps, inputSize } = sequence;
    const signal = Float32Array.from(rng.normals(steps * inputSize));
    const expected = tf.tidy(() =>
      (model.predict(tf.tensor(signal, [1, steps, inputSize])) as tf.Tensor).dataSync(),
    );
    assert.ok(gap(net64.forward(signal), expected) < 1e-5, `net ${net}: predict`);
    const { A, b } = net64.affineMap(signal);
    const affine = b.map((offset, c) =>
      signal.reduce((sum, v, i) => sum + A[c * signal.length + i]! * v, offset),
    );
    assert.ok(gap(affine, net64.forward(signal)) < 1e-12, `net ${net}: A x + b`);
    // Weights went through float32: the same network up to that.
    const plain = new SequenceNetwork(recurrentNetwork(weights));
    assert.ok(gap(plain.at(signal).output, sequence.at(signal).output) < 1e-5, `net ${net}`);
    assert.equal(plain.recurrences.length, sequence.recurrences.length);
    const form = sequence.at(signal).recurrences[0]!.blockForm();
    assert.ok(gap(form.A, plain.at(signal).recurrences[0]!.blockForm().A) < 1e-5);
    model.dispose();
  }
});

test("random initial states: the unrolled weights are TensorFlow.js' layers started there", () => {
  const rng = random(8).split("initial states");
  for (let net = 0; net < 50; net++) {
    const weights = randomWeights(rng, { both: 0, backward: 0, heads: ["last"], steps: [1, 50] });
    const sequence = new SequenceNetwork(recurrentNetwork(weights));
    const { steps, inputSize } = sequence;
    const { layers } = layersModel(weights);
    const x = Float32Array.from(rng.normals(steps * inputSize));
    const starts = Float32Array.from(rng.normals(sequence.initialStates.length));
    const expected = tf.tidy(() => {
      let from = 0;
      let z: tf.Tensor = tf.tensor(x, [1, steps, inputSize]);
      for (const layer of layers) {
        if (layer.getClassName() === "Dense") z = layer.apply(z) as tf.Tensor;
        if (layer.getClassName() !== "SimpleRNN") continue;
        const units = Number(layer.getConfig().units);
        const start = tf.tensor(starts.subarray(from, from + units), [1, units]);
        z = layer.call(z, { initialState: [start] }) as tf.Tensor;
        from += units;
      }
      return z.dataSync();
    });
    const opened = sequence.withInitialStates();
    assert.ok(gap(opened.forward([...x, ...starts]), expected) < 1e-5, `net ${net}`);
    const own = sequence.net.forward(x);
    const fixed = opened.forward([...x, ...sequence.initialStates]);
    assert.ok(gap(fixed, own) < 1e-12, `net ${net}: its own states`);
  }
});

test("a layer that goes backwards leaves its states as it made them", () => {
  const model = tf.sequential({
    layers: [
      tf.layers.simpleRNN({
        ...{ inputShape: [4, 2], units: 3, activation: "relu" },
        ...{ goBackwards: true, returnSequences: true, recurrentInitializer: "identity" },
      }),
      tf.layers.simpleRNN({ units: 2, activation: "relu", recurrentInitializer: "identity" }),
    ],
  });
  sameAsPredict(model, 7);
});

for (const mergeMode of [undefined, "concat", "sum", "ave"] as const) {
  test(`directions, sequences or last states, ${mergeMode ?? "no wrapper"}: as predict, in all three readings`, () => {
    for (const goBackwards of [false, true]) {
      for (const returnSequences of [false, true]) {
        for (const steps of [1, 4]) {
          const options = { units: 2, activation: "relu" as const, goBackwards, returnSequences };
          const inputShape: [number, number] = [steps, 3];
          const recurrence =
            mergeMode === undefined
              ? tf.layers.simpleRNN({ ...options, inputShape })
              : tf.layers.bidirectional({
                  ...{ inputShape, mergeMode },
                  layer: tf.layers.simpleRNN(options) as never,
                });
          const flatten = returnSequences ? [tf.layers.flatten()] : [];
          const layers = [recurrence, ...flatten, tf.layers.dense({ units: 2 })];
          const model = tf.sequential({ layers });
          scramble(model, 6);
          sameAsPredict(model, 4);
          tf.tidy(() => {
            const x = tf.tensor(Float32Array.from(random(5).normals(6 * steps)), [2, steps, 3]);
            const predicted = (model.predict(x) as tf.Tensor).dataSync();
            const frozen = new FrozenSequences(model, x);
            assert.ok(gap(frozen.outputs.dataSync(), predicted) < 1e-5);
            const twin = new BatchedNetwork(SplineNetwork.fromLayersModel(model));
            const [ours, theirs] = [twin.affineMaps(x), frozen.affineMaps()];
            assert.ok(gap(ours.f.dataSync(), predicted) < 1e-5);
            assert.ok(gap(ours.A.dataSync(), theirs.A.dataSync()) < 1e-5);
            assert.ok(gap(ours.b.dataSync(), theirs.b.dataSync()) < 1e-5);
            twin.dispose();
          });
          model.dispose();
        }
      }
    }
  });
}

test("shared recurrences, wrapped convolutions, softmax at every time, a trained-with dropout", () => {
  const input = tf.input({ shape: [5, 2] });
  const shared = tf.layers.simpleRNN({ units: 2, activation: "relu", returnSequences: true });
  const twice = shared.apply(shared.apply(input)) as tf.SymbolicTensor;
  const output = tf.layers.timeDistributed({
    layer: tf.layers.dense({ units: 3, activation: "softmax" }),
  });
  const model = tf.model({ inputs: input, outputs: output.apply(twice) as tf.SymbolicTensor });
  const net = SplineNetwork.fromLayersModel(model);
  assert.match(net.notes.join(), /softmax .* taken off/);
  const sequence = new SequenceNetwork(net);
  assert.deepEqual(
    sequence.recurrences.map(
      ({ recurrence }) => recurrence === sequence.recurrences[0]!.recurrence,
    ),
    [true, true],
  );
  const x = random(3).normals(10);
  const probabilities = tf.tidy(() => {
    const logits = tf.tensor(Float32Array.from(net.forward(x)), [1, 5, 3]);
    return tf
      .softmax(logits)
      .sub(model.predict(tf.tensor(Float32Array.from(x), [1, 5, 2])) as tf.Tensor);
  });
  assert.ok(Math.max(...probabilities.abs().dataSync()) < 1e-5);

  const images = tf.sequential({
    layers: [
      tf.layers.timeDistributed({
        layer: tf.layers.conv2d({ filters: 2, kernelSize: 2, activation: "relu" }),
        inputShape: [3, 4, 4, 1],
      }),
      tf.layers.timeDistributed({ layer: tf.layers.maxPooling2d({ poolSize: 3 }) }),
      tf.layers.timeDistributed({ layer: tf.layers.flatten() }),
      tf.layers.simpleRNN({ units: 3, activation: "relu", dropout: 0.3 }),
      tf.layers.dense({ units: 2 }),
    ],
  });
  sameAsPredict(images, 11);
});

test("what isn't a function of the sequence, or no spline, is refused by name with what to do", () => {
  const relu = { units: 2, activation: "relu" as const };
  const refused = (layer: tf.layers.Layer, pattern: RegExp) => {
    const model = tf.sequential({ layers: [layer, tf.layers.dense({ units: 1 })] });
    assert.throws(
      () => SplineNetwork.fromLayersModel(model),
      (error: unknown) =>
        error instanceof UnknownLayerError &&
        error.layerName === layer.name &&
        error.className === layer.getClassName() &&
        pattern.test(error.message),
    );
  };
  const shape = { inputShape: [3, 2] as [number, number] };
  refused(tf.layers.simpleRNN({ ...relu, ...shape, recurrentDropout: 0.1 }), /recurrentDropout: 0/);
  refused(tf.layers.simpleRNN({ ...shape, units: 2 }), /"tanh" is not piecewise affine/);
  refused(
    tf.layers.simpleRNN({ ...relu, batchInputShape: [1, 3, 2], stateful: true }),
    /stateful: false/,
  );
  refused(tf.layers.masking({ ...shape }), /not continuous: it leaves out the steps/);
  refused(tf.layers.lstm({ ...shape, units: 2 }), /gates multiply.*piecewise polynomial/);
  refused(tf.layers.gru({ ...shape, units: 2 }), /gates multiply.*piecewise polynomial/);
  const bidirectional = (layer: tf.layers.Layer, mergeMode: "mul" | "sum") =>
    tf.layers.bidirectional({ ...shape, layer: layer as never, mergeMode });
  refused(bidirectional(tf.layers.simpleRNN(relu), "mul"), /product of two signals/);
  refused(
    bidirectional(tf.layers.gru({ units: 2 }), "sum"),
    /only SimpleRNN layers are unrolled.*gates multiply/,
  );

  const [sequence, state] = [tf.input({ shape: [3, 2] }), tf.input({ shape: [2] })];
  const layer = tf.layers.simpleRNN(relu);
  const outputs = layer.apply(sequence, { initialState: [state] }) as tf.SymbolicTensor;
  assert.throws(
    () => SplineNetwork.fromLayersModel(tf.model({ inputs: [sequence, state], outputs })),
    /initial state is an input.*withInitialStates/,
  );
});

/** Reads a model, and compares it with its own prediction. */
function sameAsPredict(model: tf.LayersModel, seed: number): void {
  const net = SplineNetwork.fromLayersModel(model);
  const x = Float32Array.from(random(seed).normals(net.inputSize));
  const expected = tf.tidy(() =>
    (model.predict(tf.tensor(x, [1, ...net.inputShape])) as tf.Tensor).dataSync(),
  );
  assert.ok(gap(net.forward(x), expected) < 1e-5);
}

function gap(u: ArrayLike<number>, v: ArrayLike<number>): number {
  assert.equal(u.length, v.length);
  const largest = (values: number[]) => Math.max(...values.map(Math.abs));
  const difference = Array.from(u, (value, i) => value - v[i]!);
  return largest(difference) / Math.max(1, largest(Array.from(v)));
}
