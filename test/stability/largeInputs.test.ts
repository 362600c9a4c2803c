import assert from "node:assert/strict";
import { test } from "node:test";
import { Dense, deepFool, fgsm, Graph, pgd, random, SplineNetwork } from "../../lib";

/** Numbers of a picture of 224 × 224 × 3: more than a call has room for arguments. */
const D = 224 * 224 * 3;

const draws = random(1);
const W = draws.normals(2 * D).map((v) => v / Math.sqrt(D));
const dense = new Dense(W, Float64Array.of(0, 0.1), D, 2);
const net = new SplineNetwork(new Graph([D], [{ name: "dense", operator: dense, inputs: [0] }]));
const x = draws.normals(D);

/** Between two logits that are affine everywhere: |f_0 − f_1| / ‖w_0 − w_1‖. */
const [f0, f1] = net.forward(x) as unknown as [number, number];
let square = 0;
for (let i = 0; i < D; i++) square += (W[i]! - W[D + i]!) ** 2;
const margin = Math.abs(f0 - f1) / Math.sqrt(square);

test("attacks on a picture of 224 × 224 × 3 find the other class where it begins", () => {
  const { distance } = deepFool(net, x)!;
  assert.ok(Math.abs(distance - margin) < 1e-5 * margin, `${distance} for ${margin}`);
  for (const norm of [2, Number.POSITIVE_INFINITY] as const) {
    const attack = (radius: number) =>
      pgd(net, x, { radius, norm, random: random(2), restarts: 2, steps: 5 });
    assert.notEqual(attack(1.5 * margin), undefined);
    assert.equal(attack((norm === 2 ? 0.9 : 0.9 / Math.sqrt(D)) * margin), undefined);
  }
  assert.equal(fgsm(net, x, 0.1).length, D);
});
