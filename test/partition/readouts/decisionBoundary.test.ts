import assert from "node:assert/strict";
import { test } from "node:test";
import {
  classPieces,
  decisionBoundary,
  heWeights,
  partition,
  random,
  SplineNetwork,
} from "../../../lib";
import type { ActivationSpec } from "../../../lib/spline/operators";

const domain: [[number, number], [number, number]] = [
  [-2, -1],
  [1, 2],
];

const drawn = (widths: number[], seed: number, activation: ActivationSpec = "relu") =>
  SplineNetwork.fromWeights(heWeights(widths, random(seed), { offsetDeviation: 0.4 }), {
    activation,
  });

/** Without an output offset, and with units that are often dead: 0 on a part of the plane. */
function withDeadZone(seed: number): SplineNetwork {
  const layers = heWeights([2, 14, 3, 4], random(seed), { offsetDeviation: 0.4 });
  const [first, second, last] = layers as [
    (typeof layers)[0],
    (typeof layers)[0],
    (typeof layers)[0],
  ];
  return SplineNetwork.fromWeights([
    first,
    { W: second.W, b: second.b.map((v) => v - 0.6) },
    { W: last.W, b: last.b.map(() => 0) },
  ]);
}

const CASES = [
  ["four classes that tie on a whole region", withDeadZone(1)],
  ["two classes", drawn([2, 9, 2], 1)],
  ["three classes", drawn([2, 12, 3], 2)],
  ["four classes, two layers", drawn([2, 14, 6, 4], 26)],
  ["ten classes, abs", drawn([2, 8, 8, 10], 4, "abs")],
  ["one output", drawn([2, 10, 10, 1], 4)],
  ["leaky", drawn([2, 9, 7, 5], 6, { kind: "leakyRelu", slope: 0.2 })],
] as const;

function classAt(net: SplineNetwork, x: readonly number[]): number {
  const f = net.forward(x);
  if (f.length === 1) return f[0]! > 0 ? 1 : 0;
  return f.indexOf(Math.max(...f));
}

test("the class along random lines is what the crossings of the boundary say", () => {
  for (const [name, net] of CASES) {
    const boundary = partition(net, { domain }).decisionBoundary();
    const segments = Array.from({ length: boundary.count }, (_, s) => boundary.segment(s));
    const draws = random(11);
    let changes = 0;
    for (let line = 0; line < 30; line++) {
      const [p, q] = [0, 1].map(() => [draws.uniform(-2, 1), draws.uniform(-1, 2)]);
      const at = (t: number) => p!.map((v, k) => v + t * (q![k]! - v));
      const crossings = segments
        .map(({ from, to }) => crossing(p!, q!, from, to))
        .filter((t) => t !== undefined)
        .sort((a, b) => a - b);
      changes += crossings.length;
      const ends = [0, ...crossings, 1];
      for (let k = 0; k + 1 < ends.length; k++) {
        const [low, high] = [ends[k]!, ends[k + 1]!];
        if (high - low < 1e-6) continue;
        const inside = [0.01, 0.3, 0.5, 0.7, 0.99].map((w) =>
          classAt(net, at(low + w * (high - low))),
        );
        assert.equal(new Set(inside).size, 1, `${name}: one class between two crossings`);
      }
      for (const t of crossings) {
        const [before, after] = [t - 1e-7, t + 1e-7].map((s) => classAt(net, at(s)));
        assert.notEqual(before, after, `${name}: a crossing changes the class`);
      }
    }
    assert.ok(changes > 4, `${name}: ${changes} changes of class on all lines`);
  }
});

test("on a segment its two classes tie, and no other is larger", () => {
  for (const [name, net] of CASES) {
    const boundary = decisionBoundary(partition(net, { domain }));
    for (let s = 0; s < boundary.count; s++) {
      const { from, to, classes } = boundary.segment(s);
      const f = net.forward([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]);
      const scores = f.length === 1 ? [0, f[0]!] : [...f];
      const [c, d] = classes.map((k) => scores[k]!);
      assert.ok(Math.abs(c! - d!) < 1e-10 && Math.max(...scores) - c! < 1e-10, `${name}, ${s}`);
    }
  }
});

test("ends on edges are shared to the last bit, ends inside cells by three segments", () => {
  // At the corners of a region of ties any number of segments may meet.
  for (const [name, net] of CASES.slice(1)) {
    const complex = partition(net, { domain });
    const boundary = complex.decisionBoundary();
    const at = new Map<string, number>();
    for (let end = 0; end < 2 * boundary.count; end++) {
      const [x, y] = boundary.points.subarray(2 * end, 2 * end + 2);
      const edge = boundary.edges[end]!;
      const key = edge < 0 ? `${x!.toFixed(9)},${y!.toFixed(9)}` : `${edge}: ${x},${y}`;
      at.set(key, (at.get(key) ?? 0) + 1);
      if (edge >= 0) {
        const { left, right } = complex.edge(edge);
        if (left < 0 || right < 0) at.delete(key); // it leaves the domain
      }
    }
    for (const [key, count] of at) assert.equal(count, key.includes(":") ? 2 : 3, `${name} ${key}`);
  }
});

test("pieces of classes tile the domain, and hold their class", () => {
  for (const [name, net] of CASES) {
    let area = 0;
    for (const { class: c, corners } of classPieces(partition(net, { domain }))) {
      const n = corners.length / 2;
      let [x, y] = [0, 0];
      for (let k = 0; k < n; k++) {
        const m = (k + 1) % n;
        area += corners[2 * k]! * corners[2 * m + 1]! - corners[2 * k + 1]! * corners[2 * m]!;
        x += corners[2 * k]! / n;
        y += corners[2 * k + 1]! / n;
      }
      assert.equal(classAt(net, [x, y]), c, name);
    }
    assert.ok(Math.abs(area / 2 - 9) < 1e-9, `${name}: ${area / 2}`);
  }
});

test("three half-planes meet in one point, at known lengths", () => {
  // Affine, since ReLU(u) − ReLU(−u) = u.
  const W = [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ]; // prettier-ignore
  const V = [
    [1, -1, 0, 0],
    [-1, 1, 0, 0],
    [0, 0, 1, -1],
  ]; // prettier-ignore
  const net = SplineNetwork.fromWeights([
    { W, b: [0.1, -0.1, 0, 0] },
    { W: V, b: [0, 0, 0] },
  ]);
  const square = [
    [-1, -1],
    [1, 1],
  ] as const; // prettier-ignore
  const boundary = partition(net, { domain: square }).decisionBoundary();
  // The classes score x + 0.1, −x − 0.1 and y: they meet at (−0.1, 0).
  assert.ok(Math.abs(boundary.length([0, 1]) - 1) < 1e-12);
  assert.ok(Math.abs(boundary.length([0, 2]) - Math.SQRT2) < 1e-12);
  assert.ok(Math.abs(boundary.length([2, 1]) - 0.9 * Math.SQRT2) < 1e-12);
  assert.ok(
    boundary.folds().every(({ angle }) => angle < 1e-12),
    "straight lines don't fold",
  );
});

test("a boundary along an edge of the complex is found", () => {
  // |x| + … : class 0 leads on the right, class 1 on the left, and both are 0 on x = 0.
  const net = SplineNetwork.fromWeights([
    {
      W: [
        [1, 0],
        [-1, 0],
        [0, 1],
      ],
      b: [0, 0, 0.5],
    }, // prettier-ignore
    {
      W: [
        [1, 0, 0],
        [0, 1, 0],
      ],
      b: [0, 0],
    }, // prettier-ignore
  ]);
  const boundary = partition(net, { domain }).decisionBoundary();
  assert.ok(boundary.count > 0);
  for (let s = 0; s < boundary.count; s++) {
    const { from, to, cell } = boundary.segment(s);
    assert.equal(cell, -1);
    assert.ok(Math.abs(from[0]) < 1e-12 && Math.abs(to[0]) < 1e-12);
  }
  assert.ok(Math.abs(boundary.length() - 3) < 1e-12);
});

/** Three scores of x and y, from max(x, 0), max(−x, 0) and y. */
const threeScores = (V: number[][]) =>
  SplineNetwork.fromWeights([
    {
      W: [
        [1, 0],
        [-1, 0],
        [0, 1],
      ],
      b: [0, 0, 10],
    }, // prettier-ignore
    { W: V, b: V.map((row) => -10 * row[2]!) },
  ]);

test("where two classes tie on a part of a cell and a third wins the rest, the lower is taken", () => {
  // y, 0 and 0 below and above y = 0, on both sides of x = 0.
  const complex = partition(
    threeScores([
      [0, 0, 1],
      [0, 0, 0],
      [0, 0, 0],
    ]),
    { domain },
  );
  const classes = [...classPieces(complex)].map((piece) => piece.class);
  assert.deepEqual(classes, [0, 1, 0, 1]);
  assert.ok(Math.abs(complex.decisionBoundary().length([0, 1]) - 3) < 1e-12);
  assert.ok(Math.abs(complex.decisionBoundary().length() - 3) < 1e-12);
});

test("a boundary along a part of an edge is found, and nothing along the rest", () => {
  // Class 0 scores y. Below, on the right of x = 0, classes 1 and 2 are both 0 and class 1 is taken;
  // on the left class 2 scores −x.
  const complex = partition(
    threeScores([
      [0, 0, 1],
      [0, 0, 0],
      [0, 1, 0],
    ]),
    { domain },
  );
  const boundary = complex.decisionBoundary();
  const along = Array.from({ length: boundary.count }, (_, s) => boundary.segment(s)).filter(
    ({ cell }) => cell < 0,
  );
  assert.equal(along.length, 1);
  assert.deepEqual(along[0]!.classes, [1, 2]);
  const [low, high] = [along[0]!.from, along[0]!.to].sort((a, b) => a[1] - b[1]);
  assert.ok(Math.hypot(low![0], low![1] + 1) < 1e-12);
  assert.ok(Math.hypot(high![0], high![1]) < 1e-12);
  assert.ok(Math.abs(boundary.length([0, 1]) - 1) < 1e-12);
  assert.ok(Math.abs(boundary.length([0, 2]) - 2 * Math.SQRT2) < 1e-12);
});

test("the boundary turns at a fold by the angle between its segments", () => {
  const net = drawn([2, 14, 6, 3], 29);
  const boundary = partition(net, { domain }).decisionBoundary();
  const folds = boundary.folds();
  assert.ok(folds.length > 20);
  const pieces = Array.from({ length: boundary.count }, (_, s) => boundary.segment(s));
  for (const { at, angle } of folds) {
    const here = pieces.flatMap(({ from, to }) => {
      if (from[0] === at[0] && from[1] === at[1]) return [[to[0] - at[0], to[1] - at[1]]];
      return to[0] === at[0] && to[1] === at[1] ? [[from[0] - at[0], from[1] - at[1]]] : [];
    });
    if (here.length !== 2 || here.some(([x, y]) => Math.hypot(x!, y!) < 1e-6)) continue;
    const [a, b] = here.map(([x, y]) => Math.atan2(y!, x!)) as [number, number];
    const turn = Math.abs(Math.PI - Math.abs(a - b));
    assert.ok(Math.abs(turn - angle) < 1e-6, `${turn} and ${angle}`);
  }
});

test("the boundary is the same for scores so small that their products are 0", () => {
  const [hidden, last] = heWeights([2, 6, 3], random(5), { offsetDeviation: 0.4 });
  const length = (size: number) => {
    const W = last!.W.map((row) => Array.from(row, (w) => w * size));
    const b = Array.from(last!.b, (v) => v * size);
    const net = SplineNetwork.fromWeights([hidden!, { W, b }]);
    return decisionBoundary(partition(net, { domain })).length();
  };
  assert.ok(length(1) > 0);
  assert.equal(length(2 ** -600), length(1));
});

/** Where the line p q meets a segment, as a share of its length. */
function crossing(
  p: readonly number[],
  q: readonly number[],
  from: readonly number[],
  to: readonly number[],
): number | undefined {
  const [dx, dy] = [q[0]! - p[0]!, q[1]! - p[1]!];
  const side = (r: readonly number[]) => dx * (r[1]! - p[1]!) - dy * (r[0]! - p[0]!);
  const [a, b] = [side(from), side(to)];
  if (a > 0 === b > 0) return undefined;
  const w = a / (a - b);
  const at = [0, 1].map((k) => from[k]! + w * (to[k]! - from[k]!));
  const t = ((at[0]! - p[0]!) * dx + (at[1]! - p[1]!) * dy) / (dx * dx + dy * dy);
  return t > 0 && t < 1 ? t : undefined;
}
