import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Activation,
  certify,
  Dense,
  Graph,
  heWeights,
  minimalPerturbation,
  random,
  SplineNetwork,
} from "../../lib";

/** The first of equal logits, up to rounding. */
const classOf = (net: SplineNetwork, x: ArrayLike<number>): number => {
  const f = net.forward(x);
  const most = f.reduce((a, v) => Math.max(a, v), Number.NEGATIVE_INFINITY);
  return f.findIndex((v) => v >= most - 1e-12);
};

/** Is another class met on a ring around x, sampled? */
function changesOn(net: SplineNetwork, x: readonly number[], radius: number): boolean {
  const label = classOf(net, x);
  for (let t = 0; t < 720; t++) {
    const angle = (t * Math.PI) / 360;
    const z = [x[0]! + radius * Math.cos(angle), x[1]! + radius * Math.sin(angle)];
    if (classOf(net, z) !== label) return true;
  }
  return false;
}

test("distances scale with the unit of the input", () => {
  const units = [1e-200, 1e-12, 1e-9, 1e-6, 1e3, 1e5, 1e7, 1e12, 1e200];
  for (let seed = 0; seed < 40; seed++) {
    const draws = random(seed);
    const widths = [
      [2, 6, 5, 2],
      [4, 6, 3],
      [3, 8, 2],
      [6, 4, 4, 4],
    ][seed % 4]!;
    const weights = heWeights(widths, draws.split("weights"), { offsetDeviation: 0.6 });
    const x = Array.from(draws.split("x").normals(widths[0]!));
    const plain = minimalPerturbation(SplineNetwork.fromWeights(weights), x);
    for (const unit of [units[seed % units.length]!, units[(seed + 4) % units.length]!]) {
      const [first, ...rest] = weights;
      const W = first!.W.map((row) => Array.from(row, (w) => w / unit));
      const net = SplineNetwork.fromWeights([{ W, b: first!.b }, ...rest]);
      const scaled = x.map((v) => v * unit);
      const { distance, exact, rival } = minimalPerturbation(net, scaled);
      const same =
        distance === plain.distance || Math.abs(distance / unit / plain.distance - 1) < 1e-9;
      assert.ok(exact && same, `seed ${seed}, unit ${unit}: ${distance}, ${plain.distance}`);
      assert.equal(rival, plain.rival);
      const certificate = certify(net, scaled);
      assert.ok(certificate.radius <= distance * (1 + 1e-9));
      if (certificate.exact) assert.ok(distance <= certificate.radius * (1 + 1e-9));
    }
  }
});

test("of equal logits the first is the class: rows twice, dead units, regions of equality", () => {
  const twice = SplineNetwork.fromWeights([
    {
      W: [
        [1, 2],
        [1, 2],
      ],
      b: [0.3, 0.3],
    },
  ]);
  assert.equal(minimalPerturbation(twice, [1, 1]).distance, Number.POSITIVE_INFINITY);
  assert.equal(certify(twice, [1, 1]).radius, Number.POSITIVE_INFINITY);
  const dead = SplineNetwork.fromWeights([
    { W: [[1, 0]], b: [-3] },
    { W: [[0], [1]], b: [0, 0] },
  ]);
  assert.ok(Math.abs(minimalPerturbation(dead, [1, 0]).distance - 2) < 1e-9);
  assert.ok(certify(dead, [1, 0]).radius <= 2 + 1e-9);
  // From where the later class is ahead to the region where both are equal.
  assert.ok(Math.abs(minimalPerturbation(dead, [4, 0]).distance - 1) < 1e-9);
});

test("where logits only touch at a kink the class doesn't change, whichever comes first", () => {
  // −|u| against 0, and 0 against −|u|.
  for (const rows of [
    [
      [0, 0],
      [-1, -1],
    ],
    [
      [-1, -1],
      [0, 0],
    ],
  ]) {
    const net = SplineNetwork.fromWeights([
      { W: [[1], [-1]], b: [0, 0] },
      { W: rows, b: [0, 0] },
    ]);
    const { distance, certified } = minimalPerturbation(net, [1]);
    assert.equal(distance, Number.POSITIVE_INFINITY);
    assert.equal(certified, distance);
    const { radius, exact } = certify(net, [1]);
    assert.ok(Math.abs(radius - 1) < 1e-12 && !exact);
    if (rows[0]![0] === 0) {
      // At the kink itself, where the former class is the class and stays it.
      assert.equal(minimalPerturbation(net, [0]).distance, Number.POSITIVE_INFINITY);
      assert.equal(certify(net, [0]).radius, 0);
    }
  }
  // A ridge that rises above by a millionth is met where it begins.
  const ridge = SplineNetwork.fromWeights([
    { W: [[1], [-1]], b: [0, 0] },
    {
      W: [
        [0, 0],
        [-1, -1],
      ],
      b: [0, 1e-6],
    },
  ]);
  assert.ok(Math.abs(minimalPerturbation(ridge, [1]).distance - (1 - 1e-6)) < 1e-9);
});

test("distances are those of sampled rings where regions have equal logits", () => {
  let finite = 0;
  for (let seed = 0; seed < 40; seed++) {
    const draws = random(seed);
    const whole = (n: number, m: number) =>
      Array.from({ length: n }, () => Array.from({ length: m }, () => draws.integer(-2, 2)));
    const offsets = (n: number) => Array.from({ length: n }, () => draws.integer(-2, 2));
    const net = SplineNetwork.fromWeights([
      { W: whole(4, 2), b: offsets(4) },
      { W: whole(3, 4), b: [0, 0, 0] },
    ]);
    const x = Array.from(draws.normals(2));
    const { distance, exact } = minimalPerturbation(net, x);
    assert.ok(exact);
    const reach = Math.min(distance, 4);
    for (const part of [0.1, 0.25, 0.5, 0.75, 0.9, 0.97, 0.999]) {
      assert.ok(!changesOn(net, x, part * reach), `seed ${seed}: nearer than ${distance}`);
    }
    if (distance < 4) {
      const behind = [1.001, 1.01, 1.03, 1.05].some((part) => changesOn(net, x, part * reach));
      assert.ok(behind, `seed ${seed}: further away than ${distance}`);
      finite++;
    }
    assert.ok(certify(net, x).radius <= distance + 1e-9, `seed ${seed}`);
  }
  assert.ok(finite >= 20, `${finite} of them change their class nearby`);
});

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

test("units of 600 pieces are searched", () => {
  // A staircase of slopes 1 and 2 in turn, with a knot at every whole number from 0 to 598.
  const knots = Array.from({ length: 599 }, (_, k) => k);
  const slopes = Array.from({ length: 600 }, (_, r) => 1 + (r % 2));
  const intercepts = [0];
  for (let r = 1; r < 600; r++) {
    intercepts.push(intercepts[r - 1]! + (slopes[r - 1]! - slopes[r]!) * knots[r - 1]!);
  }
  const stairs = new Activation([1], { kind: "stairs", knots, slopes, intercepts });
  const valueAt = (u: number) => {
    const r = Math.min(599, Math.max(0, Math.ceil(u)));
    return slopes[r]! * u + intercepts[r]!;
  };
  const boundary = 301.25;
  const behind = new Dense(Float64Array.of(1, 0), Float64Array.of(0, valueAt(boundary)), 1, 2);
  const net = new SplineNetwork(
    new Graph(
      [1],
      [
        { name: "stairs", operator: stairs, inputs: [0] },
        { name: "logits", operator: behind, inputs: [1] },
      ],
    ),
  );
  for (const x of [5.5, 299.5, 301.75, 590.5, 700]) {
    const { distance, exact, signal } = minimalPerturbation(net, [x]);
    assert.ok(exact && Math.abs(distance - Math.abs(x - boundary)) < 1e-9, `${x}: ${distance}`);
    assert.ok(Math.abs(signal![0]! - boundary) < 1e-9);
  }
});

test("brute force finds the same distance in nets of two layers", () => {
  for (let seed = 0; seed < 12; seed++) {
    const draws = random(500 + seed);
    const weights = heWeights([2, 6, 5, 3], draws, { offsetDeviation: 0.5 });
    const net = SplineNetwork.fromWeights(weights);
    const x = Array.from(draws.normals(2));
    const { distance, signal, rival } = minimalPerturbation(net, x);
    if (distance > 5) continue;
    for (const part of [0.2, 0.5, 0.8, 0.95, 0.999]) {
      assert.ok(!changesOn(net, x, part * distance), `seed ${seed}`);
    }
    // Just behind the signal found the rival is the class.
    const beyond = x.map((v, i) => v + (1 + 1e-6) * (signal![i]! - v));
    assert.equal(classOf(net, beyond), rival, `seed ${seed}`);
  }
});
