import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix, pseudoInverse } from "ml-matrix";
import { type Random, random } from "../../lib";
import { leastDistance } from "../../lib/stability/leastDistance";

const lengthOf = (d: ArrayLike<number>) => Math.hypot(...Array.from(d));

/** Rows of length 1, the last one now and then a combination of two others. */
function drawn(draws: Random): { D: number; m: number; G: Float64Array; h: Float64Array } {
  const [D, m] = [draws.integer(1, 4), draws.integer(1, 6)];
  const G = new Float64Array(m * D);
  for (let j = 0; j < m; j++) {
    const row = draws.normals(D);
    const dependent = D > 1 && j === m - 1 && m > 2 && draws.uniform() < 0.3;
    const values = dependent ? row.map((_, i) => G[i]! + G[D + i]!) : row;
    const length = lengthOf(values);
    for (let i = 0; i < D; i++) G[j * D + i] = values[i]! / length;
  }
  return { D, m, G, h: draws.normals(m) };
}

/** The shortest of the feasible points in which a subset of the inequalities holds with equality. */
function bruteForce(G: Float64Array, h: Float64Array, D: number): number | undefined {
  const m = h.length;
  let shortest: number | undefined;
  for (let subset = 0; subset < 1 << m; subset++) {
    const rows = Array.from({ length: m }, (_, j) => j).filter((j) => (subset >> j) & 1);
    let d = new Float64Array(D);
    if (rows.length > 0) {
      const A = new Matrix(rows.map((j) => Array.from(G.subarray(j * D, (j + 1) * D))));
      const b = Matrix.columnVector(rows.map((j) => h[j]!));
      d = Float64Array.from(pseudoInverse(A).mmul(b).to1DArray());
    }
    const feasible = h.every((limit, j) => {
      let value = 0;
      for (let i = 0; i < D; i++) value += G[j * D + i]! * d[i]!;
      return value >= limit - 1e-9;
    });
    if (feasible) shortest = Math.min(shortest ?? Number.POSITIVE_INFINITY, lengthOf(d));
  }
  return shortest;
}

test("the shortest point is that of trying all sets of active inequalities", () => {
  const draws = random(1);
  let [solved, impossible] = [0, 0];
  for (let trial = 0; trial < 400; trial++) {
    const { D, G, h } = drawn(draws);
    const found = leastDistance(G, h, D);
    const expected = bruteForce(G, h, D);
    assert.equal(found === undefined, expected === undefined, `trial ${trial}`);
    if (found === undefined || expected === undefined) {
      impossible++;
      continue;
    }
    solved++;
    assert.ok(Math.abs(lengthOf(found) - expected) < 1e-8 * (1 + expected), `trial ${trial}`);
    for (let j = 0; j < h.length; j++) {
      let value = 0;
      for (let i = 0; i < D; i++) value += G[j * D + i]! * found[i]!;
      assert.ok(value >= h[j]! - 1e-10, `trial ${trial}: inequality ${j} holds`);
    }
    if (expected > 0) {
      assert.equal(leastDistance(G, h, D, 0.999 * expected), undefined);
      assert.notEqual(leastDistance(G, h, D, 1.001 * expected + 1e-9), undefined);
    }
  }
  assert.ok(solved > 100 && impossible > 50, `${solved} solved, ${impossible} impossible`);
});
