import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { Graph, SplineNetwork, UnknownLayerError } from "../../lib/network";
import { random } from "../../lib/random";
import { OperatorContractError } from "../../lib/spline";
import { type BatchNorm, Dense, Permute, Relu, Rescale, sizeOf } from "../../lib/spline/operators";
import { assertClose, product, scramble } from "./models";

before(() => useBackend());

type Value = tf.SymbolicTensor;
const { layers } = tf;
const apply = (layer: tf.layers.Layer, ...inputs: Value[]): Value =>
  layer.apply(inputs.length === 1 ? inputs[0]! : inputs) as Value;

/** Joined outputs of TensorFlow.js for joined inputs. */
function predict(model: tf.LayersModel, net: SplineNetwork, x: Float32Array): Float64Array {
  const values = tf.tidy(() => {
    const parts = net.inputs.map(({ shape, from }) =>
      tf.tensor(x.slice(from, from + sizeOf(shape)), [1, ...shape]),
    );
    const outputs = model.predict(parts.length === 1 ? parts[0]! : parts);
    return [outputs].flat().map((y) => y.dataSync() as Float32Array);
  });
  return Float64Array.from(values.flatMap((part) => [...part]));
}

/** float64 against TensorFlow.js, and A[x] x + b[x] = f(x), at a few points. */
function check(
  model: tf.LayersModel,
  net = SplineNetwork.fromLayersModel(model),
  points = 5,
): void {
  const rng = random(6);
  for (let n = 0; n < points; n++) {
    const x = Float32Array.from(rng.normals(net.inputSize));
    const value = net.forward(x);
    assertClose(value, predict(model, net, x), 1e-5, "f");
    const { A, b } = net.affineMap(x);
    assertClose(product(A, b, x), value, 1e-12, "A x + b");
  }
}

/** A model on images whose weights are scrambled. */
function onImages(shape: number[], body: (x: Value) => Value | Value[]): tf.LayersModel {
  const input = tf.input({ shape });
  const model = tf.model({ inputs: input, outputs: body(input) });
  scramble(model, 5);
  return model;
}

const convolution = (filters: number, options = {}) =>
  layers.conv2d({ filters, kernelSize: 3, padding: "same", ...options });

test("residual blocks, with and without projection, across pooling", () => {
  const model = onImages([7, 6, 2], (x) => {
    let z = apply(convolution(4, { activation: "relu" }), x);
    const inside = apply(
      convolution(4),
      apply(layers.reLU(), apply(layers.batchNormalization(), z)),
    );
    z = apply(layers.add(), inside, z);
    const strided = apply(convolution(5, { strides: 2 }), apply(layers.leakyReLU(), z));
    const projected = apply(convolution(5, { strides: 2, kernelSize: 1 }), z);
    z = apply(layers.reLU(), apply(layers.add(), strided, projected));
    const pooled = apply(layers.maxPooling2d({ poolSize: 2, strides: 1, padding: "same" }), z);
    z = apply(layers.average(), z, pooled);
    return apply(layers.dense({ units: 3 }), apply(layers.globalAveragePooling2d({}), z));
  });
  check(model);
  assert.match(
    String(SplineNetwork.fromLayersModel(model)),
    /add +\[7 × 6 × 4\] .*conv2d\S+, conv2d/,
  );
});

test("inception blocks: branches of different depth, joined along the channels", () => {
  const model = onImages([6, 6, 2], (x) => {
    const pool = layers.averagePooling2d({ poolSize: 3, strides: 1, padding: "same" });
    const joined = apply(
      layers.concatenate(),
      apply(convolution(2, { kernelSize: 1, activation: "relu" }), x),
      apply(convolution(3, { activation: "relu" }), apply(convolution(2, { kernelSize: 1 }), x)),
      apply(convolution(2, { kernelSize: 1 }), apply(pool, x)),
      x,
    );
    const rows = apply(layers.concatenate({ axis: 1 }), joined, joined);
    return apply(layers.dense({ units: 4 }), apply(layers.flatten(), rows));
  });
  check(model);
});

test("maxima and minima of branches: a maxout, and its concave mirror image", () => {
  const model = onImages([5], (x) => {
    const branch = () => apply(layers.dense({ units: 4 }), x);
    const [largest, smallest] = [layers.maximum(), layers.minimum()].map((layer) =>
      apply(layer, branch(), branch(), branch()),
    );
    return apply(layers.dense({ units: 3 }), apply(layers.add(), largest!, smallest!));
  });
  const net = SplineNetwork.fromLayersModel(model);
  check(model, net, 50);
  assert.deepEqual(
    net.graph.nodes
      .filter(({ operator }) => operator.units > 0)
      .map(({ operator }) => operator.pieces),
    [3, 3],
  );
});

test("a layer that is used twice shares its operator, and its parameters count once", () => {
  const shared = layers.dense({ units: 4, name: "shared" });
  const model = onImages([4], (x) => {
    const once = apply(layers.reLU(), apply(shared, x));
    return apply(layers.add(), apply(shared, once), apply(shared, x));
  });
  const net = SplineNetwork.fromLayersModel(model);
  check(model, net);
  const uses = net.graph.nodes.filter(({ operator }) => operator instanceof Dense);
  // What the two outer uses read in common is read once.
  assert.deepEqual(
    uses.map(({ name }) => name),
    ["shared", "shared #2"],
  );
  assert.equal(uses[0]!.operator, uses[1]!.operator);
  assert.match(String(net), new RegExp(`, ${model.countParams()} parameters`));
});

test("nested models, functional and sequential, used twice, dropout inside", () => {
  const encoder = tf.sequential({
    name: "encoder",
    layers: [
      layers.dense({ units: 4, activation: "relu", inputShape: [4], name: "first" }),
      layers.dropout({ rate: 0.5 }),
    ],
  });
  const inside = tf.input({ shape: [4] });
  const block = tf.model({
    inputs: inside,
    outputs: apply(layers.add(), inside, apply(encoder, inside)),
    name: "block",
  });
  const model = onImages([4], (x) =>
    apply(layers.dense({ units: 2 }), apply(block, apply(block, x))),
  );
  const net = SplineNetwork.fromLayersModel(model);
  check(model, net);
  assert.equal(net.graph.nodes[0]!.name, "block/encoder/first");
  const wrapped = tf.sequential({
    layers: [block, layers.dense({ units: 2, activation: "softmax" })],
  });
  assert.match(SplineNetwork.fromLayersModel(wrapped).notes.join(), /softmax .* is taken off/);
});

test("several inputs and outputs stand side by side, in the model's order", () => {
  const [left, right] = [tf.input({ shape: [3, 3, 2] }), tf.input({ shape: [4] })];
  const image = apply(layers.flatten(), apply(convolution(2, { activation: "relu" }), left));
  const joined = apply(layers.concatenate(), apply(layers.dense({ units: 3 }), right), image);
  const model = tf.model({
    inputs: [left, right],
    outputs: [
      apply(layers.dense({ units: 2 }), joined),
      apply(layers.reshape({ targetShape: [3, 7] }), joined),
      joined,
    ],
  });
  scramble(model, 3);
  const net = SplineNetwork.fromLayersModel(model);
  check(model, net);
  const places = (ports: SplineNetwork["inputs"]) => ports.map(({ shape, from }) => [shape, from]);
  assert.deepEqual(places(net.inputs), [
    [[3, 3, 2], 0],
    [[4], 18],
  ]);
  assert.deepEqual(places(net.outputs), [
    [[2], 0],
    [[3, 7], 2],
    [[21], 23],
  ]);
  assert.match(String(net), /output "[^"]+": \[3 × 7\] from entry 2/);
});

test("a softmax, or a sigmoid, is taken off where only an output reads it", () => {
  const input = tf.input({ shape: [3] });
  const hidden = apply(layers.dense({ units: 4, activation: "relu" }), input);
  const sure = apply(layers.dense({ units: 1, activation: "sigmoid", name: "sure" }), hidden);
  const image = apply(layers.reshape({ targetShape: [1, 1, 4] }), hidden);
  const scores = apply(
    layers.activation({ activation: "softmax", name: "scores" }),
    apply(convolution(2), image),
  );
  const classes = apply(layers.reshape({ targetShape: [2] }), scores);
  const model = tf.model({ inputs: input, outputs: [sure, classes] });
  const net = SplineNetwork.fromLayersModel(model);
  assert.deepEqual(net.notes, [
    'the sigmoid of "sure" is taken off: the outputs are logits',
    'the softmax of "scores" is taken off: the outputs are logits',
  ]);
  const x = Float32Array.of(1, -2, 0.5);
  const [logit, first, second] = net.forward(x) as unknown as [number, number, number];
  const odds = Math.exp(first - second);
  assertClose(
    [1 / (1 + Math.exp(-logit)), odds / (1 + odds), 1 / (1 + odds)],
    predict(model, net, x),
    1e-6,
    "probabilities",
  );
  const read = tf.model({ inputs: input, outputs: apply(layers.dense({ units: 2 }), scores) });
  assert.throws(() => SplineNetwork.fromLayersModel(read), /only at the end it can be taken off/);
});

test("batch normalisation is folded on request, where nothing else reads what it follows", () => {
  const model = onImages([5, 5, 2], (x) => {
    const z = apply(layers.batchNormalization(), apply(convolution(3, { useBias: false }), x));
    const kept = apply(convolution(3), apply(layers.reLU(), z));
    const twice = apply(layers.add(), apply(layers.batchNormalization(), kept), kept);
    return apply(layers.batchNormalization(), apply(layers.dense({ units: 2 }), twice));
  });
  const net = SplineNetwork.fromLayersModel(model, { foldBatchNorm: true });
  check(model, net);
  assert.deepEqual(
    net.graph.nodes.map(({ operator }) => operator.kind),
    ["conv2d", "relu", "conv2d", "batchNorm", "add", "dense"],
  );
  assert.equal(net.notes.length, 2);
  assert.match(net.notes[0]!, /"batch_norm\S+" is folded into "conv2d/);
});

/** Depthwise separable convolutions with batch normalisation and ReLU6 (Howard et al. 2017). */
function mobileNet(): tf.LayersModel {
  const normalised = (z: Value) =>
    apply(layers.reLU({ maxValue: 6 }), apply(layers.batchNormalization(), z));
  const block = (z: Value, filters: number, strides: number): Value => {
    const padded =
      strides === 1
        ? z
        : apply(
            layers.zeroPadding2d({
              padding: [
                [0, 1],
                [0, 1],
              ] as [[number, number], [number, number]],
            }),
            z,
          );
    const depthwise = layers.depthwiseConv2d({
      kernelSize: 3,
      strides,
      padding: strides === 1 ? "same" : "valid",
      useBias: false,
    });
    const wide = normalised(apply(depthwise, padded));
    return normalised(apply(convolution(filters, { kernelSize: 1, useBias: false }), wide));
  };
  return onImages([16, 16, 3], (x) => {
    let z = normalised(apply(convolution(4, { strides: 2, useBias: false }), x));
    for (const [filters, strides] of [
      [8, 1],
      [12, 2],
      [12, 1],
      [16, 2],
    ] as const) {
      z = block(z, filters, strides);
    }
    z = apply(
      layers.reshape({ targetShape: [1, 1, 16] }),
      apply(layers.globalAveragePooling2d({}), z),
    );
    z = apply(convolution(5, { kernelSize: 1 }), apply(layers.dropout({ rate: 0.1 }), z));
    const scores = apply(layers.activation({ activation: "softmax" }), z);
    return apply(layers.reshape({ targetShape: [5] }), scores);
  });
}

/** Bottleneck blocks with projections, a padded pooling at the start (He et al. 2016). */
function resNet(): tf.LayersModel {
  const normalised = (z: Value, filters: number, options = {}) =>
    apply(layers.batchNormalization(), apply(convolution(filters, options), z));
  const relu = (z: Value) => apply(layers.activation({ activation: "relu" }), z);
  const block = (z: Value, filters: number, strides: number, project: boolean): Value => {
    let inside = relu(normalised(z, filters, { kernelSize: 1, strides, padding: "valid" }));
    inside = normalised(relu(normalised(inside, filters)), 2 * filters, { kernelSize: 1 });
    const skip = project
      ? normalised(z, 2 * filters, { kernelSize: 1, strides, padding: "valid" })
      : z;
    return relu(apply(layers.add(), inside, skip));
  };
  const margin: [[number, number], [number, number]] = [
    [1, 1],
    [1, 1],
  ];
  return onImages([16, 16, 3], (x) => {
    let z = apply(layers.zeroPadding2d({ padding: margin }), x);
    z = relu(normalised(z, 4, { strides: 2, padding: "valid" }));
    z = apply(
      layers.maxPooling2d({ poolSize: 3, strides: 2 }),
      apply(layers.zeroPadding2d({ padding: margin }), z),
    );
    z = block(block(z, 3, 1, true), 3, 1, false);
    z = block(block(z, 5, 2, true), 5, 1, false);
    return apply(
      layers.dense({ units: 6, activation: "softmax" }),
      apply(layers.globalAveragePooling2d({}), z),
    );
  });
}

for (const [name, build] of Object.entries({ MobileNet: mobileNet, ResNet: resNet })) {
  test(`a small ${name} with random weights: its values, and A[x] x + b[x] = f(x)`, () => {
    const model = build();
    const net = SplineNetwork.fromLayersModel(model);
    assert.match(net.notes.join(), /softmax .* is taken off/);
    const rng = random(8);
    for (let n = 0; n < 3; n++) {
      const x = Float32Array.from(rng.normals(net.inputSize));
      const value = net.forward(x);
      const size = Math.max(...value);
      const exponentials = value.map((v) => Math.exp(v - size));
      const sum = exponentials.reduce((s, v) => s + v, 0);
      assertClose(
        exponentials.map((v) => v / sum),
        predict(model, net, x),
        1e-5,
        "softmax",
      );
      const { A, b } = net.affineMap(x);
      assertClose(product(A, b, x), value, 1e-12, "A x + b");
    }
  });
}

/** Swaps the two axes of a signal: a layer nobody knows. */
class Swap extends layers.Layer {
  static readonly className = "Swap";
  override computeOutputShape(shape: tf.Shape | tf.Shape[]): tf.Shape {
    const [n, a, b] = shape as tf.Shape;
    return [n!, b!, a!];
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return ([inputs].flat() as tf.Tensor[])[0]!.transpose([0, 2, 1]);
  }
}

test("layers of one's own are read by one's own readers, which are checked", () => {
  const model = onImages([2, 3], (x) =>
    apply(layers.dense({ units: 2 }), apply(layers.reLU(), apply(new Swap({ name: "swap" }), x))),
  );
  assert.throws(
    () => SplineNetwork.fromLayersModel(model),
    (error: unknown) => {
      assert.ok(error instanceof UnknownLayerError);
      assert.deepEqual([error.layerName, error.className, error.position], ["swap", "Swap", 1]);
      assert.match(error.reason, /not an operator .* readers: \{ Swap: \(layer, inputShape\)/);
      return true;
    },
  );
  check(
    model,
    SplineNetwork.fromLayersModel(model, {
      readers: { Swap: (_, shape) => [new Permute(shape, [1, 0])] },
    }),
  );
  // As a graph: there and back again, and there.
  const thrice = (_: unknown, shape: readonly number[]) => {
    const there = new Permute(shape, [1, 0]);
    const back = new Permute(there.outputShape, [1, 0]);
    const node = (name: string, operator: Permute, input: number) => ({
      name,
      operator,
      inputs: [input],
    });
    return new Graph(shape, [node("a", there, 0), node("b", back, 1), node("c", there, 2)]);
  };
  const net = SplineNetwork.fromLayersModel(model, { readers: { Swap: thrice } });
  check(model, net);
  assert.deepEqual(
    net.graph.nodes.slice(0, 3).map(({ name }) => name),
    ["swap/a", "swap/b", "swap/c"],
  );
});

test("a shared layer is read with its softmax where a layer reads that, without at the output", () => {
  const input = tf.input({ shape: [3] });
  const p = layers.dense({ units: 4, activation: "softmax" }).apply(input) as tf.SymbolicTensor;
  const second = layers.dense({ units: 2 }).apply(p) as tf.SymbolicTensor;
  // Read as softmax, the first output's logits mustn't stand in for the probabilities.
  for (const outputs of [
    [p, second],
    [second, p],
  ]) {
    assert.throws(
      () => SplineNetwork.fromLayersModel(tf.model({ inputs: input, outputs })),
      /softmax/,
    );
  }
  // A hard sigmoid is taken off at no output: both readings are the same there.
  const hard = layers.dense({ units: 4, activation: "hardSigmoid" }).apply(input);
  const behind = layers.dense({ units: 2 }).apply(hard) as tf.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs: [hard as tf.SymbolicTensor, behind] });
  const net = SplineNetwork.fromLayersModel(model);
  const x = [0.5, -2, 1];
  const expected = tf.tidy(() =>
    (model.predict(tf.tensor([x])) as tf.Tensor[]).flatMap((y) => [...y.dataSync()]),
  );
  assertClose(net.forward(x), expected, 1e-6, "both outputs");
});

test("a reader that is nearly right is found out, from a thousandth of the values on", () => {
  const model = onImages([2, 2], (x) => apply(new Swap({}), x));
  const read = (scale: number) => () =>
    SplineNetwork.fromLayersModel(model, {
      readers: { Swap: (_, shape) => [new Permute(shape, [1, 0]), new Rescale(shape, scale)] },
    });
  assert.throws(read(1.1), /differs from the layer's by/);
  assert.throws(read(1.001), /differs from the layer's by/);
  assert.throws(read(0.999), /differs from the layer's by/);
  read(1 + 1e-7)(); // what float32 rounds away
});

test("what is no model is told from one, with what it is and what to do", () => {
  const wrong = (value: unknown, pattern: RegExp) =>
    assert.throws(
      () => SplineNetwork.fromLayersModel(value as tf.LayersModel),
      (error: unknown) => error instanceof TypeError && pattern.test(error.message),
    );
  wrong(undefined, /takes a tf.LayersModel, got undefined: make one/);
  wrong(null, /got null/);
  wrong("model.json", /got "model.json": make one .* or read one with loadModel/);
  wrong({ inputs: [] }, /got a plain object/);
  wrong(Promise.resolve(), /got an object of class Promise: await it first/);
  wrong(layers.dense({ units: 1 }), /class Dense: tf.sequential\({ layers: \[layer\] }\) makes/);
  wrong(tf.sequential(), /a model without layers: add layers to it, the first with an inputShape/);
  wrong(new tf.GraphModel("http://nowhere"), /class GraphModel: a graph model holds no layers/);
});

test("a reader that reads wrongly, or an operator that breaks its contract, is found out", () => {
  const model = onImages([2, 2], (x) => apply(new Swap({}), x));
  const read = (Swap: () => (Relu | BatchNorm | BrokenRelu)[]) => () =>
    SplineNetwork.fromLayersModel(model, { readers: { Swap } });
  assert.throws(
    read(() => [new Relu([2, 2])]),
    /its reader makes relu, whose output differs .* by/,
  );
  assert.throws(
    read(() => [new BrokenRelu([2, 2])]),
    OperatorContractError,
  );
  assert.throws(
    read(() => [new BrokenRelu([2, 2])]),
    /these properties don't hold: transposes/,
  );
  assert.throws(
    read(() => [new Relu([5])]),
    /expects shape \[5\], but reads/,
  );
});

class BrokenRelu extends Relu {
  override pullback(_: Uint8Array, g: Float64Array, h: Float64Array): void {
    h.set(g);
  }
}

test("what can't be read is refused with the place, also inside nested models", () => {
  const refused = (model: tf.LayersModel, pattern: RegExp) =>
    assert.throws(
      () => SplineNetwork.fromLayersModel(model),
      (error: unknown) => error instanceof UnknownLayerError && pattern.test(error.message),
    );
  const inner = tf.sequential({
    name: "inner",
    layers: [layers.dense({ units: 3, inputShape: [3] }), layers.elu({ name: "curved" })],
  });
  refused(
    onImages([3], (x) => apply(layers.dense({ units: 1 }), apply(inner, x))),
    /layer 1 "inner\/curved" \(ELU\): .* is curved; .* cut the model before this layer/,
  );
  refused(
    onImages([3], (x) => apply(layers.multiply(), x, x)),
    /\(Multiply\): is not piecewise affine: a product of two signals is quadratic/,
  );
  refused(
    onImages([3, 2], (x) => apply(layers.add(), x, apply(layers.dense({ units: 1 }), x))),
    /joins \[3,2\] and \[3,1\], expected two or more signals of one shape/,
  );
  const open = tf.sequential({
    layers: [layers.conv2d({ filters: 1, kernelSize: 1, inputShape: [null, 4, 1] })],
  });
  assert.throws(() => SplineNetwork.fromLayersModel(open), /open shape \[\?,4,1\]/);
});
