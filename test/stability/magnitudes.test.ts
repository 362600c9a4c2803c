import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cellBoundary,
  certify,
  Dense,
  deepFool,
  fgsm,
  Graph,
  lipschitzOnBox,
  minimalPerturbation,
  pgd,
  random,
  SplineNetwork,
} from "../../lib";

const affine = (s: number) => SplineNetwork.fromWeights([{ W: [[s], [0]], b: [0, 0] }]);

test("radii, facets and attacks are the same whatever the size of weights", () => {
  for (const s of [1e-307, 1e-300, 1e-200, 1e-150, 1, 1e150, 1e160, 1e300]) {
    const { radius, exact } = certify(affine(s), [1]);
    assert.ok(Math.abs(radius - 1) < 1e-9 && exact, `${s}: ${radius}`);
    assert.ok(Math.abs(deepFool(affine(s), [1])!.distance - 1) < 1e-6, `deepFool at ${s}`);
    assert.deepEqual(Array.from(fgsm(affine(s), [1], 0.5)), [0.5]);
    assert.equal(pgd(affine(s), [1], { radius: 0.99, random: random(1) }), undefined);
    assert.notEqual(pgd(affine(s), [1], { radius: 1.01, random: random(1) }), undefined);
    // relu(s (x + 2 y)) switches off at the distance 3 / √5 from (1, 1).
    const unit = SplineNetwork.fromWeights([
      { W: [[s, 2 * s]], b: [0] },
      { W: [[1], [0]], b: [0, 0] },
    ]);
    const { nearest } = cellBoundary(unit, [1, 1]);
    assert.ok(Math.abs(nearest!.distance - 3 / Math.sqrt(5)) < 1e-9, `${s}: ${nearest!.distance}`);
    assert.ok(Math.abs(nearest!.foot[0]! - 0.4) < 1e-9 && Math.abs(nearest!.foot[1]! + 0.2) < 1e-9);
  }
});

test("deep networks of small weights are certified up to where the class changes", () => {
  for (const [depth, factor] of [
    [5, 0.1],
    [100, 0.02],
    [200, 0.1],
  ] as const) {
    const net = SplineNetwork.fromWeights([
      { W: [[1]], b: [-1] },
      ...Array.from({ length: depth - 1 }, () => ({ W: [[factor]], b: [0] })),
      { W: [[1], [0]], b: [0, 0.5 * factor ** (depth - 1)] },
    ]);
    assert.ok(Math.abs(certify(net, [3]).radius - 1.5) < 1e-9, `${depth} layers`);
    assert.ok(Math.abs(deepFool(net, [3])!.distance - 1.5) < 1e-3, `${depth} layers`);
  }
});

test("where slopes leave the range of float64 nothing is certified", () => {
  const chain = (one: number, other: number) =>
    SplineNetwork.fromWeights([
      { W: [[one]], b: [0] },
      { W: [[other], [0]], b: [0, 0] },
    ]);
  assert.throws(() => certify(chain(1e-200, 1e-200), [1]), /slopes of the network are below/);
  assert.throws(() => certify(chain(1e200, 1e200), [1]), /expected finite numbers/);
  // Digits that are lost in the middle show in the end too.
  const middle = SplineNetwork.fromWeights([
    { W: [[1e-200]], b: [0] },
    { W: [[1e-121]], b: [0] },
    { W: [[1e200], [0]], b: [0, 0] },
  ]);
  assert.throws(() => certify(middle, [1]), /slopes of the network are below/);
  // Forwards slopes are 1e300, 1e100 and 1e-100; backwards they are lost.
  const backwards = SplineNetwork.fromWeights([
    { W: [[1e300, 1e300, 1e300]], b: [0] },
    { W: [[1e-200]], b: [0] },
    { W: [[1e-200], [0]], b: [0, 1e-100] },
  ]);
  assert.throws(() => certify(backwards, [2, 2, 2]), /slopes of the network are below/);
  // Slopes that are 0 are no underflow.
  const dead = SplineNetwork.fromWeights([
    { W: [[1]], b: [-2] },
    { W: [[1], [0]], b: [0, 0] },
  ]);
  assert.ok(Math.abs(certify(dead, [1]).radius - 1) < 1e-12);
});

test("searches over cells and boxes refuse slopes that underflow in any cell they meet", () => {
  const lost = { name: "RangeError", message: /slopes of the network are below/ };
  const chain = SplineNetwork.fromWeights([
    { W: [[1e-200]], b: [0] },
    { W: [[1e-200], [0]], b: [0, 0] },
  ]);
  assert.throws(() => minimalPerturbation(chain, [1]), lost);
  assert.throws(() => lipschitzOnBox(chain, [[-1], [1]]), lost);
  // Where the signal is, slopes are 0; beyond x = 2 they underflow.
  const beyond = SplineNetwork.fromWeights([
    { W: [[1e-200]], b: [-2e-200] },
    { W: [[1e-200], [0]], b: [0, 1] },
  ]);
  assert.throws(() => minimalPerturbation(beyond, [1]), lost);
  assert.throws(() => lipschitzOnBox(beyond, [[1], [3]]), lost);
  // Three dense operators that are one layer.
  const dense = (w: number) => new Dense(Float64Array.of(w), null, 1, 1);
  const folded = new SplineNetwork(
    new Graph(
      [1],
      [dense(1e-200), dense(1e-200), new Dense(Float64Array.of(1e200, 0), null, 1, 2)].map(
        (operator, i) => ({ name: `dense${i}`, operator, inputs: [i] }),
      ),
    ),
  );
  assert.throws(() => minimalPerturbation(folded, [1]), lost);
  assert.throws(() => lipschitzOnBox(folded, [[-1], [1]]), lost);
  // What underflows beside larger terms, and slopes that are 0, is no loss.
  const beside = SplineNetwork.fromWeights([
    { W: [[1e-200], [1]], b: [3e-200, -1] },
    {
      W: [
        [1e-200, 1],
        [0, 0],
      ],
      b: [0, 1],
    },
  ]);
  assert.ok(Math.abs(minimalPerturbation(beside, [4]).distance - 2) < 1e-9);
  const { lower, upper } = lipschitzOnBox(beside, [[1.5], [4]]);
  assert.ok(Math.abs(lower - 1) < 1e-9 && Math.abs(upper - 1) < 1e-5);
});
