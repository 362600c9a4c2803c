import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { useBackend } from "../../lib/backend";
import { BatchedNetwork, Graph, SplineNetwork } from "../../lib/network";
import { random } from "../../lib/random";
import {
  Add,
  Concat,
  Conv2d,
  Crop,
  type Operator,
  Relu,
  Reshape,
  sizeOf,
} from "../../lib/spline/operators";
import { DICTIONARY } from "../spline/operators/dictionary";
import { assertClose, scramble } from "./models";

before(() => useBackend());

const N = 3;

/** Where codes are the same in float32 and float64: no unit nearer to a tie, relative to its values. */
const CLEAR = 1e-4;

/** A batch, and the maps of it in both engines; says how many signals were clear of ties. */
function compare(net: SplineNetwork, seed: number): number {
  const [D, C] = [net.inputSize, net.outputSize];
  const pixels = Float32Array.from(random(seed).normals(N * D, 0, 2));
  const before = tf.memory().numTensors;
  const twin = new BatchedNetwork(net);
  const x = tf.tensor(pixels, [N, ...net.inputShape]);
  const { A, b, f } = twin.affineMaps(x);
  assert.deepEqual(A.shape, [N, C, ...net.inputShape]);
  const codes = twin.codes(x);
  const [slopes, offsets, values] = [A, b, f].map((tensor) => tensor.dataSync());
  const pieces = codes.map((code) => code.dataSync());
  let clear = 0;
  for (let n = 0; n < N; n++) {
    const signal = pixels.slice(n * D, (n + 1) * D);
    const map = net.affineMap(signal);
    assertClose(values!.slice(n * C, (n + 1) * C), net.forward(signal), 1e-5, "f");
    if (net.tieMargin(signal) < CLEAR) continue;
    clear++;
    assertClose(slopes!.slice(n * C * D, (n + 1) * C * D), map.A, 1e-5, "A");
    assertClose(offsets!.slice(n * C, (n + 1) * C), map.b, 1e-5, "b");
    map.code.layers.forEach(({ units }, l) => {
      const found = pieces[l]!.slice(n * units, (n + 1) * units);
      const expected = Array.from({ length: units }, (_, k) => map.code.piece(l, k));
      assert.deepEqual([...found], expected, `code of layer ${l}`);
    });
  }
  tf.dispose([x, A, b, f, ...codes]);
  twin.dispose();
  assert.equal(tf.memory().numTensors, before, "tensors left behind");
  return clear;
}

const node = (operator: Operator, ...inputs: number[]) => ({
  name: operator.kind,
  operator,
  inputs,
});

for (const [name, operators] of Object.entries(DICTIONARY)) {
  test(`${name}: the twin has the operator's values, codes and maps, 1e-5`, () => {
    let clear = 0;
    fc.assert(
      fc.property(operators, fc.integer({ min: 1, max: 1e6 }), (operator, seed) => {
        const alone = new SplineNetwork(new Graph(operator.inputShape, [node(operator, 0)]));
        clear += compare(alone, seed);
        // Behind a ReLU the functionals differ from signal to signal, in front of one the values do.
        const relu = new Relu(operator.inputShape);
        const after = new Relu(operator.outputShape);
        const graph = new Graph(operator.inputShape, [
          node(relu, 0),
          node(operator, 1),
          node(after, 2),
        ]);
        clear += compare(new SplineNetwork(graph), seed);
      }),
      { numRuns: 8, seed: 11 },
    );
    assert.ok(clear > 10, `only ${clear} signals were clear of ties`);
  });
}

test("one channel to one column, by longer steps sideways: what TensorFlow's own kernel gets wrong", () => {
  const rng = random(9);
  for (const [shape, size, strides, padding] of [
    [[6, 4, 1], [3, 3], [1, 2], "valid"],
    [[9, 3, 1], [2, 2], [1, 3], "same"],
    [[8, 2, 1], [3, 2], [2, 3], "same"],
  ] as const) {
    const conv = new Conv2d(shape, rng.normals(size[0] * size[1] * 3), rng.normals(3), 3, {
      size,
      strides,
      padding,
    });
    assert.equal(conv.outputShape[1], 1);
    const net = new SplineNetwork(
      new Graph(shape, [node(conv, 0), node(new Relu(conv.outputShape), 1)]),
    );
    assert.ok(compare(net, 4) > 0);
  }
});

test("joined values: sums, concatenations, and operators that read them side by side", () => {
  const relu = new Relu([2, 3]);
  const graph = new Graph(
    [2, 3],
    [
      node(relu, 0),
      node(new Add([2, 3], 3), 1, 0, 1),
      node(
        new Concat(
          [
            [2, 3],
            [2, 3],
          ],
          0,
        ),
        2,
        0,
      ),
      node(new Relu([3, 6]), 2, 2, 0), // any operator may read several
    ],
  );
  assert.ok(compare(new SplineNetwork(graph), 3) > 0);
});

/** |u| without a twin: an operator that nobody knows. */
class Fold implements Operator {
  readonly kind = "fold";
  readonly pieces = 2;
  readonly convex = true;
  readonly nondecreasing = false;
  readonly parameters = 0;
  readonly units: number;
  constructor(readonly inputShape: readonly number[]) {
    this.units = sizeOf(inputShape);
  }
  get outputShape() {
    return this.inputShape;
  }
  forward(x: Float64Array, y: Float64Array, q: Uint8Array): void {
    x.forEach((u, k) => {
      q[k] = u > 0 ? 1 : 0;
    });
    this.apply(q, x, y);
  }
  apply(q: Uint8Array, x: Float64Array, y: Float64Array): void {
    x.forEach((u, k) => {
      y[k] = (q[k] === 1 ? u : -u) + 0.5;
    });
  }
  pushforward(q: Uint8Array, v: Float64Array, w: Float64Array): void {
    v.forEach((u, k) => {
      w[k] = q[k] === 1 ? u : -u;
    });
  }
  pullback(q: Uint8Array, g: Float64Array, h: Float64Array): void {
    this.pushforward(q, g, h);
  }
  tieMargin(x: Float64Array): number {
    return Math.min(...x.map((u) => 2 * Math.abs(u)));
  }
}

test("an operator of one's own runs in float64 between tensors", () => {
  const graph = new Graph(
    [4],
    [node(new Fold([4]), 0), node(new Relu([4]), 1), node(new Fold([4]), 2)],
  );
  assert.equal(compare(new SplineNetwork(graph), 5), N);
});

/** A small convolutional network, of more classes than go into one stack where a signal is large. */
function convnet(): SplineNetwork {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [9, 9, 2], filters: 3, kernelSize: 3, activation: "relu" }),
      tf.layers.maxPooling2d({ poolSize: 3, strides: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 4 }),
    ],
  });
  scramble(model, 2);
  return SplineNetwork.fromLayersModel(model);
}

for (const [name, operators] of Object.entries(DICTIONARY)) {
  test(`${name}, the same at every step of a sequence: values, codes and maps, 1e-5`, () => {
    let clear = 0;
    fc.assert(
      fc.property(
        operators,
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 1e6 }),
        (operator, steps, seed) => {
          clear += compare(atEveryStep(operator, steps), seed);
        },
      ),
      { numRuns: 6, seed: 12 },
    );
    assert.ok(clear > 5, `only ${clear} signals were clear of ties`);
  });
}

/** An operator at each step of [steps, …inputShape], cut out as [1, …inputShape]; ReLUs around it. */
function atEveryStep(operator: Operator, steps: number): SplineNetwork {
  const { inputShape, outputShape } = operator;
  const shape = [steps, ...inputShape];
  const nodes = [node(new Relu(shape), 0)];
  const ends = Array.from({ length: steps }, (_, t) => {
    const margins = shape.map(
      (_, axis) => (axis === 0 ? [t, steps - 1 - t] : [0, 0]) as [number, number],
    );
    const cut = nodes.push(node(new Crop(shape, margins), 1));
    return nodes.push(node(operator, cut));
  });
  const part = [1, ...outputShape];
  const stacked =
    steps === 1
      ? new Reshape(outputShape, part)
      : new Concat(
          ends.map(() => part),
          0,
        );
  nodes.push(node(stacked, ...ends));
  nodes.push(node(new Relu([steps, ...outputShape]), nodes.length));
  return new SplineNetwork(new Graph(shape, nodes));
}

test("values of other shapes than what adds or joins them up reads", () => {
  const graph = new Graph(
    [2, 3],
    [
      node(new Relu([2, 3]), 0),
      node(new Reshape([2, 3], [6]), 1),
      node(new Add([3, 2], 3), 1, 2, 0),
      node(new Crop([6], [[0, 4]]), 2), // 2 numbers, to stand beside 4 of an addition of 3 and 3
      node(new Crop([6], [[2, 0]]), 2),
      node(new Add([3], 2), 4, 5),
      node(
        new Concat(
          [
            [3, 2],
            [1, 3],
          ].map(([a, b]) => [a! * b!]),
        ),
        3,
        6,
      ),
      node(new Relu([9]), 7),
    ],
  );
  assert.ok(compare(new SplineNetwork(graph), 6) > 0);
});

test("chunks give the same maps as one batch, report progress, and free what they took", async () => {
  const twin = new BatchedNetwork(convnet());
  const x = tf.randomNormal([7, 9, 9, 2], 0, 1, "float32", 3);
  const whole = twin.affineMaps(x);
  const [A, b] = [whole.A.dataSync(), whole.b.dataSync()];
  const before = tf.memory().numTensors;
  const done: number[] = [];
  const onProgress = (n: number) => done.push(n);
  for await (const chunk of twin.affineMapsInChunks(x, { size: 3, onProgress })) {
    const [N, C] = chunk.b.shape;
    assertClose(
      chunk.A.dataSync(),
      A.slice(chunk.from * C * 162, (chunk.from + N) * C * 162),
      1e-6,
      "A",
    );
    assertClose(chunk.b.dataSync(), b.slice(chunk.from * C, (chunk.from + N) * C), 1e-6, "b");
  }
  assert.deepEqual(done, [3, 6, 7]);
  assert.equal(tf.memory().numTensors, before);
});

test("a run that is aborted, broken off or fails leaves no tensor behind", async () => {
  const twin = new BatchedNetwork(convnet());
  const x = tf.randomNormal([7, 9, 9, 2], 0, 1, "float32", 3);
  const before = tf.memory().numTensors;
  const controller = new AbortController();
  const run = async () => {
    for await (const { from } of twin.affineMapsInChunks(x, {
      size: 2,
      signal: controller.signal,
    })) {
      if (from === 2) controller.abort(new Error("enough"));
    }
  };
  await assert.rejects(run(), /enough/);
  for await (const { from } of twin.affineMapsInChunks(x, { size: 2 })) if (from === 2) break;
  const failing = async () => {
    for await (const _ of twin.affineMapsInChunks(x, { size: 2 })) throw new Error("in the loop");
  };
  await assert.rejects(failing(), /in the loop/);
  await assert.rejects(twin.affineMapsInChunks(x, { size: 0 }).next(), /one signal or more, got 0/);
  const wrong = tf.zeros([3, 9, 8, 2]);
  await assert.rejects(twin.affineMapsInChunks(wrong).next(), /shape \[3,9,8,2\], expected/);
  wrong.dispose();
  assert.equal(tf.memory().numTensors, before);
});

test("some classes are the rows of all, and wrong ones are refused", () => {
  const twin = new BatchedNetwork(convnet());
  const x = tf.randomNormal([3, 9, 9, 2], 0, 1, "float32", 3);
  const [all, some] = [twin.affineMaps(x), twin.affineMaps(x, { classes: [3, 1] })];
  for (const key of ["A", "b", "f"] as const) {
    const expected = all[key].gather([3, 1], 1).dataSync();
    assertClose(some[key].dataSync(), expected, 1e-6, key);
  }
  for (const classes of [
    [3, 2, 1, 0],
    [1, 0, 2, 3],
    [1, 1, 3, 3],
    [2, 2, 0, 1, 3, 2],
  ]) {
    const given = twin.affineMaps(x, { classes });
    for (const key of ["A", "b", "f"] as const) {
      const expected = all[key].gather(classes, 1);
      assert.deepEqual(given[key].shape, expected.shape);
      assertClose(given[key].dataSync(), expected.dataSync(), 1e-6, `${key} of ${classes}`);
    }
  }
  assert.throws(
    () => twin.affineMaps(x, { classes: [4] }),
    /classes \[4\], expected some of 0 … 3/,
  );
  assert.throws(() => twin.affineMaps(x, { classes: [] }), /expected some of/);
});

test("however few functionals a stack holds, the maps are the same, in the same order", () => {
  const net = convnet();
  const x = tf.randomNormal([5, 9, 9, 2], 0, 1, "float32", 3);
  const whole = new BatchedNetwork(net).affineMaps(x, { classes: [2, 0, 3, 1, 3] });
  // The largest value has 162 numbers: two signals of five classes, three classes of one signal, one.
  for (const stack of [162 * 10, 162 * 3, 162, 1]) {
    const twin = new BatchedNetwork(net, { stack });
    const divided = twin.affineMaps(x, { classes: [2, 0, 3, 1, 3] });
    for (const key of ["A", "b", "f"] as const) {
      assert.deepEqual(divided[key].shape, whole[key].shape);
      assertClose(divided[key].dataSync(), whole[key].dataSync(), 1e-6, `${key}, stack ${stack}`);
    }
    twin.dispose();
  }
  for (const stack of [0, -1, 1.5, Number.NaN]) {
    assert.throws(() => new BatchedNetwork(net, { stack }), /one number or more, got/);
  }
});

test("a batch of no signal has no logits, codes and maps, in their shapes", () => {
  const net = convnet();
  const twin = new BatchedNetwork(net);
  const none = tf.zeros([0, 9, 9, 2]);
  assert.deepEqual(twin.forward(none).shape, [0, 4]);
  const one = twin.codes(tf.zeros([1, 9, 9, 2]));
  assert.deepEqual(
    twin.codes(none).map(({ shape }) => shape),
    one.map(({ shape }) => [0, shape[1]]),
  );
  const { A, b, f } = twin.affineMaps(none, { classes: [1, 0, 1] });
  assert.deepEqual(
    [A.shape, b.shape, f.shape],
    [
      [0, 3, 9, 9, 2],
      [0, 3],
      [0, 3],
    ],
  );
  assert.throws(() => twin.affineMaps(none, { classes: [4] }), /expected some of/);
});

test("models of several inputs take a list of tensors", () => {
  const [left, right] = [tf.input({ shape: [2, 2] }), tf.input({ shape: [3] })];
  const flat = tf.layers.flatten().apply(left);
  const joined = tf.layers.concatenate().apply([right, flat as tf.SymbolicTensor]);
  const outputs = tf.layers.dense({ units: 2 }).apply(joined) as tf.SymbolicTensor;
  const twin = new BatchedNetwork(
    SplineNetwork.fromLayersModel(tf.model({ inputs: [left, right], outputs })),
  );
  const parts = [tf.ones([2, 2, 2]), tf.zeros([2, 3])];
  const f = twin.forward(parts);
  assert.deepEqual(f.shape, [2, 2]);
  const flatInput = tf.concat([tf.ones([2, 4]), tf.zeros([2, 3])], 1);
  assertClose(f.dataSync(), twin.forward(flatInput).dataSync(), 1e-6, "f");
  assert.deepEqual(twin.forward([tf.zeros([0, 2, 2]), tf.zeros([0, 3])]).shape, [0, 2]);
  assert.throws(() => twin.forward([parts[0]!]), /1 tensors, expected 2: one for each input/);
  assert.throws(() => twin.forward([parts[1]!, parts[0]!]), /shape \[2,3\], expected \[N, 2, 2\]/);
});
