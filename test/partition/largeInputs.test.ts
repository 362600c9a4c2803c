import assert from "node:assert/strict";
import { before, test } from "node:test";
import {
  BatchedNetwork,
  Dense,
  Graph,
  localComplexity,
  partition,
  Relu,
  random,
  SplineNetwork,
  sliceThrough,
  useBackend,
} from "../../lib";

/** Numbers of a picture of 224 × 224 × 3: more than a call has room for arguments. */
const D = 224 * 224 * 3;

const units = 3;
const draws = random(1);
const W = draws.normals(units * D).map((v) => v / Math.sqrt(D));
const net = new SplineNetwork(
  new Graph(
    [D],
    [
      {
        name: "dense",
        operator: new Dense(W, Float64Array.of(0, 0.1, -0.1), D, units),
        inputs: [0],
      },
      { name: "relu", operator: new Relu([units]), inputs: [1] },
    ],
  ),
);
const [p, q, r] = [draws.normals(D), draws.normals(D), draws.normals(D)] as const;
const dot = (u: Float64Array, v: Float64Array) => u.reduce((sum, a, i) => sum + a * v[i]!, 0);

before(() => useBackend());

test("a slice through three pictures holds them, in orthonormal directions", () => {
  const { origin, e1, e2, points } = sliceThrough(p, q, r);
  for (const [found, right] of [
    [dot(e1, e1), 1],
    [dot(e2, e2), 1],
    [dot(e1, e2), 0],
  ] as const) {
    assert.ok(Math.abs(found - right) < 1e-12);
  }
  for (const [picture, [s, t]] of [
    [q, points[1]],
    [r, points[2]],
  ] as const) {
    const error = picture.reduce(
      (most, v, i) => Math.max(most, Math.abs(v - origin[i]! - s * e1[i]! - t * e2[i]!)),
      0,
    );
    assert.ok(error < 1e-11, `${error}`);
  }
});

test("the slice through three pictures is partitioned, and its cells have the pictures' codes", () => {
  const slice = sliceThrough(p, q, r);
  const complex = partition(net, { domain: slice.around(), slice });
  const codes = Array.from({ length: complex.cellCount }, (_, i) => complex.code(i).key);
  for (const picture of [p, q, r]) assert.ok(codes.includes(net.code(picture).key));
});

test("units fold near a picture where the radius reaches their hyperplanes, by both networks", () => {
  for (const each of [net, new BatchedNetwork(net)]) {
    const near = localComplexity(each, p, { radius: 1e-6, directions: 3, random: random(3) });
    assert.equal(near.totals[0], 0);
    const far = localComplexity(each, p, { radius: 1e6, directions: 3, random: random(3) });
    assert.equal(far.totals[0], units);
  }
});
