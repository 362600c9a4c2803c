import assert from "node:assert/strict";
import { test } from "node:test";
import {
  heWeights,
  partition,
  random,
  SplineNetwork,
  streamCells,
  type WeightLayer,
} from "../../lib";
import { readDomain, signedArea } from "../../lib/spline/planar";
import { checkComplex, checkMaps, checkNeighbours } from "./checks";

const box = (r: number): [number, number][] => [
  [-r, -r],
  [r, r],
];

/** One hidden layer whose lines are w · x + b = 0. */
function lines(rows: readonly (readonly [number, number, number])[]): SplineNetwork {
  return SplineNetwork.fromWeights([
    { W: rows.map(([x, y]) => [x, y]), b: rows.map(([, , c]) => c) },
    { W: [rows.map(() => 1)], b: [0] },
  ]);
}

function counts(net: SplineNetwork, exact = false): [number, number, number] {
  const domain = box(1);
  const complex = partition(net, { domain, exact });
  checkComplex(complex, readDomain(domain));
  checkMaps(
    complex,
    Array.from({ length: complex.cellCount }, (_, i) => i),
  );
  checkNeighbours(complex, complex.interiorEdges());
  return [complex.vertexCount, complex.edgeCount, complex.cellCount];
}

const CASES: Record<string, [SplineNetwork, [number, number, number]]> = {
  "forty lines through one point": [
    lines(
      Array.from({ length: 40 }, (_, k) => [
        Math.cos((k + 0.3) / 12.8),
        Math.sin((k + 0.3) / 12.8),
        0,
      ]),
    ),
    [85, 164, 80],
  ],
  "parallel lines": [lines([0, 1, 2, 3, 4].map((k) => [3, 1, k / 4])), [14, 19, 6]],
  "the same line three times, once turned over and once scaled": [
    lines([
      [1, 2, 0.1],
      [-1, -2, -0.1],
      [4, 8, 0.4],
    ]),
    [6, 7, 2],
  ],
  "dead units, on and off": [
    lines([
      [0, 0, 1],
      [0, 0, -1],
      [0, 0, 0],
      [1, 0, 5],
    ]),
    [4, 4, 1],
  ],
  "lines along the boundary and through corners": [
    lines([
      [1, 0, -1],
      [0, 1, 1],
      [1, 1, 0],
      [1, -1, 0],
    ]),
    [5, 8, 4],
  ],
  "lines that meet on the boundary": [
    lines([
      [1, 0, 0],
      [1, 1, -1],
      [1, -1, 1],
    ]),
    [8, 11, 4],
  ],
};

for (const [name, [net, expected]] of Object.entries(CASES)) {
  test(`${name}: the counts are known, with and without rounding`, () => {
    assert.deepEqual(counts(net), expected);
    assert.deepEqual(counts(net, true), expected);
  });
}

test("a cell of 1e-20 of the box's area is found", () => {
  const net = lines([
    [1, 0, 0],
    [0, 1, 0],
    [1, 2, -4e-10],
  ]);
  const complex = partition(net, { domain: box(1) });
  const areas = Array.from({ length: complex.cellCount }, (_, i) => complex.cell(i).area / 4);
  assert.equal(complex.undecided, 0);
  assert.equal(complex.cellCount, 7);
  assert.ok(Math.abs(Math.min(...areas) / 1e-20 - 1) < 1e-6, String(Math.min(...areas)));
});

test("scales of 1e-8 to 1e8, of inputs and of outputs of layers, leave the counts as they are", () => {
  const weights = heWeights([2, 12, 10, 1], random(3), { offsetDeviation: 0.5 });
  const expected = partition(SplineNetwork.fromWeights(weights), { domain: box(1) });
  const scaled = (input: number, output: number): WeightLayer[] =>
    weights.map(({ W, b }, l) => ({
      W: W.map((row) => row.map((w) => (l === 0 ? w * (output / input) : w))),
      b: b.map((v) => v * output),
    }));
  for (const input of [1e-8, 1e-3, 1e8]) {
    for (const output of [1e-8, 1, 1e8]) {
      const domain = box(input);
      const complex = partition(SplineNetwork.fromWeights(scaled(input, output)), { domain });
      assert.deepEqual(complex.cellsPerLayer, expected.cellsPerLayer);
      assert.equal(complex.vertexCount, expected.vertexCount);
      const sum = Array.from({ length: complex.cellCount }, (_, i) =>
        signedArea(complex.polygon(i)),
      ).reduce((a, b) => a + b);
      assert.ok(Math.abs(sum / (4 * input * input) - 1) < 1e-12);
    }
  }
});

test("a domain far from 0 has the cells that lie there", () => {
  const net = lines([
    [1, 0, -1e6],
    [0, 1, -1e6],
    [1, 1, -2e6 - 1e-3],
  ]);
  const domain: [number, number][] = [
    [1e6 - 1, 1e6 - 1],
    [1e6 + 1, 1e6 + 1],
  ];
  assert.equal(partition(net, { domain }).cellCount, 7);
});

test("a network that is affine is one cell, on all of which it is its own map", async () => {
  const net = SplineNetwork.fromWeights([{ W: [[1, 2]], b: [3] }]);
  const complex = partition(net, { domain: box(1) });
  assert.deepEqual([complex.vertexCount, complex.edgeCount, complex.cellCount], [4, 4, 1]);
  assert.deepEqual([...complex.cell(0).A, ...complex.cell(0).b], [1, 2, 3]);
  for await (const { area } of streamCells(net, { domain: box(1) })) assert.equal(area, 4);
});
