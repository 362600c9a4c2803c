import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import {
  Add,
  cellNorms,
  cellStatistics,
  cellsOfPoints,
  Dense,
  dihedralAngles,
  Graph,
  heWeights,
  partition,
  Relu,
  random,
  SplineNetwork,
  sliceLipschitz,
  sliceMaps,
  sliceThrough,
} from "../../../lib";
import { SliceMetric } from "../../../lib/partition/readouts/SliceMetric";

const BOX = [
  [-1, -1],
  [1, 1],
] as const;
const drawn = (widths: number[], seed: number) =>
  SplineNetwork.fromWeights(heWeights(widths, random(seed), { offsetDeviation: 0.4 }));

const folder = join(__dirname, "..", "..", "..", "..", "..", "shared", "fixtures", "partitions");
const skip = existsSync(join(folder, "expected.json"))
  ? false
  : `no reference partitions in ${folder}`;

for (const [name, constant, digits] of [
  ["mlp_2-45-3-4", 10.803481231, 1e-6],
  ["mlp_2-32x3-1", 3.98328606, 1e-6],
  ["mlp_2-128x3-1", 2.611, 2e-4],
] as const) {
  test(`${name}: the exact Lipschitz constant on the square is that of the reference`, {
    skip,
  }, () => {
    const { layers } = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
    const complex = partition(SplineNetwork.fromWeights(layers), { domain: BOX });
    const { constant: found, cell } = sliceLipschitz(complex);
    assert.ok(Math.abs(found / constant - 1) < digits, String(found));
    const { A } = complex.affineMap(cell);
    const matrix = new Matrix(
      Array.from({ length: A.length / 2 }, (_, c) => [A[2 * c]!, A[2 * c + 1]!]),
    );
    assert.ok(Math.abs(new SingularValueDecomposition(matrix).norm2 - found) < 1e-12);
  });
}

test("slopes replayed from the log of codes are those of each cell's own map", () => {
  const weights = heWeights([2, 40, 30, 20, 3], random(5), { offsetDeviation: 0.4 });
  for (const activation of ["relu", "abs", "leakyRelu"] as const) {
    const net = SplineNetwork.fromWeights(weights, { activation });
    const complex = partition(net, { domain: BOX });
    assert.ok(complex.logs!.length > 0 && complex.cellCount > 1000);
    const norms = cellNorms(complex);
    const { A } = sliceMaps(complex); // node by node, from each cell's whole code
    for (let i = 0; i < complex.cellCount; i++) {
      const rows = [0, 1, 2].map((c) => Array.from(A.subarray(6 * i + 2 * c, 6 * i + 2 * c + 2)));
      const norm = new SingularValueDecomposition(new Matrix(rows)).norm2;
      assert.ok(
        Math.abs(norms[i]! - norm) <= 1e-11 * Math.max(1, norm),
        `${activation}, cell ${i}`,
      );
    }
  }
  const shallow = partition(drawn([2, 8, 6, 2], 1), { domain: BOX, layers: 1 });
  assert.equal(shallow.logs, undefined);
  const norms = cellNorms(shallow);
  assert.equal(norms.length, shallow.cellCount);
  norms.forEach((norm, i) => {
    const A = shallow.affineMap(i).A;
    const rows = Array.from({ length: A.length / 2 }, (_, c) => [A[2 * c]!, A[2 * c + 1]!]);
    const exact = new SingularValueDecomposition(new Matrix(rows)).norm2;
    assert.ok(Math.abs(norm - exact) <= 1e-11 * Math.max(1, exact), `cell ${i}`);
  });
});

test("norms on a slice are those of A on its plane, whatever directions span it", () => {
  const net = drawn([6, 10, 8, 3], 1);
  const draws = random(2);
  const [p, q, r] = [0, 1, 2].map(() => draws.normals(6)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const orthonormal = sliceThrough(p, q, r);
  const skewed = { origin: p, e1: q.map((v, i) => v - p[i]!), e2: r.map((v, i) => v - p[i]!) };
  const complex = partition(net, { slice: orthonormal, domain: orthonormal.points });
  const triangle = [
    [0, 0],
    [1, 0],
    [0, 1],
  ] as const; // prettier-ignore
  const other = partition(net, { slice: skewed, domain: triangle });
  assert.equal(other.cellCount, complex.cellCount);
  assert.ok(complex.cellCount > 15);
  const sorted = [complex, other].map((c) => cellNorms(c).sort());
  sorted[0]!.forEach((norm, i) => {
    assert.ok(Math.abs(norm - sorted[1]![i]!) < 1e-10);
  });
  // By a singular value decomposition of A [e1 e2].
  const norms = cellNorms(complex);
  for (let i = 0; i < complex.cellCount; i++) {
    const A = Matrix.from1DArray(3, 6, complex.affineMap(i).A);
    const plane = new Matrix([[...orthonormal.e1], [...orthonormal.e2]]).transpose();
    assert.ok(Math.abs(new SingularValueDecomposition(A.mmul(plane)).norm2 - norms[i]!) < 1e-12);
  }
  // No chord is steeper.
  const { constant } = sliceLipschitz(complex);
  let steepest = 0;
  for (let n = 0; n < 2000; n++) {
    const [u, v] = [0, 1].map(() =>
      inTriangle(orthonormal.points, draws.uniform(), draws.uniform()),
    );
    const [f, g] = [u!, v!].map(([x, y]) => net.forward(complex.toInput(x!, y!)));
    const rise = Math.hypot(...f!.map((value, c) => value - g![c]!));
    steepest = Math.max(steepest, rise / Math.hypot(u![0]! - v![0]!, u![1]! - v![1]!));
  }
  assert.ok(steepest <= constant * (1 + 1e-9) && steepest > 0.5 * constant);
});

const inTriangle = (points: readonly (readonly number[])[], u: number, v: number): number[] => {
  const [s, t] = u + v > 1 ? [1 - u, 1 - v] : [u, v];
  return [0, 1].map((k) => s * points[1]![k]! + t * points[2]![k]!);
};

test("the maps of all cells are those of each, to the last bit: deep, in part, and around a skip", () => {
  const draws = random(12);
  const dense = (out: number, into: number) =>
    new Dense(draws.normals(out * into), draws.normals(out), into, out);
  const residual = new SplineNetwork(
    new Graph(
      [2],
      [
        { name: "first", operator: dense(8, 2), inputs: [0] },
        { name: "relu 1", operator: new Relu([8]), inputs: [1] },
        { name: "second", operator: dense(8, 8), inputs: [2] },
        { name: "relu 2", operator: new Relu([8]), inputs: [3] },
        { name: "add", operator: new Add([8], 2), inputs: [4, 2] },
        { name: "relu 3", operator: new Relu([8]), inputs: [5] },
        { name: "last", operator: dense(3, 8), inputs: [6] },
      ],
    ),
  );
  const deep = drawn([2, 14, 9, 7, 3], 13);
  for (const complex of [
    partition(deep, { domain: BOX }),
    partition(deep, { domain: BOX, layers: 2 }),
    partition(residual, { domain: BOX }),
  ]) {
    const { A, b, outputs } = sliceMaps(complex);
    assert.ok(complex.cellCount > 30);
    for (let i = 0; i < complex.cellCount; i++) {
      const map = complex.sliceMap(i);
      assert.deepEqual(A.slice(2 * outputs * i, 2 * outputs * (i + 1)), map.A);
      assert.deepEqual(b.slice(outputs * i, outputs * (i + 1)), map.b);
    }
  }
});

test("areas add up; corners and degrees count every edge twice", () => {
  const complex = partition(drawn([2, 20, 10, 2], 3), { domain: BOX });
  const { areas, total, smallest, median, largest, corners, degrees } = cellStatistics(complex);
  assert.ok(Math.abs(total - 4) < 1e-12);
  areas.forEach((area, i) => {
    assert.ok(Math.abs(area - complex.cell(i).area) < 1e-14);
  });
  assert.ok(smallest > 0 && smallest <= median && median <= largest);
  const weighted = (bins: Int32Array) => bins.reduce((sum, count, k) => sum + k * count, 0);
  const sum = (bins: Int32Array) => bins.reduce((a, b) => a + b, 0);
  assert.equal(sum(corners), complex.cellCount);
  assert.equal(sum(degrees), complex.vertexCount);
  assert.equal(weighted(degrees), 2 * complex.edgeCount);
  const outer = complex.edgeCount - [...complex.interiorEdges()].length;
  assert.equal(weighted(corners), 2 * complex.edgeCount - outer);
});

test("an edge folds the graph by the angle between its facets; a convex net has no ridge", () => {
  // f = |x|: two facets of slope ±1 at a right angle.
  const net = SplineNetwork.fromWeights(
    [
      { W: [[1, 0]], b: [0] },
      { W: [[1]], b: [0] },
    ],
    { activation: "abs" },
  );
  const angles = dihedralAngles(partition(net, { domain: BOX }));
  assert.deepEqual(
    [...angles].filter((a) => !Number.isNaN(a)),
    [Math.PI / 2],
  );
  const bumpy = partition(drawn([2, 12, 6, 2], 4), { domain: BOX });
  const folds = dihedralAngles(bumpy, 1);
  assert.ok(folds.some((a) => a > 0.01) && folds.some((a) => a < -0.01));
  for (let e = 0; e < bumpy.edgeCount; e++) {
    const { from, to, left, right } = bumpy.edge(e);
    assert.equal(Number.isNaN(folds[e]!), left < 0 || right < 0);
    if (left < 0 || right < 0) continue;
    const middle = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
    const [nx, ny] = [to[1] - from[1], from[0] - to[0]];
    // Second difference of the surface across the edge, close to it.
    const h = 1e-7 / Math.hypot(nx, ny);
    const f = (t: number) => bumpy.network.forward([middle[0]! + t * nx, middle[1]! + t * ny])[1]!;
    const bend = (f(h) + f(-h) - 2 * f(0)) / 1e-7;
    if (Math.abs(bend) > 1e-4 && Math.hypot(nx, ny) > 1e-3) {
      assert.equal(Math.sign(bend), Math.sign(folds[e]!), `edge ${e}: ${bend}, ${folds[e]}`);
    }
  }
  assert.throws(() => dihedralAngles(bumpy, 2), /output 2 of a network of 2/);
});

test("points are counted in their cells, those outside the domain in none", () => {
  const complex = partition(drawn([2, 15, 8, 2], 5), { domain: BOX });
  const draws = random(6);
  const points = Float64Array.from({ length: 2000 }, () => draws.uniform(-1.2, 1.2));
  const { cellOf, counts, occupied } = cellsOfPoints(complex, points);
  cellOf.forEach((cell, n) => {
    const [x, y] = [points[2 * n]!, points[2 * n + 1]!];
    assert.equal(cell >= 0, Math.max(Math.abs(x), Math.abs(y)) <= 1, `${x}, ${y}`);
    if (cell < 0) return;
    const same = complex.code(cell).equals(complex.network.code([x, y]));
    assert.ok(same || complex.network.tieMargin([x, y]) < 1e-9);
  });
  assert.equal(occupied, new Set(cellOf.filter((cell) => cell >= 0)).size);
  assert.equal(
    counts.reduce((a, b) => a + b),
    cellOf.filter((cell) => cell >= 0).length,
  );
  assert.throws(() => cellsOfPoints(complex, [1, 2, 3]), /3 coordinates/);
  assert.throws(() => cellsOfPoints(complex, [1, Number.NaN]), /point 0/);
});

test("a slice through three inputs holds them, with the input space's distances", () => {
  const draws = random(7);
  const inputs = [0, 1, 2].map(() => draws.normals(20)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const slice = sliceThrough(...inputs);
  slice.points.forEach(([x, y], n) => {
    slice.origin.forEach((o, i) => {
      assert.ok(Math.abs(o + x * slice.e1[i]! + y * slice.e2[i]! - inputs[n]![i]!) < 1e-13);
    });
  });
  const [[left, low], [right, high]] = slice.around(0.1);
  for (const [x, y] of slice.points) {
    assert.ok(x > left && x < right && y > low && y < high);
  }
  const [p] = inputs;
  assert.throws(() => sliceThrough(p, p, p), /on one line/);
  assert.throws(
    () =>
      sliceThrough(
        p,
        p.map((v) => 2 * v),
        p.map((v) => 3 * v),
      ),
    /on one line/,
  );
  assert.throws(() => sliceThrough(p, [1], p), /20, 1 and 20/);
});

test("lengths and angles in a slice are right whatever the unit of its directions", () => {
  for (const [p, q] of [
    [1e-200, 1e-200],
    [1e200, 1e200],
    [1e-150, 1e150],
  ] as const) {
    // e1 = p (3, 4), e2 = q (4, 3): of lengths 5 p and 5 q, and cosine 24 / 25.
    const metric = new SliceMetric({
      origin: Float64Array.of(0, 0),
      e1: Float64Array.of(3 * p, 4 * p),
      e2: Float64Array.of(4 * q, 3 * q),
    });
    assert.ok(Math.abs(metric.length(1 / p, 0) - 5) < 1e-12);
    assert.ok(Math.abs(metric.length(0, 1 / q) - 5) < 1e-12);
    assert.ok(Math.abs(metric.length(1 / p, -1 / q) - Math.SQRT2) < 1e-12);
    assert.ok(Math.abs(metric.firstOf(p) - 1 / 5) < 1e-12);
  }
}); // prettier-ignore
