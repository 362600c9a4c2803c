import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { random } from "../../lib/random";
import {
  detectionErrors,
  gramSchmidt,
  matchedFilter,
  orthogonalMatchedFilter,
  whitenedFilter,
} from "../../lib/templates";

const K = 5;
const D = 12;
const directions = Matrix.from1DArray(K, D, random(2).normals(K * D));
const orthonormal = gramSchmidt(directions);

/** Signals that share a component, of one energy. */
const alike = (() => {
  const shared = orthonormal.getRowVector(0);
  const rows = orthonormal.clone();
  for (let k = 0; k < K; k++)
    rows.setRow(k, Matrix.add(rows.getRowVector(k), Matrix.mul(shared, 1.2)));
  for (let k = 0; k < K; k++) rows.setRow(k, rows.getRowVector(k).div(rows.getRowVector(k).norm()));
  return rows;
})();

const white = (variance: number) => Matrix.eye(D).mul(variance);
const all = (signals: Matrix, covariance: Matrix) => ({
  matched: matchedFilter(signals),
  orthogonal: orthogonalMatchedFilter(signals),
  whitened: whitenedFilter(signals, covariance),
});

test("two orthonormal signals in white noise err as the Q function says", () => {
  const signals = orthonormal.subMatrix(0, 1, 0, D - 1);
  const covariance = white(0.25);
  const rates = detectionErrors(
    { signals, covariance, trials: 100_000, random: random(1) },
    all(signals, covariance),
  );
  // Q(‖s₁ − s₂‖ / 2σ) = Q(√2) = 0.0786496
  for (const { low, high, rate } of Object.values(rates)) {
    assert.ok(Math.abs(rate - 0.0786496) < 0.0035);
    assert.ok(low < rate && rate < high && high - low < 0.004);
  }
});

test("orthonormal signals: the three detectors agree in white noise, trial by trial", () => {
  const [matched, orthogonal] = [matchedFilter(orthonormal), orthogonalMatchedFilter(orthonormal)];
  const whitened = whitenedFilter(orthonormal, white(2));
  const stream = random(3);
  for (let n = 0; n < 2000; n++) {
    const x = stream.normals(D);
    assert.equal(matched(x), orthogonal(x));
    assert.equal(matched(x), whitened(x));
  }
});

test("alike signals in white noise: matched filters are the most likely ones, and win", () => {
  const covariance = white(0.05);
  const rates = detectionErrors(
    { signals: alike, covariance, trials: 40_000, random: random(4) },
    all(alike, covariance),
  );
  assert.equal(rates.matched.errors, rates.whitened.errors);
  assert.ok(rates.matched.high < rates.orthogonal.low);
});

test("strong noise of known covariance: whitening errs least", () => {
  const n = orthonormal.getRowVector(2).clone().add(orthonormal.getRowVector(3));
  const covariance = Matrix.add(white(0.02), n.transpose().mmul(n).mul(0.5));
  const rates = detectionErrors(
    { signals: alike, covariance, trials: 20_000, random: random(5) },
    all(alike, covariance),
  );
  assert.ok(rates.whitened.high < Math.min(rates.matched.low, rates.orthogonal.low));
});

test("a detector takes the largest score, unequal energies are allowed for", () => {
  const signals = new Matrix([
    [1, 0],
    [3, 0],
  ]);
  assert.equal(matchedFilter(signals)(Float64Array.of(1, 0)), 0);
  assert.equal(matchedFilter(signals)(Float64Array.of(2.5, 0)), 1);
});

test("matrices that are no covariance, and sizes that don't fit, are refused", () => {
  assert.throws(() => whitenedFilter(alike, new Matrix(D, D)), /positive definite/);
  const lopsided = Matrix.eye(D);
  lopsided.set(0, 1, 0.5);
  assert.throws(() => whitenedFilter(alike, lopsided), /symmetric/);
  const experiment = { signals: alike, covariance: Matrix.eye(3), trials: 1, random: random(1) };
  assert.throws(() => detectionErrors(experiment, {}), /12 numbers, the covariance is 3 × 3/);
  assert.throws(
    () => detectionErrors({ ...experiment, covariance: white(1), trials: 0 }, {}),
    /1 trial or more/,
  );
});
