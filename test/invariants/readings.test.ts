import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import {
  BatchedNetwork,
  type FromWeightsOptions,
  Graph,
  heWeights,
  random,
  SplineNetwork,
} from "../../lib";
import { activations, Dense, type Operator, Relu } from "../../lib/spline/operators";

/** Weights that float32 holds exactly, so that every reading has the same numbers. */
function weightsOf(sizes: readonly number[]): { W: number[][]; b: number[] }[] {
  const draws = random(sizes.length);
  return heWeights([...sizes], draws).map(({ W }) => ({
    W: W.map((row) => [...row].map(Math.fround)),
    b: [...draws.normals(W.length, 0, 0.4)].map(Math.fround),
  }));
}

interface Kind {
  readonly layer: () => tf.layers.Layer;
  readonly operator: (units: number) => Operator;
  readonly spec: FromWeightsOptions["activation"];
}

const KINDS: Readonly<Record<string, Kind>> = {
  relu: { layer: () => tf.layers.reLU(), operator: (n) => new Relu([n]), spec: "relu" },
  relu6: {
    layer: () => tf.layers.reLU({ maxValue: 6 }),
    operator: (n) => activations.relu6([n]),
    spec: "relu6",
  },
  leakyRelu: {
    layer: () => tf.layers.leakyReLU({ alpha: 0.25 }),
    operator: (n) => activations.leakyRelu([n], 0.25),
    spec: { kind: "leakyRelu", slope: 0.25 },
  },
};

/** The same network from weights, by hand, and from a model of TensorFlow.js. */
function readings(sizes: readonly number[], { layer, operator, spec }: Kind): SplineNetwork[] {
  const weights = weightsOf(sizes);
  const model = tf.sequential();
  const operators: Operator[] = [];
  weights.forEach(({ W, b }, l) => {
    const [D, K] = [sizes[l]!, sizes[l + 1]!];
    const kernel = tf.transpose(tf.tensor2d(W));
    model.add(tf.layers.dense({ units: K, inputShape: [D], weights: [kernel, tf.tensor1d(b)] }));
    operators.push(new Dense(Float64Array.from(W.flat()), Float64Array.from(b), D, K));
    if (l === weights.length - 1) return;
    model.add(layer());
    operators.push(operator(K));
  });
  const nodes = operators.map((made, i) => ({ name: `node${i}`, operator: made, inputs: [i] }));
  return [
    SplineNetwork.fromWeights(weights, { ...(spec && { activation: spec }) }),
    new SplineNetwork(new Graph([sizes[0]!], nodes)),
    SplineNetwork.fromLayersModel(model),
  ];
}

for (const [name, kind] of Object.entries(KINDS)) {
  for (const sizes of [
    [2, 5, 3],
    [3, 6, 5, 6, 5, 6, 5, 4],
  ]) {
    const title = `${sizes.length - 1} dense layers with ${name}`;
    const [first, ...others] = readings(sizes, kind);
    const points = Array.from({ length: 20 }, (_, i) =>
      random(50 + i)
        .normals(sizes[0]!)
        .map(Math.fround),
    );

    test(`${title} are the same to the bit, from weights, by hand and from a model`, () => {
      for (const x of points) {
        const { A, b, code } = first!.affineMap(x);
        for (const other of others) {
          const found = other.affineMap(x);
          assert.deepEqual(found.A, A);
          assert.deepEqual(found.b, b);
          assert.ok(found.code.equals(code));
          assert.deepEqual(other.forward(x), first!.forward(x));
        }
      }
    });

    test(`${title} are the same to 1e-5 in batches`, () => {
      const twin = new BatchedNetwork(first!);
      const batch = tf.tensor2d(points.map((x) => [...x]));
      const { A, b, f } = twin.affineMaps(batch);
      const [C, D] = [first!.outputSize, first!.inputSize];
      const rows = [A, b, f].map((values) => values.dataSync());
      points.forEach((x, n) => {
        const own = first!.affineMap(x);
        near(rows[0]!.subarray(n * C * D, (n + 1) * C * D), own.A);
        near(rows[1]!.subarray(n * C, (n + 1) * C), own.b);
        near(rows[2]!.subarray(n * C, (n + 1) * C), first!.forward(x));
      });
      tf.dispose([batch, A, b, f]);
      twin.dispose();
    });
  }
}

function near(found: ArrayLike<number>, expected: Float64Array): void {
  const size = expected.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  expected.forEach((v, i) => {
    assert.ok(Math.abs(found[i]! - v) <= 1e-5 * size, `${found[i]}, expected ${v}`);
  });
}
