import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { random } from "../../lib/random";
import { memorise, memoriseCertificate, optimalTemplates } from "../../lib/templates";

const unitSignal = (D: number, seed: number): Float64Array => {
  const x = random(seed).normals(D);
  const norm = Math.hypot(...x);
  return x.map((v) => v / norm);
};
const largestGap = (a: Float64Array, b: Float64Array): number =>
  a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i]!)), 0);

test("ten classes, α = 3: 1.643168, −0.182574, 0.896040 nats", () => {
  const { correct, wrong, crossEntropy } = optimalTemplates(unitSignal(8, 1), 4, 10, 3);
  assert.ok(Math.abs(correct - 1.643168) < 1e-6);
  assert.ok(Math.abs(wrong + 0.182574) < 1e-6);
  assert.ok(Math.abs(crossEntropy - 0.89604) < 1e-6);
  assert.ok(Math.abs(correct / wrong + 9) < 1e-12);
});

for (const [C, alpha] of [
  [10, 3],
  [2, 0.5],
  [5, 30],
  [10, 200],
] as const) {
  test(`projected gradient descent finds the optimum, C = ${C}, α = ${alpha}`, () => {
    for (const seed of [1, 2, 3]) {
      const x = unitSignal(12, 10 * seed);
      const y = seed % C;
      const known = optimalTemplates(x, y, C, alpha);
      const found = memorise(x, y, C, alpha, { random: random(seed) });
      assert.ok(found.steps < 10_000, "it ran out of steps");
      assert.ok(largestGap(found.T, known.T) < 1e-6, `off by ${largestGap(found.T, known.T)}`);
      assert.ok(Math.abs(found.crossEntropy - known.crossEntropy) < 1e-12);
      assert.ok(found.stationarity < 1e-7 && found.multiplier > 0);
      assert.ok(Math.abs(found.excess) < 1e-12);
    }
  });
}

test("signals of any norm: the coefficients stay, the loss falls", () => {
  const x = unitSignal(6, 5).map((v) => 3 * v);
  const known = optimalTemplates(x, 0, 4, 2);
  const found = memorise(x, 0, 4, 2, { random: random(9) });
  assert.ok(largestGap(found.T, known.T) < 1e-6);
  assert.ok(Math.abs(found.crossEntropy - known.crossEntropy) < 1e-12);
  assert.ok(known.crossEntropy < optimalTemplates(unitSignal(6, 5), 0, 4, 2).crossEntropy);
});

test("the gap bounds what feasible templates can gain, whatever they are", () => {
  const x = unitSignal(7, 3);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (seed, share) => {
        const [C, alpha] = [4, 5];
        const T = random(seed).normals(C * 7);
        const scale = (share * Math.sqrt(alpha)) / Math.hypot(...T);
        const certificate = memoriseCertificate(
          T.map((t) => t * scale),
          x,
          1,
          alpha,
        );
        const { crossEntropy } = optimalTemplates(x, 1, C, alpha);
        assert.ok(certificate.gap >= certificate.crossEntropy - crossEntropy - 1e-12);
      },
    ),
    { numRuns: 200 },
  );
});

test("the certificate sees what is not optimal", () => {
  const x = unitSignal(5, 2);
  const { T } = optimalTemplates(x, 2, 3, 4);
  assert.ok(memoriseCertificate(T, x, 2, 4).gap < 1e-14);
  const turned = T.map((t, i) => (i === 0 ? t + 0.1 : t));
  assert.ok(memoriseCertificate(turned, x, 2, 4).stationarity > 1e-3);
  const short = T.map((t) => 0.5 * t);
  const slack = memoriseCertificate(short, x, 2, 4);
  assert.ok(Math.abs(slack.excess + 0.75) < 1e-12 && slack.gap > 0.1);
});

test("arguments that make no sense are refused with a reason", () => {
  assert.throws(() => optimalTemplates([0, 0], 0, 3, 1), /norm above 0, got 0/);
  assert.throws(() => optimalTemplates([1, Number.NaN], 0, 3, 1), /finite norm/);
  assert.throws(() => optimalTemplates([1], 3, 3, 1), /class 3 isn't there/);
  assert.throws(() => optimalTemplates([1], 0, 1, 1), /two classes or more, got 1/);
  assert.throws(() => memorise([1], 0, 2, 0, { random: random(1) }), /above 0, got 0/);
});

test("templates of a picture of 224 × 224 × 3 reach the theorem's inner products, with α = 1 by default", () => {
  const x = random(5).normals(224 * 224 * 3);
  const { T, correct, wrong } = optimalTemplates(x, 0, 2);
  const norm = Math.sqrt(x.reduce((sum, v) => sum + v * v, 0));
  const along = (c: number) => x.reduce((sum, v, i) => sum + v * T[c * x.length + i]!, 0) / norm;
  assert.ok(Math.abs(along(0) - correct) < 1e-12 && Math.abs(correct - Math.SQRT1_2) < 1e-12);
  assert.ok(Math.abs(along(1) - wrong) < 1e-12 && Math.abs(wrong + Math.SQRT1_2) < 1e-12);
});
