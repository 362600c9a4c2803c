import assert from "node:assert/strict";
import { test } from "node:test";
import { meanAndSd, pairedDifference } from "../../lib/learning";
import { random } from "../../lib/random";

test("mean and standard deviation over seeds", () => {
  assert.deepEqual(meanAndSd([1, 2, 6]), { mean: 3, sd: Math.sqrt(7) });
  assert.ok(Number.isNaN(meanAndSd([4]).sd));
  assert.throws(() => meanAndSd([]), /no values/);
});

test("the interval uses Student's quantiles: 12.706, 4.303, 3.182, 2.262", () => {
  for (const [n, t] of [
    [2, 12.7062],
    [3, 4.30265],
    [4, 3.18245],
    [10, 2.26216],
  ] as const) {
    const a = Array.from({ length: n }, (_, i) => i);
    const { mean, high } = pairedDifference(
      a,
      a.map(() => 0),
    );
    const { sd } = meanAndSd(a);
    assert.ok(Math.abs(((high - mean) * Math.sqrt(n)) / sd - t) < 1e-4 * t);
  }
});

test("what a seed does to both recipes cancels", () => {
  const seeds = [10, -5, 3];
  const { mean, exceedsSpread } = pairedDifference(
    seeds.map((s, i) => s + 1 + 0.01 * i),
    seeds,
  );
  assert.ok(Math.abs(mean - 1.01) < 1e-12 && exceedsSpread);
});

test("95 % of intervals hold the true difference", () => {
  const stream = random(1);
  let held = 0;
  for (let n = 0; n < 300; n++) {
    const a = Array.from({ length: 4 }, () => stream.normal(2));
    const { low, high } = pairedDifference(a, [0, 0, 0, 0]);
    held += Number(low <= 2 && 2 <= high);
  }
  assert.ok(held >= 270 && held <= 298, `${held} of 300`);
});

test("lists that aren't pairs, and one seed, are refused", () => {
  assert.throws(() => pairedDifference([1], [2]), /two seeds or more, got 1 and 1/);
  assert.throws(() => pairedDifference([1, 2], [2]), /got 2 and 1/);
});

test("the standard deviation is right whatever the unit", () => {
  for (const unit of [2 ** -900, 1, 2 ** 900]) {
    assert.equal(meanAndSd([unit, 2 * unit, 6 * unit]).sd, Math.sqrt(7) * unit);
  }
});
