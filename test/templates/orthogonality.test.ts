import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { random } from "../../lib/random";
import {
  gramSchmidt,
  nearestOrthonormal,
  type OffDiagonalOptions,
  offDiagonal,
  offDiagonalGradient,
  welchBound,
} from "../../lib/templates";

const normalMatrix = (rows: number, columns: number, seed: number): Matrix =>
  Matrix.from1DArray(rows, columns, random(seed).normals(rows * columns));
const away = (A: Matrix, B: Matrix): number => Matrix.sub(A, B).abs().max();

/** The definition, pair by pair, on the rows alone. */
function byDefinition(W: Matrix, { form, reduction }: OffDiagonalOptions): number {
  let sum = 0;
  for (let c = 0; c < W.rows; c++) {
    for (let k = 0; k < W.rows; k++) {
      const [a, b] = [W.getRow(c), W.getRow(k)];
      const scale = form === "cosine" ? Math.hypot(...a) * Math.hypot(...b) : 1;
      if (c !== k) sum += (a.reduce((s, v, i) => s + v * b[i]!, 0) / scale) ** 2;
    }
  }
  return reduction === "mean" ? sum / (W.rows * (W.rows - 1)) : sum;
}

for (const form of ["plain", "cosine"] as const) {
  for (const reduction of ["sum", "mean"] as const) {
    test(`${form}, ${reduction}: value by definition, gradient by central differences`, () => {
      const W = normalMatrix(4, 6, 3);
      const options = { form, reduction };
      assert.ok(Math.abs(offDiagonal(W, options) - byDefinition(W, options)) < 1e-12);
      const gradient = offDiagonalGradient(W, options);
      const h = 1e-6;
      for (let c = 0; c < 4; c++) {
        for (let d = 0; d < 6; d++) {
          const [up, down] = [h, -h].map((step) => {
            const moved = W.clone();
            moved.set(c, d, W.get(c, d) + step);
            return byDefinition(moved, options);
          });
          const slope = (up! - down!) / (2 * h);
          assert.ok(Math.abs(slope - gradient.get(c, d)) < 1e-7 * Math.max(1, Math.abs(slope)));
        }
      }
    });
  }
}

test("the diagonal is left alone: orthogonal rows of any length cost nothing", () => {
  const W = gramSchmidt(normalMatrix(5, 9, 4)).mulColumnVector([1, 2, 3, 10, 0.1]);
  assert.ok(offDiagonal(W) < 1e-25);
  assert.ok(offDiagonalGradient(W).abs().max() < 1e-12);
});

test("the cosine form doesn't see lengths, and doesn't pull at them", () => {
  const W = normalMatrix(4, 5, 8);
  const scaled = W.clone().mulColumnVector([1, 5, 0.2, 30]);
  const cosine = { form: "cosine" } as const;
  assert.ok(Math.abs(offDiagonal(W, cosine) - offDiagonal(scaled, cosine)) < 1e-12);
  const along = Matrix.mul(offDiagonalGradient(W, cosine), W).sum("row");
  assert.ok(Math.max(...along.map(Math.abs)) < 1e-12);
});

test("twenty directions in ten dimensions come down to Welch's bound of 20, and not below", () => {
  assert.equal(welchBound(20, 10), 20);
  assert.equal(welchBound(10, 10), 0);
  assert.equal(welchBound(3, 10), 0);
  const W = normalMatrix(20, 10, 1);
  const cosine = { form: "cosine" } as const;
  const before = offDiagonal(W, cosine);
  for (let step = 0; step < 400; step++) {
    W.sub(offDiagonalGradient(W, cosine).mul(0.05));
    for (let c = 0; c < 20; c++) W.setRow(c, W.getRowVector(c).div(W.getRowVector(c).norm()));
    assert.ok(offDiagonal(W, cosine) >= 20 - 1e-10);
  }
  assert.ok(before > 30);
  assert.ok(Math.abs(offDiagonal(W, cosine) - 20) < 1e-9);
});

test("the nearest orthonormal set is orthonormal, and no other one tried is nearer", () => {
  const S = normalMatrix(4, 7, 5);
  const G = nearestOrthonormal(S);
  assert.ok(away(G.mmul(G.transpose()), Matrix.eye(4)) < 1e-12);
  const distance = Matrix.sub(S, G).norm();
  assert.ok(distance < Matrix.sub(S, gramSchmidt(S)).norm());
  for (let seed = 0; seed < 200; seed++) {
    // Neighbours: G moved a little and made orthonormal anew.
    const moved = gramSchmidt(Matrix.add(G, normalMatrix(4, 7, 100 + seed).mul(0.05)));
    assert.ok(Matrix.sub(S, moved).norm() > distance);
  }
  // (S Sᵀ)^(½) G = S with a symmetric root: the polar decomposition.
  const root = S.mmul(G.transpose());
  assert.ok(away(root, root.transpose()) < 1e-12);
});

test("Gram and Schmidt keep the spans and the first row", () => {
  const S = normalMatrix(4, 6, 6);
  const Q = gramSchmidt(S, { normalise: false });
  assert.ok(away(Q.subMatrix(0, 0, 0, 5), S.subMatrix(0, 0, 0, 5)) === 0);
  assert.ok(offDiagonal(Q) < 1e-24);
  const lower = S.mmul(Q.transpose()); // zero above the diagonal
  for (let k = 0; k < 4; k++)
    for (let j = k + 1; j < 4; j++) assert.ok(Math.abs(lower.get(k, j)) < 1e-12);
});

test("what can't be orthogonal is refused with a reason", () => {
  assert.throws(() => gramSchmidt(normalMatrix(5, 3, 1)), /5 rows in 3 dimensions/);
  assert.throws(
    () =>
      nearestOrthonormal(
        new Matrix([
          [1, 0],
          [2, 0],
        ]),
      ),
    /linearly independent/,
  );
  assert.throws(() => offDiagonal(new Matrix([[1, 2]])), /two rows/);
  assert.throws(
    () =>
      offDiagonal(
        new Matrix([
          [1, 2],
          [0, 0],
        ]),
        { form: "cosine" },
      ),
    /row 1/,
  );
  assert.throws(() => welchBound(0, 3), /1 or more, got 0 and 3/);
});
