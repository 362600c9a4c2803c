import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "../../lib/random";
import { fitMaxAffine, MaxAffineSpline } from "../../lib/spline";

test("log-sum-exp on the 11³ grid is fitted as well as published anchors, or better", () => {
  const grid: number[] = [];
  for (let i = 0; i < 11; i++) {
    for (let j = 0; j < 11; j++)
      for (let k = 0; k < 11; k++) grid.push(i / 5 - 1, j / 5 - 1, k / 5 - 1);
  }
  const y = Array.from({ length: 1331 }, (_, n) =>
    Math.log(grid.slice(3 * n, 3 * n + 3).reduce((sum, x) => sum + Math.exp(x), 0)),
  );
  // Least-squares partition of Magnani & Boyd, ten starts, measured independently.
  for (const [K, anchor] of [
    [1, 0.0964],
    [2, 0.0727],
    [3, 0.0336],
    [5, 0.0216],
    [10, 0.0099],
    [20, 0.0051],
  ] as const) {
    const { spline, rmse } = fitMaxAffine(grid, y, K, { restarts: 5 });
    assert.ok(rmse <= anchor * 1.005, `K = ${K}: ${rmse}, anchor ${anchor}`);
    const residuals = spline.evaluateAll(grid).map((value, n) => value - y[n]!);
    const own = Math.sqrt(residuals.reduce((sum, r) => sum + r * r, 0) / residuals.length);
    assert.ok(Math.abs(own - rmse) < 1e-9, "the error told is that of the spline returned");
  }
});

test("planted planes are found again, to the last digits", () => {
  let found = 0;
  for (let seed = 1; seed <= 10; seed++) {
    const draws = random(seed);
    const planted = MaxAffineSpline.fromFlat(draws.normals(6 * 3), draws.normals(6, 0, 0.3));
    const X = draws.normals(2000 * 3);
    const { rmse } = fitMaxAffine(X, planted.evaluateAll(X), 6, { seed });
    if (rmse < 1e-8) found++;
  }
  assert.ok(found >= 9, `${found} of 10`);
});

test("a fit is repeatable, reports its progress, and can be stopped", () => {
  const x = Float64Array.from({ length: 200 }, (_, i) => i / 100 - 1);
  const y = x.map((v) => v * v);
  const [first, again] = [fitMaxAffine(x, y, 5, { seed: 3 }), fitMaxAffine(x, y, 5, { seed: 3 })];
  assert.deepEqual(first.spline.A, again.spline.A);
  // The best K pieces of x² on an interval of length 2 leave a uniform error of (1/K)²/2 at most.
  assert.ok(first.rmse < 0.04 / 2, String(first.rmse));
  const errors: number[] = [];
  const stop = new AbortController();
  const onProgress = ({ done, rmse }: { done: number; rmse: number }) => {
    errors.push(rmse);
    if (done === 2) stop.abort();
  };
  fitMaxAffine(x, y, 5, { restarts: 9, signal: stop.signal, onProgress });
  assert.equal(errors.length, 2);
  assert.ok(errors[1]! <= errors[0]!);
});

test("points without spread, repeated or too few for their planes, break nothing", () => {
  const same = fitMaxAffine([2, 2, 2, 2], [1, 1, 1, 1], 2);
  assert.ok(same.rmse < 1e-12);
  const flat = fitMaxAffine([0, 0, 1, 0, 2, 0, 3, 0], [0, 1, 2, 3], 2);
  assert.ok(flat.rmse < 1e-6, "the second coordinate says nothing");
  assert.ok(Number.isFinite(fitMaxAffine([0, 1, 2], [0, 1, 5], 3).rmse), "a plane for each point");
});

test("wrong input is refused", () => {
  assert.throws(
    () => fitMaxAffine([1, 2, 3], [1, 2], 1),
    /X has 3 numbers, expected a multiple of the 2 values/,
  );
  assert.throws(
    () => fitMaxAffine([1, 2], [1, 2], 3),
    /K is 3, expected an integer from 1 to the 2 points/,
  );
  assert.throws(() => fitMaxAffine([1, Number.NaN], [1, 2], 1), /number 1 of the points is NaN/);
  assert.throws(() => fitMaxAffine([1, 2], [1, 2], 1, { restarts: 0 }), /restarts are 0/);
  const stopped = { signal: AbortSignal.abort() };
  assert.throws(() => fitMaxAffine([1, 2], [1, 2], 1, stopped), /aborted before its first start/);
});
