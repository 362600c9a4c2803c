import assert from "node:assert/strict";
import { test } from "node:test";
import { minimalPerturbation, random, SplineNetwork } from "../../lib";

test("a picture of 150,528 numbers with two logits takes seconds", () => {
  const D = 224 * 224 * 3;
  const draws = random(1);
  const W = [Array.from(draws.normals(D)), Array.from(draws.normals(D))];
  const net = SplineNetwork.fromWeights([{ W, b: [0, 0] }]);
  const x = draws.normals(D);
  const start = performance.now();
  const { distance, exact } = minimalPerturbation(net, x);
  assert.ok(performance.now() - start < 20_000);
  const f = net.forward(x);
  const length = Math.sqrt(W[0]!.reduce((sum, w, i) => sum + (w - W[1]![i]!) ** 2, 0));
  assert.ok(exact && Math.abs(distance / (Math.abs(f[0]! - f[1]!) / length) - 1) < 1e-9);
});
