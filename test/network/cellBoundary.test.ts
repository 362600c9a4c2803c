import assert from "node:assert/strict";
import { test } from "node:test";
import { cellBoundary, crossings, Graph, heWeights, SplineNetwork } from "../../lib/network";
import { random } from "../../lib/random";
import {
  Activation,
  ChannelPool,
  Conv2d,
  Dense,
  MaxPool2d,
  type Operator,
  Relu,
} from "../../lib/spline/operators";

const rng = random(4);
const node = (operator: Operator, ...inputs: number[]) => ({
  name: operator.kind,
  operator,
  inputs,
});
const dense = (inputs: number, outputs: number) =>
  new Dense(rng.normals(inputs * outputs), rng.normals(outputs), inputs, outputs);

const NETWORKS: Record<string, SplineNetwork> = {
  ReLU: SplineNetwork.fromWeights(heWeights([3, 12, 12, 2], rng, { offsetDeviation: 0.5 })),
  "three pieces": SplineNetwork.fromWeights(
    heWeights([4, 10, 10, 2], rng, { offsetDeviation: 0.5 }),
    {
      activation: "hardTanh",
    },
  ),
  maxout: new SplineNetwork(
    new Graph(
      [3],
      [
        node(dense(3, 12), 0),
        node(new ChannelPool([12], 4), 1),
        node(dense(3, 8), 2),
        node(new ChannelPool([8], 2), 3),
      ],
    ),
  ),
  "convolution, ReLU, overlapping max pooling": new SplineNetwork(
    new Graph(
      [5, 5, 1],
      [
        node(new Conv2d([5, 5, 1], rng.normals(8), rng.normals(2), 2, { size: 2 }), 0),
        node(new Relu([4, 4, 2]), 1),
        node(new MaxPool2d([4, 4, 2], { size: 3, strides: 1, padding: "same" }), 2),
      ],
    ),
  ),
};

const length = (v: ArrayLike<number>) => Math.hypot(...Array.from(v));
const toward = (x: ArrayLike<number>, y: ArrayLike<number>, t: number) =>
  Array.from(x, (v, i) => v + t * (y[i]! - v));

for (const [name, net] of Object.entries(NETWORKS)) {
  test(`${name}: no code changes before the nearest facet, and behind its foot that unit's does`, () => {
    let met = 0;
    for (let n = 0; n < 40; n++) {
      const x = rng.normals(net.inputSize);
      const { nearest, distances, pieces } = cellBoundary(net, x);
      assert.ok(nearest !== undefined);
      const { distance, foot, layer, unit, from, to } = nearest;
      assert.equal(distance, Math.min(...distances.flatMap((units) => [...units])));
      assert.ok(
        Math.abs(length(foot.map((v, i) => v - x[i]!)) - distance) <= 1e-12 * (1 + distance),
      );
      // Any direction: the same code as far as the distance says.
      const code = net.code(x);
      assert.equal(code.piece(layer, unit), from);
      assert.equal(pieces[layer]![unit], to);
      for (let direction = 0; direction < 20; direction++) {
        const v = rng.normals(net.inputSize);
        const there = x.map((value, i) => value + ((1 - 1e-9) * distance * v[i]!) / length(v));
        assert.ok(net.sameRegion(x, there), `code changed before ${distance}`);
      }
      // Right behind the foot the unit has changed, and it is the first to do so on the way.
      const behind = toward(x, foot, 1 + 1e-6);
      assert.equal(net.code(behind).piece(layer, unit), to);
      const [first] = crossings(net, x, toward(x, foot, 1.5));
      assert.ok(first !== undefined && Math.abs(1.5 * first.t - 1) < 1e-6);
      const at = net.graph.nodes.flatMap(({ operator }, i) => (operator.units > 0 ? [i] : []))[
        layer
      ];
      if (first.units.some((changed) => changed.node === at && changed.unit === unit)) met++;
    }
    assert.equal(met, 40);
  });
}

test("distances of single units: to the hyperplane of each, in the layer's own terms", () => {
  const layer = dense(3, 6);
  const net = new SplineNetwork(new Graph([3], [node(layer, 0), node(new Relu([6]), 1)]));
  const x = rng.normals(3);
  const [distances] = cellBoundary(net, x).distances;
  distances!.forEach((distance, k) => {
    const row = layer.W.subarray(3 * k, 3 * k + 3);
    const u = row.reduce((sum, w, i) => sum + w * x[i]!, layer.b![k]!);
    assert.ok(Math.abs(distance - Math.abs(u) / length(row)) < 1e-12);
  });
});

test("a unit that can't change in the cell is infinitely far; a cell without facets has no nearest", () => {
  // The second unit reads only what the first, inactive one makes.
  const net = SplineNetwork.fromWeights([
    { W: [[1]], b: [0] },
    { W: [[1]], b: [-1] },
    { W: [[1]], b: [0] },
  ]);
  const left = cellBoundary(net, [-2]);
  assert.deepEqual(
    left.distances.map((units) => [...units]),
    [[2], [Infinity]],
  );
  assert.equal(left.nearest!.layer, 0);
  assert.deepEqual([...left.nearest!.foot], [0]);
  const right = cellBoundary(net, [3], { layers: [1] });
  assert.deepEqual(
    right.distances.map((units) => [...units]),
    [[2]],
  );
  assert.equal(cellBoundary(net, [-2], { layers: [1] }).nearest, undefined);
  assert.throws(
    () => cellBoundary(net, [1], { layers: [2] }),
    /layer 2 is not there, expected 0 … 1/,
  );
  const affine = SplineNetwork.fromWeights([{ W: [[1]], b: [0] }]);
  assert.equal(cellBoundary(affine, [1]).nearest, undefined);
});

test("same region, and same region of one layer, which two cells may share", () => {
  const net = SplineNetwork.fromWeights(
    [
      { W: [[1]], b: [0] },
      { W: [[1]], b: [-1] },
      { W: [[1]], b: [0] },
    ],
    { activation: "abs" },
  );
  // Layer 2 is active where |x| > 1: on both sides of 0.
  assert.ok(!net.sameRegion([-2], [2]));
  assert.ok(net.sameRegion([-2], [2], { layer: 1 }));
  assert.ok(!net.sameRegion([-2], [2], { layer: 0 }));
  assert.ok(net.layerRegion([-2], 1).equals(net.layerRegion([3], 1)));
  assert.ok(
    !net
      .code([-2])
      .upTo(0)
      .equals(net.code([2]).upTo(0)),
  );
  assert.throws(() => net.layerRegion([0], 2), /code has no layer 2, expected one of 0 … 1/);
});

test("the tie margin leaves out pieces that are one function, whatever stands between", () => {
  // ReLU, padding, pooling: a window of inactive units and zeros around it is no boundary.
  const graph = new Graph(
    [2],
    [
      node(new Relu([2]), 0),
      node(new Dense(Float64Array.of(1, 0, 1, 0), null, 2, 2), 1),
      node(new ChannelPool([2], 2), 2),
      node(new Relu([1]), 3),
    ],
  );
  const net = new SplineNetwork(graph);
  assert.equal(net.tieMargin([-3, 0.5]), 0.5);
  const kink = new Activation([1], {
    kind: "none",
    knots: [0],
    slopes: [1, 1],
    intercepts: [0, 0],
  });
  assert.equal(new SplineNetwork(new Graph([1], [node(kink, 0)])).tieMargin([0]), Infinity);
  const tied = new SplineNetwork(new Graph([2], [node(new ChannelPool([2], 2), 0)]));
  assert.equal(tied.tieMargin([1, 1]), 0);
});

test("maps to a layer and from it: some units, what passes it by, and what isn't there", () => {
  const [inner, skip] = [dense(3, 3), dense(3, 2)];
  const graph = new Graph(
    [3],
    [node(inner, 0), node(new Relu([3]), 1), node(skip, 2), node(dense(3, 2), 0)],
  );
  const net = new SplineNetwork(graph);
  const x = rng.normals(3);
  const all = net.mapToLayer(x, 0);
  const one = net.mapToLayer(x, 0, { units: [2, 2] });
  assert.deepEqual([...one.A], [...all.A.slice(6), ...all.A.slice(6)]);
  assert.deepEqual([...one.b], [all.b[2], all.b[2]]);
  assert.equal(net.layers.length, 2);
  const from = net.mapFromLayer(x, 0);
  assert.equal(
    from.A.every((entry) => entry === 0),
    true,
  ); // the last node doesn't read it
  assert.equal(from.around!.length, 6);
  assert.throws(() => net.mapToLayer(x, 2), /layer 2 is not there, expected one of 0 … 1/);
  assert.throws(
    () => net.mapToLayer(x, 0, { units: [3] }),
    /unit 3 is not there, expected one of 0 … 2/,
  );
});

test("of many inputs and few units distances are the same, in backward passes", () => {
  const draws = random(9);
  const images = (activation: "relu" | "hardTanh") =>
    SplineNetwork.fromWeights(heWeights([40, 5, 4, 2], draws, { offsetDeviation: 0.5 }), {
      activation,
    });
  const pooled = new SplineNetwork(
    new Graph(
      [60],
      [node(dense(60, 8), 0), node(new ChannelPool([8], 4), 1), node(dense(2, 2), 2)],
    ),
  );
  for (const net of [images("relu"), images("hardTanh"), pooled]) {
    const x = draws.normals(net.inputSize);
    const { distances } = cellBoundary(net, x);
    // With a copy of itself beside, the network has as many units as inputs.
    const { nodes, inputShape } = net.graph;
    const copies = Array.from({ length: 12 }, (_, c) =>
      nodes.map(({ operator, inputs }) => ({
        name: `${operator.kind}${c}`,
        operator,
        inputs: inputs.map((v) => (v === 0 ? 0 : v + c * nodes.length)),
      })),
    ).flat();
    const many = cellBoundary(new SplineNetwork(new Graph(inputShape, copies)), x).distances;
    distances.forEach((units, l) => {
      units.forEach((distance, k) => {
        const other = many[l]![k]!;
        assert.ok(distance === other || Math.abs(distance / other - 1) < 1e-12);
      });
    });
  }
});

test("where numbers underflow on the way back alone distances are as before", () => {
  const ones = Array.from({ length: 9 }, () => 1e300);
  const net = SplineNetwork.fromWeights([
    { W: [ones], b: [0] },
    { W: [[1e-200]], b: [0] },
    { W: [[1e-200]], b: [0] },
    { W: [[1]], b: [0] },
  ]);
  const x = new Float64Array(9).fill(2);
  for (const units of cellBoundary(net, x).distances) {
    assert.ok(Math.abs(units[0]! / 6 - 1) < 1e-12, `${units[0]}`);
  }
});

test("a certificate of a picture of 150,528 numbers takes no pass for each of them", () => {
  const D = 224 * 224 * 3;
  const draws = random(1);
  const W = [Array.from(draws.normals(D)), Array.from(draws.normals(D))];
  const net = SplineNetwork.fromWeights([{ W, b: [0, 0] }]);
  const start = performance.now();
  const { nearest } = cellBoundary(net, draws.normals(D));
  assert.equal(nearest, undefined);
  assert.ok(performance.now() - start < 10_000);
});
