import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SplineNetwork, type WeightLayer } from "../../lib/network";

const hash = (i: number) => 2 * ((Math.sin(i * 12.9898) * 43758.5453) % 1);

/** Weights and points without structure, the same on every machine. */
function deterministic(widths: readonly number[]): WeightLayer[] {
  let i = 0;
  return widths.slice(1).map((out, l) => ({
    W: Array.from({ length: out }, () =>
      Array.from({ length: widths[l]! }, () => hash(++i) / Math.sqrt(widths[l]!)),
    ),
    b: Array.from({ length: out }, () => 0.3 * hash(++i)),
  }));
}

/** f by the definition, in plain loops: an implementation that shares nothing with the graph. */
function byDefinition(layers: readonly WeightLayer[], x: readonly number[]): number[] {
  return layers.reduce<readonly number[]>((z, { W, b }, l) => {
    const u = W.map((row, k) => row.reduce((sum, w, i) => sum + w * z[i]!, b[k]!));
    return l < layers.length - 1 ? u.map((v) => Math.max(0, v)) : u;
  }, x) as number[];
}

function product(A: Float64Array, b: Float64Array, x: readonly number[]): number[] {
  return Array.from(b, (offset, c) =>
    x.reduce((sum, v, i) => sum + A[c * x.length + i]! * v, offset),
  );
}

const relative = (found: ArrayLike<number>, expected: ArrayLike<number>) => {
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  return Math.max(...Array.from(found, (v, i) => Math.abs(v - expected[i]!))) / scale;
};

const point = (D: number, n: number) => Array.from({ length: D }, (_, i) => hash(n * D + i + 7));

for (const widths of [
  [2, 45, 3, 4],
  [3, 8, 8, 8, 8, 1],
  [20, 30, 5],
  [4, 3],
]) {
  const layers = deterministic(widths);
  const net = SplineNetwork.fromWeights(layers);

  test(`${widths.join("-")}: A[x] x + b[x] = f(x) at 1,000 points, float64 1e-12`, () => {
    for (let n = 0; n < 1000; n++) {
      const x = point(widths[0]!, n);
      const { A, b } = net.affineMap(x);
      const expected = byDefinition(layers, x);
      assert.ok(relative(net.forward(x), expected) <= 1e-12);
      assert.ok(relative(product(A, b, x), expected) <= 1e-12);
    }
  });
}

test("A[x] is the derivative: finite differences inside the cell", () => {
  const net = SplineNetwork.fromWeights(deterministic([3, 16, 16, 2]));
  const h = 1e-7;
  let checked = 0;
  for (let n = 0; n < 200; n++) {
    const x = point(3, n);
    const { A, code } = net.affineMap(x);
    for (let i = 0; i < 3; i++) {
      const moved = x.map((v, j) => (i === j ? v + h : v));
      if (!net.code(moved).equals(code)) continue;
      const [f0, f1] = [net.forward(x), net.forward(moved)];
      for (let c = 0; c < 2; c++) {
        assert.ok(Math.abs((f1[c]! - f0[c]!) / h - A[c * 3 + i]!) < 1e-6);
      }
      checked++;
    }
  }
  assert.ok(checked > 500, `only ${checked} differences stayed inside a cell`);
});

test("the map is bitwise constant on a cell and differs across a facet", () => {
  const net = SplineNetwork.fromWeights(deterministic([2, 12, 12, 3]));
  let [same, different] = [0, 0];
  for (let n = 0; n < 300; n++) {
    const x = point(2, n);
    const y = x.map((v, i) => v + 0.1 * hash(n + i));
    const [at, beside] = [net.affineMap(x), net.affineMap(y)];
    const equal = Buffer.from(at.A.buffer).equals(Buffer.from(beside.A.buffer));
    if (at.code.equals(beside.code)) {
      assert.ok(equal);
      same++;
    } else if (!equal) {
      different++;
    }
  }
  assert.ok(same > 50 && different > 50, `${same} pairs share a cell, ${different} don't`);
});

test("a published network: distinct codes on a grid never exceed the exact count of cells", (t) => {
  const folder = join(__dirname, "../../../../shared/fixtures/partitions");
  if (!existsSync(folder)) return t.skip("no reference partitions beside the project");
  const { layers } = JSON.parse(readFileSync(join(folder, "mlp_2-45-3-4.json"), "utf8"));
  const net = SplineNetwork.fromWeights(layers);
  const cells = new Set<string>();
  const n = 400;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      cells.add(net.code([-1 + (2 * i + 1) / n, -1 + (2 * j + 1) / n]).key);
    }
  }
  assert.ok(cells.size <= 1163 && cells.size > 900, `${cells.size} of 1163 cells seen`);
});

test("bad weights and bad inputs are refused, with shapes said", () => {
  const build = (layers: unknown) => () => SplineNetwork.fromWeights(layers as WeightLayer[]);
  assert.throws(build([]), /at least one layer/);
  assert.throws(build([{ W: [[1, 2], [3]], b: [0, 0] }]), /layer 1 .* row 1 of W has 1 entries/);
  assert.throws(build([{ W: [[1, 2]], b: [0, 0] }]), /b has 2 entries, but W has 1 rows/);
  assert.throws(build([{ W: [[1, Number.NaN]], b: [0] }]), /W is NaN at flat index 1/);
  assert.throws(
    build([
      { W: [[1, 2]], b: [0] },
      { W: [[1, 1]], b: [0] },
    ]),
    /layer 2 .* expected 1/,
  );
  const net = SplineNetwork.fromWeights(deterministic([2, 3, 1]));
  assert.throws(() => net.forward([1]), /input has 1 numbers, expected 2/);
  assert.throws(() => net.forward([1, Number.POSITIVE_INFINITY]), /Infinity at index 1/);
  assert.throws(() => net.code([Number.NaN, 0]), /NaN at index 0/);
});

test("String(net) is a table a lecturer can show", () => {
  const net = SplineNetwork.fromWeights(deterministic([2, 45, 3, 4]));
  assert.match(String(net), /SplineNetwork \[2\] → 4/);
  assert.match(String(net), /relu 1 +relu +\[45\] +2 +yes +yes +0/);
  assert.match(String(net), /3 layers, 48 units that choose a piece, 289 parameters/);
  assert.deepEqual(
    net.layers.map(({ kind, units, pieces }) => [kind, units, pieces]),
    [
      ["dense + relu", 45, 2],
      ["dense + relu", 3, 2],
      ["dense", 4, 1],
    ],
  );
});
