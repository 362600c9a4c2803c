import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Random, random } from "../../../lib/random";
import {
  layerDiagram,
  MaxAffineSpline,
  MaxAffineSplineOperator,
  PowerDiagram,
} from "../../../lib/spline";

/** Where two ways to the same code may round apart; random points come closer hardly ever. */
const TIE = 1e-10;

function operator(K: number, R: number, D: number, draws: Random): MaxAffineSplineOperator {
  const list = (n: number, make: () => unknown) => Array.from({ length: n }, make);
  return new MaxAffineSplineOperator(
    list(K, () => list(R, () => draws.normals(D))) as number[][][],
    list(K, () => draws.normals(R)) as number[][],
  );
}

/** ReLU, leaky ReLU and abs of random units, each as two pieces: s u and u, with s = 0, .1 and −1. */
function units(slope: number, K: number, D: number, draws: Random): MaxAffineSplineOperator {
  const W = Array.from({ length: K }, () => [...draws.normals(D)]);
  const offsets = draws.normals(K);
  return new MaxAffineSplineOperator(
    W.map((w) => [w.map((v) => slope * v), w]),
    W.map((_, k) => [slope * offsets[k]!, offsets[k]!]),
  );
}

test("unit: 100 % of the codes agree on 100,000 points", () => {
  const draws = random(1);
  const spline = MaxAffineSpline.fromFlat(draws.normals(40 * 3), draws.normals(40, 0, 2));
  const diagram = PowerDiagram.ofSpline(spline);
  const points = draws.normals(100_000 * 3, 0, 2);
  assert.deepEqual(diagram.codes(points), spline.codes(points));
  assert.ok(diagram.radii.some((rho) => rho < 0) && diagram.radii.some((rho) => rho > 0));
});

test("layers: 100 % of the codes agree on 100,000 points", () => {
  const cases: [string, MaxAffineSplineOperator][] = [
    ["ReLU", units(0, 12, 2, random(2))],
    ["leaky ReLU", units(0.1, 12, 2, random(3))],
    ["abs", units(-1, 12, 2, random(4))],
    ["maxout of 4 pieces in 3-D", operator(4, 4, 3, random(5))],
    ["max pooling of pairs, as E_j picks coordinates", pooling()],
  ];
  for (const [name, layer] of cases) {
    const points = random(6).normals(100_000 * layer.dimension, 0, 1.5);
    const { diagram, codes } = layerDiagram(layer, { codes: layer.code(points) });
    assert.equal(disagreements(layer, diagram, codes, points), 0, name);
    assert.ok(diagram.cells > 3, name);
  }
});

/** Max pooling over the windows {1, 2}, {3, 4} and, overlapping, {2, 3} of four inputs. */
function pooling(): MaxAffineSplineOperator {
  const e = (j: number) => [0, 1, 2, 3].map((i) => (i === j ? 1 : 0));
  return new MaxAffineSplineOperator(
    [
      [e(0), e(1)],
      [e(2), e(3)],
      [e(1), e(2)],
    ],
    [
      [0, 0],
      [0, 0],
      [0, 0],
    ],
  );
}

function disagreements(
  layer: MaxAffineSplineOperator,
  diagram: PowerDiagram,
  codes: ArrayLike<number>,
  points: Float64Array,
): number {
  const K = layer.outputs;
  const [own, seen] = [layer.code(points), diagram.codes(points)];
  return seen.reduce((wrong, r, n) => {
    for (let k = 0; k < K; k++) if (codes[r * K + k] !== own[n * K + k]) return wrong + 1;
    return wrong;
  }, 0);
}

test("all R^K codes may have a centroid: those that no point has get no cell", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const layer = operator(4, 3, 2, random(seed));
      const points = random(seed)
        .split("points")
        .normals(2 * 2000, 0, 3);
      const { diagram, codes } = layerDiagram(layer);
      assert.equal(diagram.cells, 81);
      const clear = away(points, layer);
      assert.equal(disagreements(layer, diagram, codes, clear), 0);
    }),
    { numRuns: 20 },
  );
});

const away = (points: Float64Array, layer: MaxAffineSplineOperator): Float64Array => {
  const { dimension: D } = layer;
  const kept: number[] = [];
  for (let p = 0; p < points.length; p += D) {
    const x = points.subarray(p, p + D);
    if (layer.tieMargin(x) > TIE) kept.push(...x);
  }
  return Float64Array.from(kept);
};

test("the radius of a code takes ‖Σ a‖²: the sum of the units' own radii gives other cells", () => {
  const layer = units(0, 6, 2, random(9));
  const points = random(10).normals(2 * 20_000);
  const { diagram, codes } = layerDiagram(layer, { codes: layer.code(points) });
  const own = Float64Array.from({ length: diagram.cells }, (_, r) => {
    let rho = 0;
    for (let k = 0; k < 6; k++) {
      rho += PowerDiagram.ofSpline(layer.output(k)).radii[codes[r * 6 + k]!]!;
    }
    return rho;
  });
  const wrong = PowerDiagram.fromFlat(diagram.centroids, own);
  assert.ok(disagreements(layer, wrong, codes, points) > 1000);
});

test("units w and −w with abs: codes that collide occur nowhere, and weights part them", () => {
  const layer = new MaxAffineSplineOperator(
    [
      [
        [-1, -2],
        [1, 2],
      ],
      [
        [1, 2],
        [-1, -2],
      ],
    ],
    [
      [-0.5, 0.5],
      [0.5, -0.5],
    ],
  );
  const points = random(11).normals(2 * 20_000);
  const centroidsOf = ({ centroids }: PowerDiagram) =>
    Array.from({ length: 4 }, (_, r) => centroids.subarray(2 * r, 2 * r + 2).join());
  const plain = layerDiagram(layer);
  assert.deepEqual([...plain.codes], [0, 0, 1, 0, 0, 1, 1, 1]);
  assert.deepEqual(centroidsOf(plain.diagram), ["0,0", "2,4", "-2,-4", "0,0"]);
  assert.equal(disagreements(layer, plain.diagram, plain.codes, points), 0);
  const apart = layerDiagram(layer, { weights: [1, Math.SQRT2] });
  assert.equal(new Set(centroidsOf(apart.diagram)).size, 4);
  assert.equal(disagreements(layer, apart.diagram, apart.codes, points), 0);
});

test("equal pieces: the lowest index has the cell", () => {
  const layer = new MaxAffineSplineOperator(
    [
      [[1], [1], [-1]],
      [[0], [2], [2]],
    ],
    [
      [0, 0, 0],
      [0, 1, 1],
    ],
  );
  const { diagram, codes } = layerDiagram(layer);
  assert.equal(disagreements(layer, diagram, codes, random(12).normals(5000)), 0);
});

test("positive weights change the centroids, not the cells", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const draws = random(seed);
      const layer = operator(5, 2, 3, draws);
      const weights = Array.from({ length: 5 }, () => draws.uniform(0.1, 3));
      const points = away(draws.normals(3 * 1000), layer);
      const { diagram, codes } = layerDiagram(layer, { codes: layer.code(points), weights });
      assert.equal(disagreements(layer, diagram, codes, points), 0);
    }),
    { numRuns: 20 },
  );
});

test("a layer inside a cell of the layers before it: composition by its affine map", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const draws = random(seed);
      const [first, second] = [units(0, 5, 2, draws), units(0.1, 6, 5, draws)];
      const parent = first.affineMap(draws.normals(2));
      const seen = second.after(parent);
      const points = away(draws.normals(2 * 500), seen);
      const z = Array.from({ length: points.length / 2 }, (_, n) =>
        Array.from({ length: 5 }, (_, k) => {
          const [x, y] = [points[2 * n]!, points[2 * n + 1]!];
          return parent.A[2 * k]! * x + parent.A[2 * k + 1]! * y + parent.b[k]!;
        }),
      ).flat();
      // The operator after the map is the operator of the mapped points …
      const [direct, composed] = [second.evaluate(z), seen.evaluate(points)];
      direct.forEach((value, i) => {
        assert.ok(Math.abs(value - composed[i]!) < 1e-10 * (1 + Math.abs(value)));
      });
      // … and the diagram has μ = A_ωᵀ Σ_k A_k and ρ = ‖μ‖² + 2 Σ_k (⟨A_k, b_ω⟩ + b_k).
      const { diagram, codes } = layerDiagram(seen, { codes: seen.code(points) });
      assert.equal(disagreements(seen, diagram, codes, points), 0);
      for (let r = 0; r < diagram.cells; r++) {
        const slope = new Float64Array(5);
        let offset = 0;
        for (let k = 0; k < 6; k++) {
          const row = 2 * k + codes[6 * r + k]!;
          slope.forEach((_, i) => {
            slope[i]! += second.A[5 * row + i]!;
          });
          offset += second.b[row]!;
        }
        const mu = [0, 1].map((j) => slope.reduce((s, a, i) => s + a * parent.A[2 * i + j]!, 0));
        const rho =
          mu[0]! ** 2 + mu[1]! ** 2 + 2 * slope.reduce((s, a, i) => s + a * parent.b[i]!, offset);
        mu.forEach((value, j) => {
          assert.ok(Math.abs(value - diagram.centroids[2 * r + j]!) < 1e-10);
        });
        assert.ok(Math.abs(rho - diagram.radii[r]!) < 1e-9 * (1 + Math.abs(rho)));
      }
    }),
    { numRuns: 30 },
  );
});

test("there and back: spline to diagram to spline; one number added to all radii is nothing", () => {
  fc.assert(
    fc.property(fc.integer(), fc.double({ min: -50, max: 50, noNaN: true }), (seed, shift) => {
      const draws = random(seed);
      const spline = MaxAffineSpline.fromFlat(draws.normals(24), draws.normals(12));
      const diagram = PowerDiagram.ofSpline(spline);
      const back = diagram.toSpline();
      assert.deepEqual(back.A, spline.A);
      back.b.forEach((value, r) => {
        assert.ok(Math.abs(value - spline.b[r]!) < 1e-14 * (1 + Math.abs(diagram.radii[r]!)));
      });
      const shifted = PowerDiagram.fromFlat(
        diagram.centroids,
        diagram.radii.map((rho) => rho + shift),
      );
      const points = draws.normals(2 * 200);
      for (let n = 0; n < 200; n++) {
        const x = points.subarray(2 * n, 2 * n + 2);
        if (spline.tieMargin(x) < TIE) continue;
        assert.equal(diagram.code(x), spline.code(x));
        assert.equal(shifted.code(x), spline.code(x));
        // ‖x − μ‖² − ρ = ‖x‖² − 2 s(x) for the piece that is largest, and margins double.
        const least = diagram.power(diagram.code(x), x);
        assert.ok(Math.abs(least - (x[0]! ** 2 + x[1]! ** 2 - 2 * spline.evaluate(x))) < 1e-12);
        assert.ok(Math.abs(diagram.tieMargin(x) - 2 * spline.tieMargin(x)) < 1e-12);
      }
      assert.ok(Math.abs(Math.min(...shifted.withLeastRadius(3).radii) - 3) < 1e-12);
    }),
  );
});

test("a section of a diagram has the codes of the points on the flat", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const draws = random(seed);
      const diagram = PowerDiagram.fromFlat(draws.normals(60), draws.normals(12));
      const [e1, e2] = orthonormal(draws.normals(5), draws.normals(5));
      const origin = draws.normals(5);
      const section = diagram.section(origin, [e1, e2]);
      assert.equal(section.dimension, 2);
      for (let n = 0; n < 100; n++) {
        const [s, t] = draws.normals(2) as unknown as [number, number];
        const x = origin.map((o, i) => o + s * e1[i]! + t * e2[i]!);
        if (diagram.tieMargin(x) < TIE) continue;
        assert.equal(section.code([s, t]), diagram.code(x));
        assert.ok(Math.abs(section.power(3, [s, t]) - diagram.power(3, x)) < 1e-11);
      }
    }),
  );
});

function orthonormal(a: Float64Array, b: Float64Array): [Float64Array, Float64Array] {
  const e1 = a.map((v) => v / Math.hypot(...a));
  const inner = b.reduce((s, v, i) => s + v * e1[i]!, 0);
  const rest = b.map((v, i) => v - inner * e1[i]!);
  return [e1, rest.map((v) => v / Math.hypot(...rest))];
}

test("a diagram says what it is", () => {
  const relu = PowerDiagram.ofSpline(
    new MaxAffineSpline(
      [
        [0, 0],
        [3, 4],
      ],
      [0, -20],
    ),
  );
  assert.equal(
    String(relu),
    "power diagram: 2 cells in dimension 2\n" +
      "  0: centroid (0, 0), squared radius 0\n" +
      "  1: centroid (3, 4), squared radius -15",
  );
});

test("wrong shapes and numbers are refused, with what was found and expected", () => {
  const refused = (build: () => unknown, pattern: RegExp) => assert.throws(build, pattern);
  refused(() => new PowerDiagram([[1, 2]], [0, 0]), /radii have 2 entries, expected 1/);
  refused(() => new PowerDiagram([[1, Number.NaN]], [0]), /centroids\[0\]\[1\] is NaN/);
  refused(
    () => PowerDiagram.fromFlat([1, 2, 3], [0, 0]),
    /3 entries, expected a multiple of the 2/,
  );
  const diagram = new PowerDiagram([[1, 2]], [0]);
  refused(() => diagram.code([1]), /the point has 1 coordinates, expected 2/);
  refused(() => diagram.codes([1, 2, 3]), /expected a multiple of the dimension 2/);
  refused(() => diagram.power(1, [0, 0]), /no cell 1: the diagram has 1/);
  refused(() => diagram.section([0, 0], [[1, 1]]), /inner product 2, expected orthonormal/);
  refused(() => diagram.section([0, 0], []), /at least one direction/);
  assert.equal(diagram.tieMargin([0, 0]), Number.POSITIVE_INFINITY);
  const layer = new MaxAffineSplineOperator([[[0], [1]]], [[0, 0]]);
  refused(() => layerDiagram(layer, { weights: [0] }), /weight 0 is 0, expected a positive/);
  refused(() => layerDiagram(layer, { codes: [2] }), /piece 2 at output 0, which has 2/);
  refused(() => layerDiagram(layer, { codes: [] }), /codes have 0 entries/);
  refused(() => layer.after({ A: [1], b: [] }), /the point has 0 coordinates, expected 1/);
  refused(
    () => layerDiagram(units(0, 20, 1, random(1))),
    /20 outputs of 2 pieces have 1048576 codes: give those that occur/,
  );
});

test("codes are right whatever the unit, and whatever is added to all squared radii", () => {
  const draws = random(5);
  const [centroids, points] = [draws.normals(12), draws.normals(60)];
  const plain = PowerDiagram.fromFlat(centroids, new Float64Array(6));
  const expected = plain.codes(points);
  for (const unit of [1e-300, 1e-170, 1e170, 1e300]) {
    const scaled = PowerDiagram.fromFlat(
      centroids.map((v) => v * unit),
      new Float64Array(6),
    );
    assert.deepEqual(scaled.codes(points.map((v) => v * unit)), expected);
  }
  const lifted = PowerDiagram.fromFlat(centroids, new Float64Array(6).fill(1e20));
  assert.deepEqual(lifted.codes(points), expected);
  assert.equal(lifted.tieMargin([0.3, 0.1]), plain.tieMargin([0.3, 0.1]));
});
