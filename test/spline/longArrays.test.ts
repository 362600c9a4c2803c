import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "../../lib/random";
import { fitMaxAffine } from "../../lib/spline";
import { extremes } from "../../lib/spline/extremes";
import { euclideanNorm } from "../../lib/spline/magnitude";

test("a norm is that of Math.hypot to the last bit, in every unit", () => {
  const draws = random(7);
  for (const unit of [1e-320, 1e-300, 1e-160, 1, 1e160, 1e300]) {
    for (const length of [1, 2, 3, 17, 400]) {
      const values = draws.normals(length).map((v) => v * unit);
      assert.equal(euclideanNorm(values), Math.hypot(...values), `${length} numbers of ${unit}`);
    }
  }
  const rims = [[], [0, 0], [-0], [1e308, 1e308, 1e308], [Number.NaN, 1], [Number.NaN, -Infinity]];
  for (const values of rims) assert.equal(euclideanNorm(values), Math.hypot(...values));
});

test("the extremes are those of Math.min and Math.max, of no values and of NaN too", () => {
  for (const values of [[], [3], [2, -1, 5], [1, Number.NaN, 2], [Number.NEGATIVE_INFINITY, 0]]) {
    assert.deepEqual(extremes(values), [Math.min(...values), Math.max(...values)]);
  }
});

test("a norm and extremes of a million numbers, more than the arguments of a call", () => {
  const ones = new Float64Array(1_000_000).fill(1);
  ones[3] = -2;
  assert.equal(euclideanNorm(ones), Math.sqrt(1_000_003));
  assert.deepEqual(extremes(ones), [-2, 1]);
});

test("adaptive partitioning cuts cells of 150,000 points", () => {
  const x = Float64Array.from({ length: 150_000 }, (_, i) => i / 75_000 - 1);
  const options = { method: "adaptive", directions: 1, restarts: 1 } as const;
  const { rmse } = fitMaxAffine(x, x.map(Math.abs), 2, options);
  assert.ok(rmse < 1e-3, `|x| of two pieces: ${rmse}`);
});
