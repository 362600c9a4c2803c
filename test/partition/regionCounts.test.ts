import assert from "node:assert/strict";
import { test } from "node:test";
import { heWeights, SplineNetwork } from "../../lib/network";
import { partition } from "../../lib/partition";
import { random } from "../../lib/random";
import { haninRolnickYardstick, serraUpperBound, zaslavsky } from "../../lib/spline";

const FAR = 1e5; // all crossings of these random lines lie inside

const cells = (widths: readonly number[], seed: number, offsetDeviation: number, size: number) =>
  partition(
    SplineNetwork.fromWeights(heWeights([2, ...widths, 1], random(seed), { offsetDeviation })),
    {
      domain: [
        [-size, -size],
        [size, size],
      ],
    },
  ).cellCount;

test("one hidden layer has exactly Zaslavsky's number of cells", () => {
  for (const n of [1, 2, 7, 20, 45]) {
    for (let seed = 1; seed <= 4; seed++) {
      assert.equal(BigInt(cells([n], seed, 1, FAR)), zaslavsky(n, 2), `${n} units, seed ${seed}`);
    }
  }
});

test("without offsets a layer of N units is a fan of 2N cones", () => {
  for (const n of [1, 3, 12, 30]) {
    assert.equal(BigInt(cells([n], n, 0, 1)), zaslavsky(n, 2, { central: true }));
  }
});

test("random networks stay below Serra's bound, and several layers come near N²/2 on average", () => {
  const ratios: number[] = [];
  for (const widths of [
    [16, 16],
    [45, 3],
    [12, 12, 12],
  ]) {
    for (let seed = 1; seed <= 5; seed++) {
      const count = cells(widths, seed, 1, FAR);
      assert.ok(BigInt(count) <= serraUpperBound(2, widths));
      ratios.push(count / haninRolnickYardstick(widths.reduce((sum, n) => sum + n)));
    }
  }
  const mean = ratios.reduce((sum, r) => sum + r) / ratios.length;
  assert.ok(mean > 0.8 && mean < 1.25, `mean ${mean}`);
});
