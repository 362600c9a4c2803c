import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { random } from "../../lib/random";
import {
  binomial,
  haninRolnickYardstick,
  montufarLowerBound,
  montufarUpperBound,
  serraUpperBound,
  zaslavsky,
} from "../../lib/spline/regionCounts";

test("binomials are exact, far beyond 2^53", () => {
  assert.equal(binomial(100, 50), 100891344545564193334812497256n);
  fc.assert(
    fc.property(fc.nat(200), fc.nat(200), (n, k) => {
      const above = k === 0 ? 0n : binomial(n, k - 1);
      assert.equal(binomial(n + 1, k), binomial(n, k) + above);
    }),
  );
});

test("Zaslavsky's count is that of random lines in the plane, counted by their crossings", () => {
  for (const N of [1, 2, 5, 20]) {
    const draws = random(N);
    const lines = Array.from(
      { length: N },
      () => [draws.normal(), draws.normal(), draws.normal()] as const,
    );
    // Euler: lines in general position have 1 + N + (crossings) regions; count distinct crossings.
    const crossings = new Set<string>();
    lines.forEach(([a, b, c], i) => {
      for (const [d, e, f] of lines.slice(i + 1)) {
        const determinant = a * e - b * d;
        assert.ok(Math.abs(determinant) > 1e-9);
        const x = (b * f - c * e) / determinant;
        const y = (c * d - a * f) / determinant;
        crossings.add(`${x.toFixed(9)} ${y.toFixed(9)}`);
      }
    });
    assert.equal(zaslavsky(N, 2), BigInt(1 + N + crossings.size));
  }
  assert.equal(zaslavsky(20, 2), 211n);
  assert.equal(zaslavsky(5, 9), 32n, "more dimensions than hyperplanes: all sign patterns");
  assert.equal(zaslavsky(7, 2, { central: true }), 14n, "lines through one point");
});

test("bounds of known nets, as integers", () => {
  const cases: [number, number[], bigint, bigint][] = [
    [2, [45, 3], 3388n, 7252n],
    [2, [16, 16], 8768n, 18769n],
    [2, [32, 32, 32], 34668544n, 148035889n],
    [1, [4, 4], 20n, 25n],
    [2, [2, 2, 2], 4n, 64n],
    [2, [4, 4, 4], 176n, 1331n],
  ];
  for (const [inputs, widths, lower, upper] of cases) {
    assert.equal(montufarLowerBound(inputs, widths), lower, `lower, ${widths}`);
    assert.equal(montufarUpperBound(inputs, widths), upper, `upper, ${widths}`);
  }
  assert.equal(serraUpperBound(2, [2, 2, 2]), 30n);
});

test("Serra's bound is the sum over its index set, written out", () => {
  // J = {(j₁, …, j_L) : 0 ≤ j_l ≤ min(n₀, n₁ − j₁, …, n_{l−1} − j_{l−1}, n_l)}, by brute force.
  const bySet = (inputs: number, widths: readonly number[]) => {
    let total = 0n;
    const visit = (l: number, least: number, product: bigint): void => {
      if (l === widths.length) {
        total += product;
        return;
      }
      const n = widths[l]!;
      for (let j = 0; j <= Math.min(least, n); j++) {
        visit(l + 1, Math.min(least, n - j), product * binomial(n, j));
      }
    };
    visit(0, inputs, 1n);
    return total;
  };
  for (const [inputs, widths] of [
    [2, [2, 2, 2]],
    [3, [4, 2, 5, 3]],
    [2, [45, 3]],
    [5, [3, 6, 6]],
  ] as const) {
    assert.equal(serraUpperBound(inputs, widths), bySet(inputs, widths), `${inputs}; ${widths}`);
  }
});

test("the bounds are ordered, and Serra's is reached for one input", () => {
  const width = fc.integer({ min: 1, max: 12 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.array(width, { minLength: 1, maxLength: 4 }),
      (inputs, widths) => {
        const [lower, serra, upper] = [montufarLowerBound, serraUpperBound, montufarUpperBound].map(
          (bound) => bound(inputs, widths),
        );
        assert.ok(serra! <= upper!, `${serra} ${upper}`);
        if (widths.every((n) => n >= inputs)) assert.ok(lower! <= serra!, `${lower} ${serra}`);
        const line = widths.reduce((product, n) => product * BigInt(n + 1), 1n);
        const single = widths.slice(0, -1).includes(1);
        assert.ok(single ? serraUpperBound(1, widths) < line : serraUpperBound(1, widths) === line);
      },
    ),
  );
});

test("what can't be counted is refused", () => {
  assert.throws(() => zaslavsky(2.5, 2), /the number of hyperplanes is 2\.5/);
  assert.throws(() => montufarUpperBound(2, []), /inputs 2 and widths \[\]/);
  assert.equal(haninRolnickYardstick(10), 50);
});
