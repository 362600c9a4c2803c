import assert from "node:assert/strict";
import { test } from "node:test";
import { Graph, layerMaso, SplineNetwork } from "../../lib/network";
import { random } from "../../lib/random";
import { NotConvexError } from "../../lib/spline";
import {
  Add,
  activations,
  BatchNorm,
  Concat,
  Conv2d,
  Dense,
  MaxPool2d,
  type Operator,
  Relu,
} from "../../lib/spline/operators";

const rng = random(12);
const node = (operator: Operator, ...inputs: number[]) => ({
  name: operator.kind,
  operator,
  inputs,
});
const conv = (inputs: number, outputs: number, size: number) =>
  new Conv2d(
    [4, 4, inputs],
    rng.normals(size * size * inputs * outputs),
    rng.normals(outputs),
    outputs,
    { size, padding: "same" },
  );
const norm = new BatchNorm([4, 4, 2], {
  gamma: [1.5, -0.5],
  beta: [0.1, 0.2],
  mean: [1, -1],
  variance: [2, 0.5],
});

const LAYERS: Record<string, { graph: Graph; pieces: number }> = {
  "convolution, batch normalisation, ReLU": {
    graph: new Graph(
      [4, 4, 1],
      [node(conv(1, 2, 3), 0), node(norm, 1), node(new Relu([4, 4, 2]), 2)],
    ),
    pieces: 2,
  },
  "a residual block": {
    graph: new Graph(
      [4, 4, 2],
      [node(conv(2, 2, 3), 0), node(new Relu([4, 4, 2]), 1), node(new Add([4, 4, 2], 2), 2, 0)],
    ),
    pieces: 2,
  },
  "an inception block": {
    graph: new Graph(
      [4, 4, 2],
      [
        node(conv(2, 1, 1), 0),
        node(new Relu([4, 4, 1]), 1),
        node(conv(2, 2, 3), 0),
        node(activations.abs([4, 4, 2]), 3),
        node(new MaxPool2d([4, 4, 2], { size: 3, strides: 1, padding: "same" }), 0),
        node(
          new Concat([
            [4, 4, 1],
            [4, 4, 2],
            [4, 4, 2],
          ]),
          ...[2, 4, 5],
        ),
      ],
    ),
    pieces: 9,
  },
  "nothing but affine operators": {
    graph: new Graph([4, 4, 2], [node(conv(2, 2, 3), 0), node(norm, 1)]),
    pieces: 1,
  },
};

for (const [name, { graph, pieces }] of Object.entries(LAYERS)) {
  test(`${name}: one max-affine spline operator, with the graph's values and maps (1e-12)`, () => {
    const maso = layerMaso(graph);
    assert.equal(maso.pieces, pieces);
    const net = new SplineNetwork(graph);
    for (let n = 0; n < 100; n++) {
      const x = rng.normals(net.inputSize);
      const [z, f] = [maso.evaluate(x), net.forward(x)];
      const [frozen, map] = [maso.affineMap(x), net.affineMap(x)];
      const apart = (a: Float64Array, b: Float64Array) =>
        Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
      assert.ok(apart(z, f) <= 1e-12 * Math.max(1, ...f.map(Math.abs)));
      assert.ok(apart(frozen.A, map.A) <= 1e-12);
      assert.ok(apart(frozen.b, map.b) <= 1e-12);
    }
  });
}

test("what is no single maximum is refused, with the node or the output", () => {
  const refuse = (pattern: RegExp, ...nodes: ReturnType<typeof node>[]) =>
    assert.throws(() => layerMaso(new Graph([2], nodes)), pattern);
  const relu = new Relu([2]);
  const dense = (...W: number[]) => new Dense(Float64Array.from(W), null, 2, W.length / 2);
  refuse(
    /node 1 \(relu\) reads what another nonlinear operator made/,
    node(relu, 0),
    node(relu, 1),
  );
  refuse(/output 0 adds 2 units/, node(relu, 0), node(dense(1, 1), 1));
  refuse(
    /output 1 subtracts a unit of node 0 \(relu\)/,
    node(relu, 0),
    node(dense(1, 0, 0, -1), 1),
  );
  refuse(/relu6 is no max-affine/, node(activations.relu6([2]), 0));
  assert.throws(() => layerMaso(new Graph([2], [node(activations.relu6([2]), 0)])), NotConvexError);
  const large = new Graph([2000], [node(new Relu([2000]), 0)]);
  assert.throws(() => layerMaso(large), /2000 × 2 × 2000 numbers, at most 4000000/);
});
