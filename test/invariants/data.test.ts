import assert from "node:assert/strict";
import { test } from "node:test";
import { fitGaussianMixture, fitMaxAffine, kMeans, PowerDiagram, random } from "../../lib";
import { range } from "./rewrites";

const D = 2;
const COUNT = 120;

/** Points on a grid of 2^-10, so that they can be moved far without any rounding. */
const POINTS = (() => {
  const draws = random(7);
  return Float64Array.from({ length: D * COUNT }, (_, i) => {
    const centre = Math.floor(i / D) % 3 === 0 ? 6 : -(i % D) * 5;
    return Math.round((centre + draws.normal()) * 1024) / 1024;
  });
})();

const VALUES = Float64Array.from({ length: COUNT }, (_, n) => {
  const [x, y] = [POINTS[D * n]!, POINTS[D * n + 1]!];
  return Math.max(x - y, 2 * y + 1, -x - 3);
});

/** Changes of the points: scaled by a power of two, then moved. */
const CHANGES: Readonly<Record<string, readonly [scale: number, shift: number]>> = {
  "times 2^40": [2 ** 40, 0],
  "times 2^-40": [2 ** -40, 0],
  "moved by 2^10": [1, 2 ** 10],
  "moved by 2^30": [1, 2 ** 30],
};

for (const [name, [scale, shift]] of Object.entries(CHANGES)) {
  const moved = POINTS.map((v) => v * scale + shift);
  const back = (values: Float64Array) => values.map((v) => (v - shift) / scale);

  test(`k-means of points ${name} has the same cells`, () => {
    const [before, after] = [kMeans(POINTS, D, 3), kMeans(moved, D, 3)];
    assert.deepEqual(after.codes, before.codes);
    near(after.distortion, before.distortion * scale ** 2, 1e-6);
    near(back(after.spline.A), before.spline.A, 1e-6);
  });

  test(`the spline of k-means of points ${name} has the nearest centroid as its piece`, () => {
    const { spline, codes } = kMeans(moved, D, 3);
    assert.deepEqual(spline.codes(moved), codes);
  });

  test(`a mixture of points ${name} has the same means, priors and variance`, () => {
    const options = { iterations: 30 };
    const [before, after] = [POINTS, moved].map((x) => fitGaussianMixture(x, D, 3, options));
    near(back(after!.mixture.means), before!.mixture.means, 1e-6);
    near(after!.mixture.priors, before!.mixture.priors, 1e-6);
    near(after!.mixture.variance, before!.mixture.variance * scale ** 2, 1e-6);
  });

  test(`a max-affine fit to points ${name} finds the spline that made the values`, () => {
    const { rmse } = fitMaxAffine(moved, VALUES, 3);
    assert.ok(rmse < 1e-6, `rmse ${rmse} of values that are a max-affine spline`);
  });
}

test("a max-affine fit to values times 2^±40, with an affine function added, is the same fit", () => {
  for (const scale of [2 ** 40, 2 ** -40]) {
    const { spline } = fitMaxAffine(
      POINTS,
      VALUES.map((v, n) => scale * (v + 3 * POINTS[D * n]! - 2)),
      3,
    );
    const expected = VALUES.map((v, n) => v + 3 * POINTS[D * n]! - 2);
    near(
      spline.evaluateAll(POINTS).map((v) => v / scale),
      expected,
      1e-6,
    );
  }
});

test("no fit grows worse with more pieces than the values need", () => {
  const x = Float64Array.of(0, 1, 2, 3, 4);
  const errors = range(5, (k) => fitMaxAffine(x, [4, 1, 0, 1, 4], k + 1).rmse);
  errors.forEach((error, k) => {
    if (k > 0) assert.ok(error <= errors[k - 1]! + 1e-9, `${k + 1} pieces: ${errors}`);
  });
});

test("coordinates exchanged or mirrored leave k-means from given centroids as it is", () => {
  const start = Float64Array.of(5, 5, 0, -4, 2, 1);
  const turned = (v: Float64Array) => v.map((_, i) => (i % 2 === 0 ? -v[i + 1]! : v[i - 1]!));
  const before = kMeans(POINTS, D, 3, { start });
  const after = kMeans(turned(POINTS), D, 3, { start: turned(start) });
  assert.deepEqual(after.codes, before.codes);
  near(after.spline.A, turned(before.spline.A), 1e-12);
});

test("points in another order leave k-means from given centroids as it is", () => {
  const start = Float64Array.of(5, 5, 0, -4, 2, 1);
  const order = random(3).permutation(COUNT);
  const shuffled = [...order].flatMap((n) => [POINTS[D * n]!, POINTS[D * n + 1]!]);
  const [before, after] = [POINTS, shuffled].map((x) => kMeans(x, D, 3, { start }));
  assert.deepEqual(
    [...after!.codes],
    [...order].map((n) => before!.codes[n]!),
  );
  near(after!.distortion, before!.distortion, 1e-12);
});

test("a power diagram scaled by 2^±40 has the same cells", () => {
  const centres = range(5, (i) => [POINTS[D * i]!, POINTS[D * i + 1]!]);
  for (const scale of [2 ** 40, 2 ** -40]) {
    const [before, after] = [1, scale].map((s) => {
      const diagram = new PowerDiagram(
        centres.map((c) => c.map((v) => v * s)),
        centres.map((_, i) => i * s * s),
      );
      return range(COUNT, (n) => diagram.code([POINTS[D * n]! * s, POINTS[D * n + 1]! * s]));
    });
    assert.deepEqual(after, before);
  }
});

function near(
  found: number | Float64Array,
  expected: number | Float64Array,
  tolerance: number,
): void {
  const [a, b] = [found, expected].map((v) => (typeof v === "number" ? [v] : [...v]));
  const size = Math.max(...b!.map(Math.abs));
  assert.equal(a!.length, b!.length);
  a!.forEach((v, i) => {
    assert.ok(Math.abs(v - b![i]!) <= tolerance * size, `${a}, expected ${b}`);
  });
}
