import assert from "node:assert/strict";
import { test } from "node:test";
import { codeChanges, crossings, Graph, heWeights, SplineNetwork } from "../../lib/network";
import { type Random, random } from "../../lib/random";
import {
  Add,
  activations,
  Conv2d,
  Dense,
  MaxPool2d,
  Relu,
  Reshape,
} from "../../lib/spline/operators";

/** Convolution, ReLU, a residual block, max pooling, an activation of three pieces, dense. */
function residualNet(from: Random): SplineNetwork {
  const conv = (cin: number, cout: number, size: number) =>
    new Conv2d([size, size, cin], from.normals(9 * cin * cout), from.normals(cout), cout, {
      size: 3,
      padding: "same",
    });
  const image = [6, 6, 3];
  const operators = [
    { name: "conv1", operator: conv(1, 3, 6), inputs: [0] },
    { name: "relu1", operator: new Relu(image), inputs: [1] },
    { name: "conv2", operator: conv(3, 3, 6), inputs: [2] },
    { name: "add", operator: new Add(image, 2), inputs: [3, 2] },
    { name: "relu2", operator: new Relu(image), inputs: [4] },
    { name: "pool", operator: new MaxPool2d(image, { size: 2 }), inputs: [5] },
    { name: "flat", operator: new Reshape([3, 3, 3], [27]), inputs: [6] },
    { name: "dense", operator: new Dense(from.normals(54), from.normals(2), 27, 2), inputs: [7] },
    { name: "relu6", operator: activations.relu6([2]), inputs: [8] },
  ];
  return new SplineNetwork(new Graph([6, 6, 1], operators));
}

for (const [name, make] of Object.entries({
  dense: (from: Random) =>
    SplineNetwork.fromWeights(heWeights([5, 12, 12, 3], from, { offsetDeviation: 1 })),
  residual: residualNet,
})) {
  test(`${name}: one cell between two crossings, and behind each the units that it tells`, () => {
    let total = 0;
    for (let seed = 0; seed < 10; seed++) {
      const from = random(seed).split(name);
      const net = make(from);
      const [x, y] = [from.normals(net.inputSize), from.normals(net.inputSize)];
      const at = (t: number) => net.code(x.map((v, i) => v + t * (y[i]! - v)));
      const found = crossings(net, x, y);
      total += found.length;
      const ends = [0, ...found.map(({ t }) => t), 1];
      // A cell is convex: one code at both ends of a stretch, one on all of it.
      for (let i = 1; i < ends.length; i++) {
        const inset = Math.min(1e-9, (ends[i]! - ends[i - 1]!) / 3);
        assert.ok(inset > 0, "they rise");
        assert.ok(at(ends[i - 1]! + inset).equals(at(ends[i]! - inset)), `stretch ${i}`);
      }
      for (const { t, units } of found) {
        const [before, behind] = [at(t - 1e-11), at(t + 1e-11)];
        assert.equal(before.distance(behind), units.length);
        for (const { node, unit, from: was, to } of units) {
          const layer = net.graph.nodes.slice(0, node).filter((n) => n.operator.units > 0).length;
          assert.deepEqual([before.piece(layer, unit), behind.piece(layer, unit)], [was, to]);
        }
      }
      assert.deepEqual(
        [...codeChanges(net, x, y)],
        found.map(({ t }) => t),
      );
    }
    assert.ok(total > 60, `${total} crossings`);
  });
}

test("a segment within a cell, a point, and ends on a facet", () => {
  const net = SplineNetwork.fromWeights([
    { W: [[1, 0]], b: [0] },
    { W: [[1]], b: [0] },
  ]);
  assert.deepEqual(crossings(net, [1, 0], [2, 5]), []);
  assert.deepEqual(crossings(net, [0, 1], [0, 1]), []);
  assert.deepEqual(crossings(net, [0, 0], [0, 9]), [], "along the facet");
  assert.deepEqual(crossings(net, [0, 0], [1, 0]), [], "from the facet into a cell");
  const [middle] = crossings(net, [-1, 0], [1, 0]);
  assert.ok(Math.abs(middle!.t - 0.5) < 1e-12);
  assert.deepEqual(middle!.units, [{ node: 1, unit: 0, from: 0, to: 1 }]);
  assert.throws(() => crossings(net, [0], [1, 0]), /input has 1 numbers, expected 2/);
  assert.throws(() => crossings(net, [0, 0], [1, Number.NaN]), /NaN at index 1/);
});

test("two facets at one place are one crossing of two units", () => {
  const net = SplineNetwork.fromWeights([
    { W: [[1], [-2], [1]], b: [0, 0, -1] },
    { W: [[1, 1, 1]], b: [0] },
  ]);
  const found = crossings(net, [-1], [3]);
  assert.deepEqual(
    found.map(({ units }) => units.map(({ unit }) => unit)),
    [[0, 1], [2]],
  );
});
