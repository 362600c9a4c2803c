import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import {
  certify,
  deepFool,
  fgsm,
  heWeights,
  minimalPerturbation,
  nearestOrthonormal,
  partition,
  pgd,
  random,
  SplineNetwork,
} from "../../lib";

const planar = (seed: number) =>
  SplineNetwork.fromWeights(
    heWeights([2, 9, 7, 3], random(seed).split("weights"), { offsetDeviation: 0.6 }),
  );
const classOf = (net: SplineNetwork, x: ArrayLike<number>) => {
  const f = net.forward(x);
  return f.indexOf(Math.max(...f));
};
/** Distance of a point to a segment. */
function toSegment([x, y]: readonly number[], points: ArrayLike<number>): number {
  const [x1, y1, x2, y2] = Array.from(points) as [number, number, number, number];
  const length = (x2 - x1) ** 2 + (y2 - y1) ** 2;
  const t = ((x! - x1) * (x2 - x1) + (y! - y1) * (y2 - y1)) / length;
  const s = length === 0 ? 0 : Math.min(1, Math.max(0, t));
  return Math.hypot(x! - x1 - s * (x2 - x1), y! - y1 - s * (y2 - y1));
}

test("certificates survive PGD with 50 restarts, and exact ones are attained", () => {
  let exactOnes = 0;
  for (let seed = 0; seed < 20; seed++) {
    const net = planar(seed);
    const drawn = random(seed).split("x").normals(2);
    // A point drawn at random, and one just before the decision boundary.
    const found = deepFool(net, drawn);
    const close = found?.signal.map((v, i) => drawn[i]! + 0.999 * (v - drawn[i]!));
    for (const x of close === undefined ? [drawn] : [drawn, close]) {
      const { radius, exact, label } = certify(net, x);
      const attack = { restarts: 50, steps: 10, random: random(seed) };
      const survived = pgd(net, x, { ...attack, radius: radius * (1 - 1e-9) }) === undefined;
      assert.ok(survived, `seed ${seed}`);
      assert.equal(label, classOf(net, x));
      if (!exact || !Number.isFinite(radius)) continue;
      exactOnes++;
      assert.notEqual(pgd(net, x, { ...attack, radius: radius * 1.01 + 1e-9 }), undefined);
    }
  }
  assert.ok(exactOnes >= 8, `${exactOnes} exact certificates`);
});

test("the exact smallest change lies between certificate and attack, and is that of brute force", () => {
  let beyondCell = 0;
  for (let seed = 0; seed < 25; seed++) {
    const net = planar(seed);
    const x = Array.from(random(seed).split("x").normals(2));
    const complex = partition(net, {
      domain: [
        [-40, -40],
        [40, 40],
      ],
    });
    const { points, count } = complex.decisionBoundary();
    let brute = Number.POSITIVE_INFINITY;
    for (let s = 0; s < count; s++) {
      brute = Math.min(brute, toSegment(x, points.subarray(4 * s, 4 * s + 4)));
    }
    if (brute > 10) continue; // the nearest boundary may lie outside of the square
    const { distance, signal, exact, certified, rival } = minimalPerturbation(net, x);
    assert.ok(exact && certified === distance);
    assert.ok(Math.abs(distance - brute) < 1e-7, `seed ${seed}: ${distance} ${brute}`);
    const certificate = certify(net, x);
    assert.ok(certificate.radius <= distance + 1e-9);
    if (certificate.exact) assert.ok(Math.abs(certificate.radius - distance) < 1e-9);
    else beyondCell++;
    const attack = deepFool(net, x);
    if (attack !== undefined) assert.ok(attack.distance >= distance - 1e-7);
    const f = net.forward(signal!);
    assert.ok(
      Math.abs(f[rival]! - f[certificate.label]!) < 1e-7,
      "the two classes are level there",
    );
    const short = minimalPerturbation(net, x, { cells: 1 });
    assert.ok(short.certified <= distance + 1e-9 && short.distance >= distance - 1e-9);
  }
  assert.ok(beyondCell >= 10, `${beyondCell} of them leave their cell`);
});

test("of many inputs only what the first layer's rows see is searched", () => {
  // A planar network behind a map from nine inputs with orthonormal rows: the same distances.
  for (let seed = 0; seed < 5; seed++) {
    const draws = random(seed);
    const planarWeights = heWeights([2, 9, 7, 3], draws.split("weights"), { offsetDeviation: 0.6 });
    const rows = nearestOrthonormal(Matrix.from1DArray(2, 9, draws.normals(18)));
    const [first, ...rest] = planarWeights;
    const W = new Matrix(first!.W.map((row) => [...row])).mmul(rows).to2DArray();
    const wide = SplineNetwork.fromWeights([{ W, b: first!.b }, ...rest]);
    const x = draws.normals(9);
    const y = rows.mmul(Matrix.columnVector(x)).to1DArray();
    const found = minimalPerturbation(wide, x);
    const expected = minimalPerturbation(SplineNetwork.fromWeights(planarWeights), y);
    assert.ok(found.exact && expected.exact);
    assert.ok(Math.abs(found.distance - expected.distance) < 1e-9, `seed ${seed}`);
    const change = found.signal!.map((v, i) => v - x[i]!);
    assert.ok(Math.abs(Math.hypot(...change) - found.distance) < 1e-9);
    const f = wide.forward(found.signal!);
    assert.ok(Math.abs(f[found.rival]! - f[classOf(wide, x)]!) < 1e-7);
  }
});

test("attacks stay in their ball; nothing is found where there is only one class", () => {
  const net = planar(3);
  const x = random(3).normals(2);
  for (const norm of [2, Number.POSITIVE_INFINITY] as const) {
    const found = pgd(net, x, { radius: 5, norm, random: random(1) });
    const change = found!.map((v, i) => v - x[i]!);
    const size = norm === 2 ? Math.hypot(...change) : Math.max(...change.map(Math.abs));
    assert.ok(size <= 5 + 1e-12 && classOf(net, found!) !== classOf(net, x));
  }
  assert.ok(fgsm(net, x, 0.1).every((v, i) => Math.abs(Math.abs(v - x[i]!) - 0.1) < 1e-12));
  const constant = SplineNetwork.fromWeights([{ W: [[0], [0]], b: [1, 0] }]);
  assert.equal(deepFool(constant, [1]), undefined);
  assert.equal(pgd(constant, [1], { radius: 1, random: random(1) }), undefined);
  assert.equal(certify(constant, [1]).radius, Number.POSITIVE_INFINITY);
  assert.equal(minimalPerturbation(constant, [1]).distance, Number.POSITIVE_INFINITY);
  assert.throws(() => pgd(net, x, { radius: -1, random: random(1) }), /a radius of -1/);
  const single = SplineNetwork.fromWeights([{ W: [[1]], b: [0] }]);
  assert.throws(() => certify(single, [1]), /one output tells no classes apart/);
});
