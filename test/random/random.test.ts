import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Random, random } from "../../lib/random";

const many = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);
const mean = (values: ArrayLike<number>) =>
  Array.from(values).reduce((a, b) => a + b, 0) / values.length;

test("a seed gives the same numbers on every machine", () => {
  const stream = random(7);
  // Taken down once; a change here changes every stored notebook.
  const drawn = [stream.uniform(), stream.normal(), stream.integer(0, 99), stream.tfSeed()];
  assert.deepEqual(drawn, [0.803044253471576, 0.8366865446459252, 45, 350250892]);
});

test("a label's stream is the same on every machine", () => {
  const stream = random(7).split("weights");
  assert.deepEqual(
    [stream.uniform(), [...stream.permutation(6)]],
    [0.33406227365392915, [2, 0, 4, 5, 1, 3]],
  );
});

test("the open end of an interval is never drawn, nor anything outside of it", () => {
  const [low, high] = [1, 1 + Number.EPSILON];
  const stream = random(2);
  assert.ok(many(100, () => stream.uniform(low, high)).every((value) => value === low));
  assert.equal(stream.uniform(3, 3), 3);
  const wide = many(1000, () => stream.integer(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER));
  assert.ok(wide.every(Number.isSafeInteger));
  assert.equal(stream.integer(4, 4), 4);
});

test("seeds that differ little give streams that have nothing in common", () => {
  const firsts = Array.from({ length: 1000 }, (_, seed) => random(seed).uniform());
  assert.equal(new Set(firsts).size, 1000);
  assert.ok(Math.abs(mean(firsts) - 0.5) < 0.03);
  const [a, b] = [random(1), random(2)].map((stream) => stream.normals(10_000));
  const correlation = mean(a!.map((value, i) => value * b![i]!));
  assert.ok(Math.abs(correlation) < 0.04, `correlation ${correlation}`);
});

test("streams split off by label are their own, and take nothing from their parent", () => {
  const [one, other] = [random(5), random(5)];
  one.split("weights").normals(100);
  assert.equal(one.uniform(), other.uniform());
  assert.equal(random(5).split("a").uniform(), random(5).split("a").uniform());
  const firsts = ["a", "b", "ab", "ba", ""].map((label) => random(5).split(label).uniform());
  assert.equal(new Set([...firsts, random(6).split("a").uniform()]).size, 6);
  const labels = Array.from({ length: 10_000 }, (_, k) => `layer ${k}`);
  assert.equal(new Set(labels.map((label) => random(5).split(label).uniform())).size, 10_000);
});

test("negative and long seeds have streams of their own", () => {
  const seeds = [0, 1, 2, -1, -2, -3, 2 ** 32, 2 ** 32 + 1, -(2 ** 32), 2 ** 53 - 1, 1 - 2 ** 53];
  assert.equal(new Set(seeds.map((seed) => random(seed).uniform())).size, seeds.length);
  assert.equal(random(-0).uniform(), random(0).uniform());
});

test("the first numbers of neighbouring seeds are independent of each other", () => {
  // χ² of pairs (draw i, draw j) on a grid of 16 × 16, over many seeds.
  const [seeds, draws, bins] = [50_000, 4, 16];
  const firstDraws = (stream: Random) => many(draws, () => Math.floor(bins * stream.uniform()));
  const drawn = Array.from({ length: seeds }, (_, seed) => firstDraws(random(seed)));
  for (let i = 0; i < draws; i++) {
    for (let j = i + 1; j < draws; j++) {
      const counts = new Float64Array(bins * bins);
      for (const numbers of drawn) counts[numbers[i]! * bins + numbers[j]!]! += 1;
      const mean = seeds / counts.length;
      const square = counts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0);
      const freedom = counts.length - 1;
      assert.ok(Math.abs(square - freedom) < 5 * Math.sqrt(2 * freedom), `${i}, ${j}: ${square}`);
    }
  }
});

test("the moments are those of the distributions", () => {
  const stream = random(11);
  const normals = stream.normals(100_000, 2, 3);
  assert.ok(Math.abs(mean(normals) - 2) < 0.05);
  assert.ok(Math.abs(mean(normals.map((v) => (v - 2) ** 2)) - 9) < 0.2);
  assert.ok(Math.abs(mean(normals.map((v) => ((v - 2) / 3) ** 4)) - 3) < 0.15, "fourth moment");
  const uniforms = many(100_000, () => stream.uniform(-1, 3));
  assert.ok(Math.abs(mean(uniforms) - 1) < 0.02);
  assert.ok(uniforms.every((v) => v >= -1 && v < 3));
  const dice = many(60_000, () => stream.integer(1, 6));
  for (let face = 1; face <= 6; face++) {
    const share = dice.filter((value) => value === face).length / dice.length;
    assert.ok(Math.abs(share - 1 / 6) < 0.01, `face ${face}: ${share}`);
  }
});

test("a permutation has each number once, and every order is as likely", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 0, max: 200 }), (seed, count) => {
      const sorted = random(seed).permutation(count).sort();
      assert.deepEqual(
        [...sorted],
        Array.from({ length: count }, (_, i) => i),
      );
    }),
  );
  const stream = random(3);
  const orders = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = stream.permutation(3).join("");
    orders.set(order, (orders.get(order) ?? 0) + 1);
  }
  assert.equal(orders.size, 6);
  for (const count of orders.values()) assert.ok(Math.abs(count - 1000) < 130, String(count));
});

test("a seed for TensorFlow.js is never 0", () => {
  const stream = random(0);
  const seeds = many(10_000, () => stream.tfSeed());
  assert.ok(seeds.every((seed) => Number.isInteger(seed) && seed > 0 && seed < 2 ** 31));
});

test("impossible wishes are refused", () => {
  for (const seed of [Number.NaN, 0.5, 2 ** 60, Number.POSITIVE_INFINITY]) {
    assert.throws(() => random(seed), /a seed is an integer, got/);
  }
  assert.throws(() => random(1).permutation(-1), /a count is an integer, 0 or more, got -1/);
  assert.throws(() => random(1).normals(2.5), /got 2\.5/);
  for (const [low, high] of [
    [1, 0],
    [0, Number.NaN],
    [0, Number.POSITIVE_INFINITY],
  ]) {
    assert.throws(() => random(1).uniform(low, high), /goes from low to high, both finite, got/);
  }
  assert.throws(() => random(1).normal(0, -1), /a deviation of 0 or more, got 0 and -1/);
  assert.throws(() => random(1).normals(3, Number.NaN), /finite mean .* got NaN and 1/);
  assert.throws(() => random(1).integer(0.5, 2), /drawn between two integers, got 0.5 and 2/);
  assert.throws(() => random(1).integer(3, 2), /drawn between two integers, got 3 and 2/);
});
