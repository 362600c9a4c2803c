import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  batch,
  circles,
  type Dataset,
  moonsAndCircles,
  split,
  subset,
  twoMoons,
} from "../../lib/data";
import { random } from "../../lib/random";

const points = (data: Dataset) =>
  Array.from(
    { length: data.size },
    (_, n) => [data.inputs[2 * n]!, data.inputs[2 * n + 1]!] as const,
  );

test("without noise, moons and circles lie on their curves", () => {
  const moons = twoMoons({ count: 101, noise: 0, random: random(1) });
  points(moons).forEach(([x, y], n) => {
    const [cx, cy] = moons.labels[n] === 0 ? [0, 0] : [1, 0.5];
    assert.ok(Math.abs(Math.hypot(x - cx, y - cy) - 1) < 1e-6);
    assert.ok(moons.labels[n] === 0 ? y > -1e-6 : y < 0.5 + 1e-6);
  });
  const rings = circles({ count: 100, noise: 0, random: random(1) });
  points(rings).forEach(([x, y], n) => {
    assert.ok(Math.abs(Math.hypot(x, y) - [1, 0.8][rings.labels[n]!]!) < 1e-6);
  });
});

test("angles are those of math.md § 14: moons with both ends, circles without repetition", () => {
  const moons = points(twoMoons({ count: 6, noise: 0, random: random(1) }));
  // Classes take turns: upper, lower, upper, …
  near(moons, [1, 0, 0, 0.5, 0, 1, 1, -0.5, -1, 0, 2, 0.5]);
  const rings = points(circles({ count: 8, noise: 0, random: random(1) }));
  near(rings, [1, 0, 0.8, 0, 0, 1, 0, 0.8, -1, 0, -0.8, 0, 0, -1, 0, -0.8]);
});

function near(found: readonly (readonly [number, number])[], expected: readonly number[]): void {
  found.flat().forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]!) < 1e-6, `number ${i}: ${value}`);
  });
}

test("noise has the deviation asked for", () => {
  const [noisy, exact] = [0.1, 0].map((noise) =>
    circles({ count: 20_000, noise, random: random(2) }),
  );
  const squares = noisy!.inputs.map((value, i) => (value - exact!.inputs[i]!) ** 2);
  const deviation = Math.sqrt(squares.reduce((a, b) => a + b) / squares.length);
  assert.ok(Math.abs(deviation - 0.1) < 0.002, `deviation ${deviation}`);
});

test("the toy set has four classes of one size, is centred, its maxima are 1", () => {
  const data = moonsAndCircles({ count: 2000, noise: 0.035, random: random(3) });
  for (let label = 0; label < 4; label++) {
    assert.equal(data.labels.filter((l) => l === label).length, 500);
  }
  for (const axis of [0, 1] as const) {
    const values = points(data).map((point) => point[axis]);
    assert.ok(Math.abs(values.reduce((a, b) => a + b) / values.length) < 1e-6);
    assert.equal(Math.max(...values), 1);
  }
  const again = moonsAndCircles({ count: 2000, noise: 0.035, random: random(3) });
  assert.deepEqual(again, data);
  const other = moonsAndCircles({ count: 2000, noise: 0.035, random: random(4) });
  assert.notDeepEqual(other.inputs, data.inputs);
});

test("sets of any size have classes that differ by one point at most", () => {
  const sets = [twoMoons, circles, moonsAndCircles] as const;
  fc.assert(
    fc.property(fc.constantFrom(...sets), fc.integer({ min: 4, max: 60 }), (set, count) => {
      const data = set({ count, noise: 0.1, random: random(count) });
      assert.deepEqual(
        [data.size, data.labels.length, data.inputs.length],
        [count, count, 2 * count],
      );
      assert.ok(data.inputs.every(Number.isFinite));
      const members = data.classNames.map((_, c) => data.labels.filter((l) => l === c).length);
      assert.equal(
        members.reduce((a, b) => a + b),
        count,
      );
      assert.ok(Math.max(...members) - Math.min(...members) <= 1);
    }),
  );
});

test("batch, subset and split keep signals with their labels", () => {
  const size = fc.integer({ min: 1, max: 30 });
  fc.assert(
    fc.property(
      size,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer(),
      (n, share, seed) => {
        // Each signal carries its label, so that a mix-up shows.
        const data: Dataset = {
          name: "counted",
          size: n,
          shape: [2],
          inputs: Float32Array.from({ length: 2 * n }, (_, i) => i >> 1),
          labels: Uint8Array.from({ length: n }, (_, i) => i),
          classNames: [],
        };
        const [part, rest] = split(data, share, random(seed));
        assert.equal(part.size, Math.round(share * n));
        const all = [...part.labels, ...rest.labels].sort((a, b) => a - b);
        assert.deepEqual(all, [...data.labels]);
        for (const side of [part, rest]) {
          for (let i = 0; i < side.size; i++) assert.equal(side.inputs[2 * i + 1], side.labels[i]);
        }
        const middle = subset(data, Math.floor(n / 3), n);
        assert.equal(middle.inputs[0] ?? -1, middle.labels[0] ?? -1);
        assert.deepEqual(subset(data, [0]), subset(data, 0, 1));
        const { inputs, labels } = batch(data, [n - 1, 0]);
        assert.deepEqual([inputs[0], labels[0], inputs[2], labels[1]], [n - 1, n - 1, 0, 0]);
      },
    ),
  );
});

test("what isn't there can't be taken", () => {
  const data = twoMoons({ count: 10, noise: 0, random: random(1) });
  assert.throws(() => batch(data, [10]), /there is no signal 10 in two moons, which has 10/);
  assert.throws(() => batch(data, [0.5]), /there is no signal 0\.5 in two moons/);
  assert.throws(() => subset(data, [-1]), /there is no signal -1 in two moons/);
  assert.throws(() => subset(data, 5, 11), /no signals 5 to 11/);
  assert.throws(() => subset(data, 0.5, 2), /no signals 0\.5 to 2/);
  assert.throws(() => split(data, 1.5, random(1)), /a share is in \[0, 1\], got 1\.5/);
  assert.throws(
    () => circles({ count: 1, noise: 0, random: random(1) }),
    /circles: at least 2 points, an integer, got 1/,
  );
  assert.throws(
    () => twoMoons({ count: 4, noise: -1, random: random(1) }),
    /a deviation of 0 or more, got 0 and -1/,
  );
});
