import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { subset } from "../../lib/data";
import {
  applySnapshot,
  evaluateClassifier,
  type OptimizerSpec,
  type TrainOptions,
  takeSnapshot,
  trainClassifier,
} from "../../lib/learning";
import { random } from "../../lib/random";
import { numbersOf, smallNet, toyData } from "./smallNet";

before(() => useBackend());

const { training, validation } = toyData();
const OPTIONS = { epochs: 3, batchSize: 32, optimizer: 0.01 };

async function train(options: Partial<TrainOptions> = {}, model = smallNet()) {
  const curve = await trainClassifier(model, training, {
    ...OPTIONS,
    random: random(5),
    ...options,
  });
  return { model, curve };
}

test("the same seeds give the same training to the bit, another seed another", async () => {
  const [a, b, c] = [await train(), await train(), await train({ random: random(6) })];
  assert.deepEqual(numbersOf(a.model), numbersOf(b.model));
  assert.deepEqual(a.curve, b.curve);
  assert.notDeepEqual(numbersOf(a.model), numbersOf(c.model));
});

test("each epoch has its own order, whatever was drawn from the stream before", async () => {
  const used = random(5);
  used.normals(100);
  const a = await train();
  const b = await train({ random: used });
  assert.deepEqual(numbersOf(a.model), numbersOf(b.model));
});

test("the toy set is learned; curves, epochs and snapshots agree with the model", async () => {
  const snapshots = [0, 10, 30];
  const untrained = numbersOf(smallNet());
  const { model, curve } = await train({ epochs: 30, validation, snapshots, optimizer: 0.02 });
  assert.equal(curve.ending, "all epochs");
  assert.equal(curve.steps.length, 30 * 7);
  assert.deepEqual(
    curve.snapshots.map(({ epoch }) => epoch),
    snapshots,
  );
  assert.deepEqual(
    curve.snapshots[0]!.weights.flatMap((w) => [...w]),
    untrained,
  );
  assert.deepEqual(
    curve.snapshots[2]!.weights.flatMap((w) => [...w]),
    numbersOf(model),
  );
  const { validationAccuracy } = curve.epochs.at(-1)!;
  assert.ok(validationAccuracy! > 0.55, `learned ${validationAccuracy}; chance is 0.25`);
  const mean = curve.steps.slice(-7).reduce((sum, { loss }) => sum + loss / 7, 0);
  assert.ok(Math.abs(mean - curve.epochs.at(-1)!.loss) < 1e-12);

  applySnapshot(model, curve.snapshots[1]!);
  const measured = evaluateClassifier(model, validation);
  assert.equal(measured.loss, curve.epochs[9]!.validationLoss);
  assert.equal(measured.accuracy, curve.epochs[9]!.validationAccuracy);
});

test("a snapshot of another architecture is refused", () => {
  const snapshot = takeSnapshot(smallNet(1, 12));
  assert.throws(() => applySnapshot(smallNet(1, 13), snapshot), /24 numbers for .*, expected 26/);
  const fewer = { epoch: 0, weights: snapshot.weights.slice(1) };
  assert.throws(() => applySnapshot(smallNet(), fewer), /the snapshot has 6 weights, the model 7/);
});

test("loss and accuracy are those of float64 arithmetic, whatever the batches", () => {
  const model = smallNet();
  const logits = tf.tidy(() =>
    (
      model.predict(tf.tensor2d(validation.inputs, [validation.size, 2])) as tf.Tensor2D
    ).arraySync(),
  );
  let [crossEntropy, squared, correct] = [0, 0, 0];
  logits.forEach((row, n) => {
    const label = validation.labels[n]!;
    crossEntropy += Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0)) - row[label]!;
    squared += row.reduce((sum, z, c) => sum + (z - (c === label ? 1 : 0)) ** 2, 0);
    if (row.indexOf(Math.max(...row)) === label) correct++;
  });
  for (const batchSize of [500, 33]) {
    const a = evaluateClassifier(model, validation, { batchSize });
    const b = evaluateClassifier(model, validation, { batchSize, loss: "squared error" });
    assert.ok(Math.abs(a.loss - crossEntropy / validation.size) < 1e-5);
    assert.ok(Math.abs(b.loss - squared / validation.size) < 1e-5);
    assert.equal(a.accuracy, correct / validation.size);
  }
});

test("one step of gradient descent is w − η(∇ loss + ∇ penalty), with regularisers", async () => {
  const few = subset(training, 0, 5);
  const make = () =>
    tf.sequential({
      layers: [
        tf.layers.dense({
          inputShape: [2],
          units: 4,
          kernelInitializer: tf.initializers.randomNormal({ seed: 3 }),
          kernelRegularizer: tf.regularizers.l2({ l2: 0.5 }),
          useBias: false,
        }),
      ],
    });
  const model = make();
  const before = numbersOf(model);
  const curve = await trainClassifier(model, few, {
    epochs: 1,
    batchSize: 5,
    optimizer: { name: "sgd", learningRate: 0.1 },
    random: random(1),
    loss: "squared error",
    penalties: { "2 × sum": (m) => m.layers[0]!.getWeights()[0]!.sum().mul(2) },
  });
  // By hand: W [2, 4], d/dW of mean ‖xW − e_y‖² + 2 Σ W + ½ Σ W².
  const gradient = before.map((w) => 2 + w);
  for (let n = 0; n < 5; n++) {
    for (let c = 0; c < 4; c++) {
      const x = few.inputs.subarray(2 * n, 2 * n + 2);
      const output = x[0]! * before[c]! + x[1]! * before[4 + c]!;
      const residual = output - (few.labels[n] === c ? 1 : 0);
      for (const d of [0, 1]) gradient[4 * d + c]! += (2 / 5) * residual * x[d]!;
    }
  }
  const expected = before.map((w, k) => w - 0.1 * gradient[k]!);
  numbersOf(model).forEach((w, k) => {
    assert.ok(Math.abs(w - expected[k]!) < 1e-6, `weight ${k}: ${w}, expected ${expected[k]}`);
  });
  const penalty = before.reduce((sum, w) => sum + 2 * w + 0.5 * w * w, 0);
  assert.ok(Math.abs(curve.steps[0]!.penalty - penalty) < 1e-5);
});

for (const optimizer of [
  { name: "sgd", learningRate: 0.1 },
  { name: "momentum", learningRate: 0.05, momentum: 0.9 },
  { name: "rmsprop", learningRate: 0.01 },
  { name: "adam", learningRate: 0.01 },
] as OptimizerSpec[]) {
  test(`${optimizer.name} brings the loss down and leaves no tensor`, async () => {
    const model = smallNet();
    const start = tf.memory().numTensors;
    const { curve } = await train({ optimizer, epochs: 10 }, model);
    assert.equal(tf.memory().numTensors, start);
    assert.ok(curve.epochs.at(-1)!.loss < 0.8 * curve.epochs[0]!.loss);
  });
}

test("early stop puts the weights of the smallest validation loss back", async () => {
  const { model, curve } = await train({
    epochs: 60,
    optimizer: 0.3,
    validation,
    earlyStop: { patience: 3 },
  });
  assert.equal(curve.ending, "early stop");
  const losses = curve.epochs.map(({ validationLoss }) => validationLoss!);
  const least = losses.indexOf(Math.min(...losses)) + 1;
  assert.equal(curve.bestEpoch, least);
  assert.equal(curve.epochs.length, least + 3);
  assert.equal(evaluateClassifier(model, validation).loss, losses[least - 1]);
});

test("an abort lets the step end, keeps what was learned, says so, leaves no tensor", async () => {
  const model = smallNet();
  const start = tf.memory().numTensors;
  const abort = new AbortController();
  let learned: number[] = [];
  const { curve } = await train(
    {
      signal: abort.signal,
      onStep: ({ step }) => {
        if (step !== 5) return;
        learned = numbersOf(model);
        abort.abort();
      },
    },
    model,
  );
  assert.equal(curve.ending, "aborted");
  assert.equal(curve.steps.length, 5);
  assert.deepEqual(numbersOf(model), learned);
  assert.equal(tf.memory().numTensors, start);
});

const boom = (): never => {
  throw new Error("boom");
};
for (const [place, options] of Object.entries<Partial<TrainOptions>>({
  onStep: { onStep: ({ step }) => step === 4 && boom() },
  onEpoch: { onEpoch: boom },
  "a penalty": { penalties: { boom: (model) => model.weights[0]!.read().square().mul(boom()) } },
  "a gradient": { penalties: { topk: (model) => tf.topk(model.weights[0]!.read()).values.sum() } },
})) {
  test(`an error in ${place} comes through and leaves no tensor`, async () => {
    const model = smallNet();
    const start = tf.memory().numTensors;
    await assert.rejects(
      train({ ...options, validation }, model),
      /boom|gradient function not found for TopK/,
    );
    assert.equal(tf.memory().numTensors, start);
  });
}

test("a loss that stops being a number is an error, before it reaches the weights", async () => {
  const model = smallNet();
  const start = tf.memory().numTensors;
  const spoilt = { ...training, inputs: training.inputs.map((x, i) => (i === 300 ? Infinity : x)) };
  await assert.rejects(
    trainClassifier(model, spoilt, { ...OPTIONS, random: random(5) }),
    /^Error: step \d+: the loss is NaN; lower the learning rate, or look at the inputs/,
  );
  const kernel = Array.from(model.weights[0]!.read().dataSync());
  assert.ok(kernel.every(Number.isFinite));
  assert.equal(tf.memory().numTensors, start);
  const penalties = { log: (m: tf.LayersModel) => m.weights[0]!.read().sum().mul(Infinity) };
  await assert.rejects(train({ penalties }), /step 1: the sum of the penalties is -?Infinity/);
});

test("an optimiser of the caller stays the caller's", async () => {
  const optimizer = tf.train.adam(0.01);
  await train({ optimizer });
  const more = await train({ optimizer });
  assert.equal(optimizer.iterations, 2 * 3 * 7);
  assert.notDeepEqual(numbersOf(more.model), numbersOf((await train()).model));
  optimizer.dispose();
});

test("model, data and options that don't go together are refused by name", async () => {
  const refused: [RegExp, Partial<TrainOptions>][] = [
    [/epochs is an integer, 0 or more, got 1\.5/, { epochs: 1.5 }],
    [/batchSize is an integer, 1 or more, got 0/, { batchSize: 0 }],
    [/a learning rate is a positive number, got 0/, { optimizer: 0 }],
    [
      /a momentum is in \[0, 1\), got 1/,
      { optimizer: { name: "momentum", learningRate: 1, momentum: 1 } },
    ],
    [/no optimiser "adamw" here/, { optimizer: { name: "adamw", learningRate: 1 } as never }],
    [/a snapshot after epoch 4 of 3/, { snapshots: [4] }],
    [/earlyStop watches the validation loss/, { earlyStop: { patience: 1 } }],
    [/earlyStop.patience is an integer, 1 or more/, { validation, earlyStop: { patience: 0 } }],
  ];
  for (const [message, options] of refused) await assert.rejects(train(options), message);
  const wrongClass = { ...training, labels: training.labels.map((label) => label + 1) };
  const options = { ...OPTIONS, random: random(1) };
  await assert.rejects(
    trainClassifier(smallNet(), wrongClass, options),
    /is of class 4, the model's 4 outputs are classes 0 to 3/,
  );
  await assert.rejects(
    trainClassifier(smallNet(), { ...training, shape: [1, 2] }, options),
    /signals of shape \[1,2\], the model wants \[2\]/,
  );
  const softmax = smallNet();
  softmax.add(tf.layers.softmax());
  await assert.rejects(train({}, softmax), /ends in a softmax/);
  const dropout = smallNet();
  dropout.add(tf.layers.dropout({ rate: 0.5 }));
  await assert.rejects(
    train({ checkpoint: { folder: "never made" } }, dropout),
    /\(Dropout\) draws from Math.random/,
  );
});

test("a 1 × 1 convolution with a stride isn't trained on the native backend, nested or not", async () => {
  const strided = () =>
    tf.layers.conv2d({ inputShape: [4, 4, 1], filters: 4, kernelSize: 1, strides: 2 });
  const images = { ...training, size: 4, shape: [4, 4, 1], inputs: new Float32Array(64) };
  const data = { ...images, labels: Uint8Array.of(0, 1, 2, 3) };
  const end = () => tf.layers.globalAveragePooling2d({});
  const plain = tf.sequential({ layers: [strided(), end()] });
  const nested = tf.sequential({ layers: [tf.sequential({ layers: [strided()] }), end()] });
  const options = { ...OPTIONS, epochs: 0, random: random(1) };
  for (const model of [plain, nested]) {
    const training = trainClassifier(model, data, options);
    if (tf.getBackend() !== "tensorflow") await training;
    else await assert.rejects(training, /1 × 1 convolution of stride 2,.*averagePooling2d/);
  }
  const same = [
    tf.layers.averagePooling2d({ inputShape: [4, 4, 1], poolSize: 1, strides: 2 }),
    tf.layers.conv2d({ filters: 4, kernelSize: 1, weights: plain.layers[0]!.getWeights() }),
  ];
  const advised = tf.sequential({ layers: [...same, end()] });
  await trainClassifier(advised, data, options);
  const x = tf.randomNormal([3, 4, 4, 1], 0, 1, "float32", 1);
  const [a, b] = [plain, advised].map((model) => (model.predict(x) as tf.Tensor).dataSync());
  assert.deepEqual(a, b, "the advice is the same function");
});

test("batches of nothing, no data and one class are refused, whether measured or trained", async () => {
  const model = smallNet();
  for (const batchSize of [0, -1, 1.5, Number.NaN]) {
    const measured = () => evaluateClassifier(model, validation, { batchSize });
    assert.throws(measured, /RangeError: batchSize is an integer, 1 or more/);
  }
  const nothing = subset(validation, 0, 0);
  assert.throws(() => evaluateClassifier(model, nothing), /RangeError: .* is empty/);
  const single = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1 })] });
  const zeros = { ...training, labels: new Uint8Array(training.size) };
  await assert.rejects(
    trainClassifier(single, zeros, { ...OPTIONS, random: random(1) }),
    /RangeError: .*two classes or more/,
  );
});

test("epoch e takes the order of its own stream", async () => {
  const asked: string[] = [];
  const source = random(5);
  const listening = new Proxy(source, {
    get: (target, name) =>
      name === "split"
        ? (label: string) => {
            asked.push(label);
            return target.split(label);
          }
        : Reflect.get(target, name, target),
  });
  await train({ random: listening });
  assert.deepEqual(asked, ["epoch 1", "epoch 2", "epoch 3"]);
});
