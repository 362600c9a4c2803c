import assert from "node:assert/strict";
import { before, test } from "node:test";
import {
  BatchedNetwork,
  foldingUnits,
  heWeights,
  localComplexity,
  partition,
  random,
  SplineNetwork,
  useBackend,
} from "../../lib";

const drawn = (widths: number[], seed: number) =>
  SplineNetwork.fromWeights(heWeights(widths, random(seed), { offsetDeviation: 0.5 }));

before(() => useBackend());

test("in the plane: equal to the exact number of folding units in layer 1, at most it in others", () => {
  let [missed, found] = [0, 0];
  for (let seed = 1; seed <= 40; seed++) {
    const net = drawn([2, 20, 16, 12, 1], seed);
    const x = [random(seed).uniform(-1, 1), 0.2];
    const radius = 0.05 * (1 + (seed % 8));
    const { counts } = localComplexity(net, x, { radius, directions: 2, random: random(seed) });
    // The same directions, anew: the first orthonormal pair of the stream.
    const [a, b, c, d] = random(seed).normals(4);
    const length = Math.hypot(a!, b!);
    const [u, v] = [a! / length, b! / length];
    const turn = Math.sign(u * d! - v * c!);
    const corners = [
      [u, v],
      [-v * turn, u * turn],
      [-u, -v],
      [v * turn, -u * turn],
    ].map(([p, q]) => [x[0]! + radius * p!, x[1]! + radius * q!] as [number, number]);
    const exact = foldingUnits(partition(net, { domain: corners })).map((units) => units.length);
    assert.equal(counts[0], exact[0], `seed ${seed}`);
    for (const l of [1, 2]) {
      assert.ok(
        counts[l]! <= exact[l]!,
        `seed ${seed}, layer ${l + 1}: ${counts[l]} > ${exact[l]}`,
      );
      missed += exact[l]! - counts[l]!;
      found += counts[l]!;
    }
  }
  assert.ok(found > 150 && missed > 0 && missed < 0.2 * found, `${missed} missed, ${found} found`);
});

test("layer 1 in any dimension is a formula; it grows with the radius, and goes with it", () => {
  const [D, P] = [12, 5];
  const weights = heWeights([D, 40, 30, 2], random(3), { offsetDeviation: 0.5 });
  const net = SplineNetwork.fromWeights(weights);
  const points = random(4).normals(D * 6);
  let before = new Int32Array(6);
  for (const radius of [1e-9, 0.05, 0.2, 1, 5]) {
    const options = { radius, directions: P, random: random(5) };
    const { layers, units, counts, totals } = localComplexity(net, points, options);
    assert.deepEqual([layers, ...units], [2, 40, 30]);
    const first = totals.map((_, n) => counts[2 * n]!);
    first.forEach((count, n) => {
      assert.ok(count >= before[n]!, "layer 1 grows with the radius");
    });
    before = first;
    if (radius === 1e-9) assert.ok(totals.every((count) => count === 0));
    if (radius === 5) assert.ok(totals.every((count) => count > 35));
  }
});

test("the batched twin counts the same, away from ties", () => {
  const net = drawn([8, 30, 20, 3], 6);
  const twin = new BatchedNetwork(net);
  const points = random(7).normals(8 * 70);
  const options = () => ({ radius: 0.1, random: random(8) });
  const exact = localComplexity(net, points, options());
  const batched = localComplexity(twin, points, options());
  assert.deepEqual(batched.units, exact.units);
  const apart = exact.counts.filter((count, i) => count !== batched.counts[i]).length;
  assert.ok(apart <= 1, `${apart} of ${exact.counts.length} counts differ`);
  assert.ok(exact.totals.some((count) => count > 3));
  twin.dispose();
});

test("wrong radius, directions and points are named", () => {
  const net = drawn([3, 4, 1], 1);
  const at = (points: number[], radius: number, directions?: number) => () =>
    localComplexity(net, points, {
      radius,
      random: random(1),
      ...(directions !== undefined && { directions }),
    });
  assert.throws(at([1, 2, 3], 0), /radius is 0/);
  assert.throws(at([1, 2, 3], 1, 4), /4 directions, expected an integer from 1 to the 3/);
  assert.throws(at([1, 2], 1), /2 numbers, expected 3 for each point/);
});
