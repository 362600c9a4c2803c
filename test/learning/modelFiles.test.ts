import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import {
  applySnapshot,
  loadModel,
  type ModelCard,
  ModelFileError,
  type ModelFileFault,
  saveModel,
  takeSnapshot,
} from "../../lib/learning";
import { numbersOf, smallNet } from "./smallNet";

const scratch = mkdtempSync(join(tmpdir(), "madmax-models-"));
after(() => rmSync(scratch, { recursive: true }));

const CARD: ModelCard = {
  name: "small",
  description: "a small net",
  recipe: { data: "none", seed: 1 },
  figures: { "test accuracy": 0.25 },
  backend: "any",
};
const stored = join(scratch, "stored");

before(async () => {
  await useBackend();
  const model = smallNet();
  const before = takeSnapshot(model, 0);
  applySnapshot(model, { epoch: 1, weights: before.weights.map((w) => w.map((v) => v + 0.1)) });
  await saveModel(model, stored, CARD, [before, takeSnapshot(model, 10)]);
});

/** A residual net with a nested and a shared layer: everything that a topology can hold. */
function branchingNet(): tf.LayersModel {
  const inner = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [6, 6, 2], filters: 2, kernelSize: 3, padding: "same" }),
    ],
  });
  const input = tf.input({ shape: [6, 6, 2] });
  const shared = tf.layers.separableConv2d({ filters: 2, kernelSize: 3, padding: "same" });
  const once = shared.apply(input) as tf.SymbolicTensor;
  const twice = shared.apply(once) as tf.SymbolicTensor;
  const nested = inner.apply(input) as tf.SymbolicTensor;
  const sum = tf.layers.add().apply([twice, nested]) as tf.SymbolicTensor;
  const joined = tf.layers.concatenate().apply([sum, once]) as tf.SymbolicTensor;
  const normed = tf.layers.batchNormalization().apply(joined);
  const flat = tf.layers.flatten().apply(normed);
  return tf.model({
    inputs: input,
    outputs: tf.layers.dense({ units: 3 }).apply(flat) as tf.SymbolicTensor,
  });
}

for (const [name, make] of Object.entries({ chain: () => smallNet(), branching: branchingNet })) {
  test(`${name}: what is saved is loaded to the bit, and computes the same`, async () => {
    const model = make();
    const folder = join(scratch, `round ${name}`);
    await saveModel(model, folder, CARD);
    const start = tf.memory().numTensors;
    const loaded = await loadModel(folder);
    assert.deepEqual(numbersOf(loaded.model), numbersOf(model));
    const x = tf.randomNormal(
      [4, ...(model.inputs[0]!.shape.slice(1) as number[])],
      0,
      1,
      "float32",
      7,
    );
    const [a, b] = [model.predict(x) as tf.Tensor, loaded.model.predict(x) as tf.Tensor];
    assert.deepEqual(await a.data(), await b.data());
    tf.dispose([x, a, b]);
    tf.dispose(loaded.model.weights.map((weight) => weight.read()));
    assert.equal(tf.memory().numTensors, start);
  });
}

test("card, hashes and snapshots come back", async () => {
  const { model, card, snapshots } = await loadModel(stored);
  const { parameters, files, snapshots: listed, ...told } = card!;
  assert.deepEqual(told, CARD);
  assert.equal(parameters, model.countParams());
  assert.deepEqual(
    listed.map(({ epoch }) => epoch),
    [0, 10],
  );
  for (const { file, sha256 } of files) {
    const bytes = readFileSync(join(stored, file));
    assert.equal(createHash("sha256").update(bytes).digest("hex"), sha256);
  }
  assert.deepEqual(snapshots[0], takeSnapshot(smallNet(), 0));
  assert.deepEqual(snapshots[1], takeSnapshot(model, 10));
});

test("an older model is replaced with all its files, foreign files are left alone", async () => {
  const folder = join(scratch, "replaced");
  cpSync(stored, folder, { recursive: true });
  writeFileSync(join(folder, "notes.txt"), "mine");
  await saveModel(smallNet(3), folder, CARD, [takeSnapshot(smallNet(), 5)]);
  assert.deepEqual(readdirSync(folder).sort(), [
    "card.json",
    "epoch-5.bin",
    "model.json",
    "notes.txt",
    "weights.bin",
  ]);
  assert.deepEqual(numbersOf((await loadModel(folder)).model), numbersOf(smallNet(3)));
});

test("TensorFlow.js reads what is saved here, and its own files are read, quantised ones too", async () => {
  const artifacts = JSON.parse(readFileSync(join(stored, "model.json"), "utf8"));
  const weightSpecs = artifacts.weightsManifest[0].weights;
  const weightData = Uint8Array.from(readFileSync(join(stored, "weights.bin"))).buffer;
  const theirs = await tf.loadLayersModel(
    tf.io.fromMemory({ modelTopology: artifacts.modelTopology, weightSpecs, weightData }),
  );
  const ours = (await loadModel(stored)).model;
  assert.deepEqual(numbersOf(theirs), numbersOf(ours));

  const folder = join(scratch, "quantised");
  cpSync(stored, folder, { recursive: true });
  rmSync(join(folder, "card.json"));
  const [kernel, ...rest] = weightSpecs;
  kernel.quantization = { dtype: "uint8", scale: 0.5, min: -3 };
  const size = kernel.shape[0] * kernel.shape[1];
  const bytes = Buffer.concat([
    Buffer.from(Array.from({ length: size }, (_, i) => i)),
    readFileSync(join(stored, "weights.bin")).subarray(4 * size),
  ]);
  // In two files, as TensorFlow.js splits large ones.
  const paths = ["group1-shard1of2.bin", "group1-shard2of2.bin"];
  writeFileSync(join(folder, paths[0]!), bytes.subarray(0, 101));
  writeFileSync(join(folder, paths[1]!), bytes.subarray(101));
  artifacts.weightsManifest = [{ paths, weights: [kernel, ...rest] }];
  writeFileSync(join(folder, "model.json"), JSON.stringify(artifacts));
  const loaded = await loadModel(folder);
  assert.equal(loaded.card, undefined);
  const expected = Array.from({ length: size }, (_, i) => 0.5 * i - 3);
  assert.deepEqual(numbersOf(loaded.model), [...expected, ...numbersOf(ours).slice(size)]);
});

/** A folder as the converter of Keras 2.15 writes it, all weights 0.1, 0.2, … in their order. */
function converted(layers: object[], names: Record<string, number[]>, more: object = {}): string {
  const folder = mkdtempSync(join(scratch, "keras-"));
  const weights = Object.entries(names).map(([name, shape]) => ({ name, shape, dtype: "float32" }));
  const size = weights.reduce((sum, { shape }) => sum + shape.reduce((n, d) => n * d, 1), 0);
  const numbers = Float32Array.from({ length: size }, (_, i) => (i + 1) / 10);
  const config = { name: "sequential", layers };
  const modelTopology = {
    ...{ keras_version: "2.15.0", backend: "tensorflow" },
    model_config: { class_name: "Sequential", config },
  };
  const weightsManifest = [{ paths: ["group1-shard1of1.bin"], weights }];
  const model = { format: "layers-model", modelTopology, weightsManifest, ...more };
  writeFileSync(join(folder, "model.json"), JSON.stringify(model));
  writeFileSync(join(folder, "group1-shard1of1.bin"), Buffer.from(numbers.buffer));
  return folder;
}

const inputLayer = (shape: (number | null)[], key = "batch_input_shape") => ({
  class_name: "InputLayer",
  config: { [key]: [null, ...shape], dtype: "float32", name: "input_1" },
});
const denseLayer = { class_name: "Dense", config: { name: "dense", units: 2, use_bias: true } };
const recurrence = (kind: string, name: string) => ({
  class_name: kind,
  config: { name, units: 2, activation: "relu", use_bias: true, return_sequences: false },
});

for (const [kind, name, gates] of [
  ["SimpleRNN", "simple_rnn", 1],
  ["LSTM", "lstm", 4],
  ["GRU", "gru", 3],
] as const) {
  test(`${kind} of Keras 2.15, also in both directions: weights named by cells are the layers'`, async () => {
    const shapes = { kernel: [2, 2 * gates], recurrent_kernel: [2, 2 * gates], bias: [2 * gates] };
    const under = (path: string) =>
      Object.fromEntries(Object.entries(shapes).map(([key, shape]) => [`${path}/${key}`, shape]));
    const layer = recurrence(kind, name);
    const both = {
      class_name: "Bidirectional",
      config: { name: "bidirectional", layer, merge_mode: "concat" },
    };
    for (const [layers, names] of [
      [[layer], under(`${name}/${name}_cell`)],
      [
        [both],
        {
          ...under(`bidirectional/forward_${name}/${name}_cell_1`),
          ...under(`bidirectional/backward_${name}/${name}_cell_2`),
        },
      ],
    ] as [object[], Record<string, number[]>][]) {
      const folder = converted([inputLayer([3, 2]), ...layers], names);
      const { model } = await loadModel(folder);
      const size = numbersOf(model).length;
      assert.deepEqual(
        numbersOf(model),
        Array.from(Float32Array.from({ length: size }, (_, i) => (i + 1) / 10)),
      );
    }
  });
}

test("weights of other names, Keras 3 and graph models: told what they are, and what helps", async () => {
  const image = [inputLayer([2]), denseLayer];
  const cases: [string, Parameters<typeof isFault>[0], RegExp][] = [
    [
      converted(image, { "sequential/dense/kernel": [2, 2], "sequential/dense/bias": [2] }),
      "missing weight",
      /no weight "dense\/kernel" but "sequential\/dense\/kernel".*take "sequential\/" off the names/,
    ],
    [
      converted(image, { "other/kernel": [2, 2], "other/bias": [2] }),
      "missing weight",
      /but "other\/kernel", "other\/bias", which belong to no layer.*another model, or not all/,
    ],
    [
      converted([inputLayer([2], "batch_shape"), denseLayer], {}),
      "other format",
      /a model of Keras 3.*expected one of Keras 2; .*TF_USE_LEGACY_KERAS=1/,
    ],
    [
      converted(image, {}, { modelTopology: { keras_version: "3.4.1", model_config: {} } }),
      "other format",
      /Keras 3 \(keras_version 3\.4\.1\)/,
    ],
    [
      converted([], {}, { format: "graph-model", modelTopology: { node: [] } }),
      "other format",
      /a graph model.*expected a layers model; .*tfjs_layers_model/,
    ],
  ];
  for (const [folder, fault, message] of cases) {
    const start = tf.memory().numTensors;
    await assert.rejects(loadModel(folder), isFault(fault, message));
    assert.equal(tf.memory().numTensors, start);
  }
});

test("a weight that is no number isn't saved", async () => {
  const model = smallNet();
  const { weights } = takeSnapshot(model);
  const spoilt = { epoch: 0, weights: weights.map((w, k) => (k === 2 ? w.fill(Number.NaN) : w)) };
  const folder = join(scratch, "spoilt");
  await assert.rejects(
    saveModel(model, folder, CARD, [spoilt]),
    isFault("not a number", /NaN at 0/),
  );
  applySnapshot(model, spoilt);
  await assert.rejects(saveModel(model, folder, CARD), isFault("not a number", /diverge/));
  assert.ok(!existsSync(folder));
});

function isFault(fault: ModelFileFault, message: RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof ModelFileError, String(error));
    assert.equal(error.fault, fault, error.message);
    assert.match(error.message, message);
    assert.match(error.message, /found .*, expected .*; /s);
    return true;
  };
}

/** model.json as an object that may be changed at will. */
// biome-ignore lint/suspicious/noExplicitAny: it is about JSON of any form
type Draft = any;
const model = (change: (draft: Draft) => void) => (folder: string) => {
  const draft = JSON.parse(readFileSync(join(folder, "model.json"), "utf8"));
  change(draft);
  writeFileSync(join(folder, "model.json"), JSON.stringify(draft));
};
const weights = (change: (bytes: Buffer) => Buffer) => (folder: string) => {
  const file = join(folder, "weights.bin");
  writeFileSync(file, change(readFileSync(file)));
  rmSync(join(folder, "card.json")); // or its hash would be the first to tell
};
const withFloat = (value: number) =>
  weights((bytes) => {
    bytes.writeFloatLE(value, 40);
    return bytes;
  });
const withPath = (path: unknown) =>
  model((draft) => {
    draft.weightsManifest[0].paths = [path];
  });

type Fault = [string, (folder: string) => void, ModelFileFault, RegExp];
const FAULTS: Fault[] = [
  [
    "no folder",
    (f) => rmSync(f, { recursive: true }),
    "missing file",
    /model\.json.*found no file/,
  ],
  ["no model.json", (f) => rmSync(join(f, "model.json")), "missing file", /model\.json/],
  ["no weights", (f) => rmSync(join(f, "weights.bin")), "missing file", /weights\.bin/],
  ["no snapshot", (f) => rmSync(join(f, "epoch-10.bin")), "missing file", /epoch-10\.bin/],
  [
    "half a model.json",
    (f) => {
      const text = readFileSync(join(f, "model.json"), "utf8");
      writeFileSync(join(f, "model.json"), text.slice(0, text.length / 2));
    },
    "invalid JSON",
    /model\.json/,
  ],
  ["half a card", (f) => writeFileSync(join(f, "card.json"), "{"), "invalid JSON", /card\.json/],
  [
    "a card that is a list",
    (f) => writeFileSync(join(f, "card.json"), "[]"),
    "invalid structure",
    /found \[\]/,
  ],
  [
    "a card without hashes",
    (f) => writeFileSync(join(f, "card.json"), '{"name":"x"}'),
    "invalid structure",
    /card\.json/,
  ],
  [
    "no topology",
    model((d) => {
      delete d.modelTopology;
    }),
    "invalid structure",
    /no modelTopology/,
  ],
  [
    "no manifest",
    model((d) => {
      delete d.weightsManifest;
    }),
    "invalid structure",
    /weightsManifest missing/,
  ],
  [
    "a group without paths",
    model((d) => {
      delete d.weightsManifest[0].paths;
    }),
    "invalid structure",
    /weightsManifest\[0\]/,
  ],
  [
    "a weight of strings",
    model((d) => {
      d.weightsManifest[0].weights[0].dtype = "string";
    }),
    "invalid structure",
    /"string"/,
  ],
  [
    "a weight of shape −1",
    model((d) => {
      d.weightsManifest[0].weights[0].shape = [2, -1];
    }),
    "invalid structure",
    /-1/,
  ],
  [
    "an unknown layer",
    model((d) => {
      d.modelTopology.config.layers[2].class_name = "Swoosh";
    }),
    "unknown layer",
    /class Swoosh.*registerClass/,
  ],
  [
    "a layer named as a property of objects",
    model((d) => {
      d.modelTopology.config.layers[2].class_name = "constructor";
    }),
    "unknown layer",
    /class constructor/,
  ],
  [
    "layers that don't fit",
    model((d) => {
      d.modelTopology.config.layers[2].class_name = "Conv2D";
    }),
    "invalid structure",
    /layers that don't go together/,
  ],
  [
    "a shape of another size",
    model((d) => {
      d.weightsManifest[0].weights[0].shape = [3, 8];
    }),
    "wrong shape",
    /\[3,8\], expected \[2,12\]/,
  ],
  [
    "a transposed shape",
    model((d) => {
      d.weightsManifest[0].weights[0].shape = [12, 2];
    }),
    "wrong shape",
    /\[12,2\], expected \[2,12\]/,
  ],
  [
    "a missing weight",
    model((d) => {
      d.weightsManifest[0].weights.splice(1, 1);
    }),
    "missing weight",
    /no weight ".*bias", expected one of shape \[12\]/,
  ],
  [
    "no weights in the manifest",
    model((d) => {
      d.weightsManifest = [];
    }),
    "missing weight",
    /kernel/,
  ],
  [
    "a surplus weight",
    model((d) => {
      d.weightsManifest[0].weights.push({ name: "more", shape: [1], dtype: "float32" });
    }),
    "surplus weight",
    /"more"/,
  ],
  [
    "a weight twice",
    model((d) => {
      d.weightsManifest[0].weights[1] = d.weightsManifest[0].weights[0];
    }),
    "surplus weight",
    /more than once/,
  ],
  [
    "truncated weights",
    weights((b) => b.subarray(0, -4)),
    "wrong length",
    /found 524 bytes, expected 528 .*truncated/,
  ],
  [
    "longer weights",
    weights((b) => Buffer.concat([b, Buffer.alloc(1)])),
    "wrong length",
    /found 529 bytes, expected 528 .*too long/,
  ],
  [
    "a weight that is NaN",
    withFloat(Number.NaN),
    "not a number",
    /found NaN at 10 of weight ".*kernel"/,
  ],
  [
    "a weight that is infinite",
    withFloat(Number.NEGATIVE_INFINITY),
    "not a number",
    /-Infinity at 10/,
  ],
  [
    "a flipped bit in the weights",
    (f) => {
      const bytes = readFileSync(join(f, "weights.bin"));
      bytes[99]! ^= 1;
      writeFileSync(join(f, "weights.bin"), bytes);
    },
    "changed content",
    /SHA-256/,
  ],
  [
    "a changed snapshot",
    (f) => writeFileSync(join(f, "epoch-0.bin"), "x"),
    "changed content",
    /epoch-0\.bin/,
  ],
  ...[
    "../weights.bin",
    "a/../../weights.bin",
    "..",
    "/etc/hostname",
    "..\\weights.bin",
    "C:\\weights.bin",
    "file:///etc/hostname",
    "weights.bin\0",
    "",
    7,
  ].map(
    (path): Fault => [
      `the path ${JSON.stringify(path)}`,
      withPath(path),
      "path outside the folder",
      /relative path without \.\./,
    ],
  ),
  [
    "a link out of the folder",
    (f) => {
      rmSync(join(f, "weights.bin"));
      symlinkSync(join(stored, "weights.bin"), join(f, "weights.bin"));
    },
    "path outside the folder",
    /\.\./,
  ],
  [
    "a card whose file is elsewhere",
    (f) => {
      const text = readFileSync(join(f, "card.json"), "utf8");
      writeFileSync(
        join(f, "card.json"),
        text.replace('"file": "weights.bin"', '"file": "../stored/weights.bin"'),
      );
    },
    "invalid structure",
    /card\.json/,
  ],
];

for (const [name, spoil, fault, message] of FAULTS) {
  test(`${name}: ${fault}, and no tensor is left`, async () => {
    const folder = mkdtempSync(join(scratch, "fault-"));
    cpSync(stored, folder, { recursive: true });
    spoil(folder);
    const start = tf.memory().numTensors;
    await assert.rejects(loadModel(folder), isFault(fault, message));
    assert.equal(tf.memory().numTensors, start);
  });
}
