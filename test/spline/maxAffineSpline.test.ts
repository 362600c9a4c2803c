import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { random } from "../../lib/random";
import { MaxAffineSpline } from "../../lib/spline/MaxAffineSpline";
import { MaxAffineSplineOperator } from "../../lib/spline/MaxAffineSplineOperator";
import { removeRedundantPieces } from "../../lib/spline/redundantPieces";

/** A random spline of R pieces on R^D. */
function drawn(seed: number, R: number, D: number): MaxAffineSpline {
  const draws = random(seed);
  return MaxAffineSpline.fromFlat(draws.normals(R * D), draws.normals(R));
}

const size = (max: number) => fc.integer({ min: 1, max });
const sizes = [fc.integer(), size(12), size(5)] as const;

test("the value is the largest piece, the code says which, the affine map reproduces it", () => {
  fc.assert(
    fc.property(...sizes, (seed, R, D) => {
      const spline = drawn(seed, R, D);
      const x = random(seed).split("x").normals(D);
      const piece = (r: number) =>
        spline.A.subarray(r * D, (r + 1) * D).reduce((sum, a, i) => sum + a * x[i]!, spline.b[r]!);
      const values = Array.from({ length: R }, (_, r) => piece(r));
      const value = spline.evaluate(x);
      assert.ok(Math.abs(value - Math.max(...values)) < 1e-12);
      assert.ok(Math.abs(values[spline.code(x)]! - value) < 1e-12);
      const { a, b } = spline.affineMap(x);
      assert.ok(Math.abs(a.reduce((sum, v, i) => sum + v * x[i]!, b) - value) < 1e-12);
      const sorted = values.sort((p, q) => q - p);
      const gap = R === 1 ? Number.POSITIVE_INFINITY : sorted[0]! - sorted[1]!;
      assert.ok(spline.tieMargin(x) === gap || Math.abs(spline.tieMargin(x) - gap) < 1e-12);
    }),
  );
});

test("it is convex: the middle of a segment lies not above the middle of its ends", () => {
  fc.assert(
    fc.property(...sizes, fc.double({ min: 0, max: 1, noNaN: true }), (seed, R, D, t) => {
      const spline = drawn(seed, R, D);
      const [x, y] = [random(seed).split("x").normals(D), random(seed).split("y").normals(D)];
      const between = spline.evaluate(x.map((v, i) => (1 - t) * v + t * y[i]!));
      const chord = (1 - t) * spline.evaluate(x) + t * spline.evaluate(y);
      assert.ok(between <= chord + 1e-12);
    }),
  );
});

test("many points at once are the same as one by one; so are the outputs of an operator", () => {
  fc.assert(
    fc.property(...sizes, size(4), (seed, R, D, K) => {
      const splines = Array.from({ length: K }, (_, k) => drawn(seed + k, R, D));
      const rows = ({ A }: MaxAffineSpline) =>
        Array.from({ length: R }, (_, r) => A.subarray(r * D, (r + 1) * D));
      const operator = new MaxAffineSplineOperator(
        splines.map(rows),
        splines.map(({ b }) => b),
      );
      const points = random(seed)
        .split("points")
        .normals(7 * D);
      const z = operator.evaluate(points);
      const q = operator.code(points);
      splines.forEach((spline, k) => {
        const [values, codes] = [spline.evaluateAll(points), spline.codes(points)];
        for (let n = 0; n < 7; n++) {
          const x = points.subarray(n * D, (n + 1) * D);
          assert.equal(values[n], spline.evaluate(x));
          assert.equal(z[n * K + k], values[n]);
          assert.equal(q[n * K + k], codes[n]);
          assert.equal(operator.output(k).evaluate(x), values[n]);
        }
      });
      const x = points.subarray(0, D);
      const { A, b, code } = operator.affineMap(x);
      for (let k = 0; k < K; k++) {
        const value = A.subarray(k * D, (k + 1) * D).reduce((s, a, i) => s + a * x[i]!, b[k]!);
        assert.ok(Math.abs(value - z[k]!) < 1e-12);
        assert.equal(code[k], q[k]);
      }
      const margins = splines.map((spline) => spline.tieMargin(x));
      assert.equal(operator.tieMargin(x), Math.min(...margins));
    }),
  );
});

test("ties go to the lowest index", () => {
  const spline = new MaxAffineSpline([[1], [1], [-1]], [0, 0, 0]);
  assert.equal(spline.code([2]), 0);
  assert.equal(spline.code([0]), 0);
  assert.equal(spline.tieMargin([2]), 0);
});

test("redundant pieces are found, and removing them changes no value", async () => {
  // max(−x, x) with a copy, a piece below both everywhere, and one that only touches at 0.
  const spline = new MaxAffineSpline([[-1], [1], [1], [0.5], [0]], [0, 0, 0, -1, 0]);
  const { spline: less, kept, redundant } = await removeRedundantPieces(spline);
  assert.deepEqual(kept, [0, 1]);
  assert.deepEqual(redundant, [2, 3, 4]);
  for (const x of [-2, -0.1, 0, 0.1, 2]) assert.equal(less.evaluate([x]), spline.evaluate([x]));
});

test("redundancy agrees with dense sampling, in two dimensions", async () => {
  for (let seed = 0; seed < 10; seed++) {
    // Offsets far apart, so that some pieces have no cell.
    const draws = random(seed);
    const spline = MaxAffineSpline.fromFlat(draws.normals(24), draws.normals(12, 0, 2));
    const { kept } = await removeRedundantPieces(spline);
    const seen = new Set<number>();
    for (let i = 0; i < 20_000; i++) {
      const far = 10 ** draws.uniform(-1, 2);
      seen.add(spline.code([draws.normal(0, far), draws.normal(0, far)]));
    }
    for (const r of seen) assert.ok(kept.includes(r), `seed ${seed}: piece ${r} was seen`);
    assert.ok(kept.length < 12 && kept.length >= seen.size);
  }
});

test("an empty cell between parallel pieces is no piece too many for a single one", async () => {
  const alone = new MaxAffineSpline([[1, 2]], [3]);
  assert.deepEqual((await removeRedundantPieces(alone)).kept, [0]);
  const parallel = new MaxAffineSpline(
    [
      [1, 2],
      [1, 2],
    ],
    [3, 4],
  );
  assert.deepEqual((await removeRedundantPieces(parallel)).kept, [1]);
});

test("pairs of pieces in the plane, which have a loop of their own, have the codes of all others", () => {
  fc.assert(
    fc.property(fc.integer(), size(5), (seed, K) => {
      const draws = random(seed);
      const pairs = MaxAffineSplineOperator.of(
        // Small integers, so that there are ties.
        Array.from({ length: K }, () => {
          const entries = Array.from({ length: 6 }, () => draws.integer(-2, 2));
          return MaxAffineSpline.fromFlat(entries.slice(0, 4), entries.slice(4));
        }),
      );
      const points = Float64Array.from({ length: 40 }, () => draws.integer(-2, 2));
      const codes = pairs.code(points);
      for (let n = 0; n < 20; n++) {
        for (let k = 0; k < K; k++) {
          const [u, v] = pairs.output(k).piecesAt(points.subarray(2 * n, 2 * n + 2));
          assert.equal(codes[n * K + k], v! > u! ? 1 : 0);
        }
      }
    }),
  );
});

test("an operator's outputs are rid of redundant pieces; the shorter repeat their last", async () => {
  const abs = new MaxAffineSpline([[-1], [0], [1]], [0, -1, 0]);
  const line = new MaxAffineSpline([[2], [2]], [1, 0]);
  const three = new MaxAffineSpline([[-1], [0], [1]], [0, 1, 0]);
  const before = MaxAffineSplineOperator.of([abs, line, three]);
  const { operator, outputs } = await removeRedundantPieces(before);
  assert.deepEqual(
    outputs.map(({ kept }) => kept),
    [[0, 2], [0], [0, 1, 2]],
  );
  assert.equal(operator.pieces, 3);
  for (const x of [-3, -1, -0.5, 0, 0.5, 1, 3]) {
    assert.deepEqual(operator.evaluate([x]), before.evaluate([x]));
  }
  // A repeated piece is never the lowest of those that are largest.
  assert.ok(operator.code([-3, 0, 3]).every((piece, i) => piece < outputs[i % 3]!.kept.length));
});

test("a common affine function changes the values and no code", () => {
  fc.assert(
    fc.property(...sizes, (seed, R, D) => {
      const spline = drawn(seed, R, D);
      const draws = random(seed).split("plus");
      const [a, b, x] = [draws.normals(D), draws.normal(), draws.normals(D)];
      const plus = spline.plusAffine(a, b);
      const added = a.reduce((sum, v, i) => sum + v * x[i]!, b);
      assert.ok(Math.abs(plus.evaluate(x) - spline.evaluate(x) - added) < 1e-12);
      if (spline.tieMargin(x) > 1e-12) assert.equal(plus.code(x), spline.code(x));
    }),
  );
});

test("a spline says what it is", () => {
  const spline = new MaxAffineSpline(
    [
      [0, 0],
      [2, -1],
    ],
    [0, 0.5],
  );
  assert.equal(String(spline), "max(0, 2 x1 - x2 + 0.5)");
  const operator = new MaxAffineSplineOperator([[[-1], [1]]], [[0, 0]]);
  assert.equal(
    String(operator),
    "max-affine spline operator: 1 inputs, 1 outputs, 2 pieces each\n  z1 = max(-x1, x1)",
  );
});

test("wrong shapes and numbers are refused, with what was found and expected", () => {
  const refused = (build: () => unknown, pattern: RegExp) => assert.throws(build, pattern);
  refused(() => new MaxAffineSpline([[1, 2], [3]], [0, 0]), /A\[1\] has 1 entries, expected 2/);
  refused(() => new MaxAffineSpline([[1], [Number.NaN]], [0, 0]), /A\[1\]\[0\] is NaN/);
  refused(() => new MaxAffineSpline([[1]], [0, 0]), /b has 2 entries, expected 1 for A \[1, 1\]/);
  refused(() => new MaxAffineSpline([], []), /A is empty/);
  refused(
    () => new MaxAffineSplineOperator([[[1]]], [[1, 2]]),
    /b has the shape \[1,2\], expected \[1, 1\]/,
  );
  const spline = new MaxAffineSpline([[1, 2]], [0]);
  refused(() => spline.evaluate([1]), /the point has 1 coordinates, expected 2/);
  refused(
    () => spline.evaluate([1, Number.POSITIVE_INFINITY]),
    /number 1 of the points is Infinity/,
  );
  refused(() => spline.evaluateAll([1, 2, 3]), /3 numbers, expected a multiple of the dimension 2/);
  refused(() => spline.withPieces([1]), /pieces \[1\]: expected some of 0 to 0/);
  refused(() => spline.withPieces([]), /expected some of 0 to 0/);
  refused(() => spline.plusAffine([1]), /the point has 1 coordinates, expected 2/);
  refused(() => MaxAffineSplineOperator.of([]), /splines of one dimension, got \[\]/);
  refused(
    () => MaxAffineSplineOperator.of([spline, new MaxAffineSpline([[1]], [0])]),
    /splines of one dimension, got \[2,1\]/,
  );
  refused(
    () => new MaxAffineSplineOperator([[[1]]], [[0]]).output(1),
    /no output 1: the operator has 1/,
  );
});

test("needed pieces are kept whatever the unit of their slopes", async () => {
  for (const slope of [1e-25, 1, 1e25, 1e200]) {
    const spline = new MaxAffineSpline([[slope], [-slope], [0]], [0, 0, -1]);
    assert.deepEqual((await removeRedundantPieces(spline)).kept, [0, 1], `slopes of ${slope}`);
  }
});
