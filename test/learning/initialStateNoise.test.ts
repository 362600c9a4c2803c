import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { addTask, type Dataset } from "../../lib/data";
import {
  InitialStateNoise,
  initialStatePenalty,
  loadModel,
  saveModel,
  trainClassifier,
} from "../../lib/learning";
import { SplineNetwork } from "../../lib/network";
import { random } from "../../lib/random";
import { noiseRegulariser, SequenceNetwork } from "../../lib/recurrent";
import { numbersOf } from "./smallNet";

const scratch = mkdtempSync(join(tmpdir(), "madmax-noise-"));
before(() => useBackend());
after(() => rmSync(scratch, { recursive: true }));

const data: Dataset = addTask({ count: 48, steps: 6, random: random(1) });

function noisyNet(deviation: number): tf.Sequential {
  const seeds = random(2).split("weights");
  const initialiser = () => tf.initializers.glorotNormal({ seed: seeds.tfSeed() });
  const layer = tf.layers.simpleRNN({
    ...{ units: 8, activation: "relu" },
    kernelInitializer: initialiser(),
    recurrentInitializer: tf.initializers.identity({ gain: 0.9 }),
  });
  const noise = new InitialStateNoise({ layer, deviation, seed: 3 });
  const model = tf.sequential();
  model.add(tf.layers.inputLayer({ inputShape: [6, 2] }));
  model.add(noise);
  model.add(tf.layers.dense({ units: 3, kernelInitializer: initialiser() }));
  return model;
}

const options = { epochs: 3, batchSize: 16, optimizer: 0.01, random: random(4) };

test("noise is there in training alone, anew for each batch, and the same for the same seed", () => {
  const model = noisyNet(0.5);
  const x = tf.tensor(data.inputs.slice(0, 2 * 12), [2, 6, 2]);
  const run = (net: tf.LayersModel, training: boolean) =>
    tf.tidy(() => Array.from((net.apply(x, { training }) as tf.Tensor).dataSync()));
  const plain = run(model, false);
  const [first, second] = [run(model, true), run(model, true)];
  assert.notDeepEqual(first, plain);
  assert.notDeepEqual(first, second);
  assert.deepEqual(run(model, false), plain);
  assert.deepEqual(run(noisyNet(0.5), true), first);
  const predicted = SplineNetwork.fromLayersModel(model).forward(data.inputs.subarray(0, 12));
  predicted.forEach((z, c) => {
    assert.ok(Math.abs(z - plain[c]!) < 1e-5);
  });
});

test("a training with noise that was interrupted goes on to the same bits", async () => {
  const whole = noisyNet(0.5);
  const curve = await trainClassifier(whole, data, options);
  const checkpoint = { folder: join(scratch, "interrupted"), everySteps: 1 };
  const stop = new AbortController();
  const interrupted = await trainClassifier(noisyNet(0.5), data, {
    ...{ ...options, checkpoint, signal: stop.signal },
    onStep: ({ step }) => step === 4 && stop.abort(),
  });
  assert.equal(interrupted.ending, "aborted");
  const resumed = noisyNet(0.5);
  const rest = await trainClassifier(resumed, data, { ...options, checkpoint });
  assert.equal(rest.resumedFrom, 4);
  assert.deepEqual(numbersOf(resumed), numbersOf(whole));
  assert.deepEqual(
    rest.steps.map(({ loss }) => loss),
    curve.steps.map(({ loss }) => loss),
  );
});

test("what all classes have in common adds nothing to the penalty", () => {
  const model = noisyNet(0);
  const x = tf.tensor(data.inputs, [data.size, ...data.shape]);
  const penalty = initialStatePenalty({ deviation: 0.3 });
  const measured = () => tf.tidy(() => penalty(model, x).dataSync()[0]!);
  const before = measured();
  const kernel = model.layers.at(-1)!.weights[0]!;
  tf.tidy(() => {
    kernel.write(kernel.read().add(1e4));
  });
  const after = measured();
  assert.ok(Math.abs(after / before - 1) < 0.02, `${before}, then ${after}`);
  x.dispose();
  model.dispose();
});

test("the penalty is the corrected regulariser, and training lowers it", async () => {
  const deviation = 0.3;
  const model = noisyNet(0);
  const sequence = new SequenceNetwork(SplineNetwork.fromLayersModel(model));
  const x = tf.tensor(data.inputs, [data.size, ...data.shape]);
  for (const [loss, name, factor] of [
    ["cross-entropy", "crossEntropy", 1],
    ["squared error", "squared", 2],
  ] as const) {
    const penalty = initialStatePenalty({ deviation, loss });
    const found = tf.tidy(() => penalty(model, x).dataSync()[0]!);
    let expected = 0;
    for (let n = 0; n < data.size; n++) {
      const signal = data.inputs.subarray(n * 12, (n + 1) * 12);
      expected += factor * noiseRegulariser(sequence, signal, deviation).corrected[name];
    }
    assert.ok(Math.abs(found / (expected / data.size) - 1) < 1e-4, `${loss}: ${found}`);
  }
  const penalties = { "σ = 3": initialStatePenalty({ deviation: 3 }) };
  const { steps } = await trainClassifier(model, data, { ...options, epochs: 20, penalties });
  assert.ok(steps.at(-1)!.penalty < 0.5 * steps[0]!.penalty);
});

test("stored and loaded with its noise", async () => {
  const model = noisyNet(0.5);
  const folder = join(scratch, "stored");
  await saveModel(model, folder, {
    name: "noisy",
    description: "a recurrence started from noise",
    recipe: { data: data.name, seed: 2 },
    figures: {},
    backend: "any",
  });
  const { model: loaded } = await loadModel(folder);
  const layer = loaded.layers.find((one) => one instanceof InitialStateNoise);
  assert.equal(layer?.deviation, 0.5);
  assert.deepEqual(numbersOf(loaded), numbersOf(model));
});

test("other layers and negative deviations are refused", () => {
  const layer = tf.layers.simpleRNN({ units: 2 });
  assert.throws(
    () => new InitialStateNoise({ layer: tf.layers.lstm({ units: 2 }), deviation: 1, seed: 1 }),
    /for SimpleRNN layers/,
  );
  assert.throws(() => new InitialStateNoise({ layer, deviation: -1, seed: 1 }), /noise is -1/);
  assert.throws(() => initialStatePenalty({ deviation: Number.NaN }), /NaN, expected 0 or more/);
});
