import { EigenvalueDecomposition, Matrix, SVD } from "ml-matrix";

/** What is summed over pairs of rows, and how. */
export interface OffDiagonalOptions {
  /** Squared inner products ⟨w_c, w_c'⟩², or squared cosines, which don't shrink the rows. */
  readonly form?: "plain" | "cosine";
  /** Over the C (C − 1) ordered pairs c ≠ c'. */
  readonly reduction?: "sum" | "mean";
}

/**
 * How far rows are from orthogonal: Σ_{c≠c'} ⟨w_c, w_c'⟩², the squared off-diagonal of W Wᵀ, or its
 * mean over pairs; W [C × D]. This is the term that Balestriero & Baraniuk (2018) add to the loss.
 *
 * Throws RangeError on one row, and on a zero row in the cosine form.
 *
 * @example offDiagonal(new Matrix([[1, 0], [1, 1]])); // 2: the pair counts twice
 */
export function offDiagonal(W: Matrix, options: OffDiagonalOptions = {}): number {
  const { rows, factor } = prepared(W, options);
  const gram = rows.mmul(rows.transpose());
  let sum = 0;
  for (let c = 0; c < gram.rows; c++) {
    for (let k = 0; k < c; k++) sum += 2 * gram.get(c, k) ** 2;
  }
  return factor * sum;
}

/**
 * The gradient of {@link offDiagonal} by W, [C × D].
 *
 * Plain: ∂/∂w_c = 4 Σ_{c'≠c} ⟨w_c, w_c'⟩ w_c'. In the cosine form the same of u_c = w_c / ‖w_c‖, then
 * what is left of it across u_c, over ‖w_c‖: the gradient is orthogonal to w_c.
 *
 * @example offDiagonalGradient(new Matrix([[1, 0], [1, 1]])).to1DArray(); // [4, 4, 4, 0]
 */
export function offDiagonalGradient(W: Matrix, options: OffDiagonalOptions = {}): Matrix {
  const { rows, norms, factor } = prepared(W, options);
  const gram = rows.mmul(rows.transpose());
  for (let c = 0; c < gram.rows; c++) gram.set(c, c, 0);
  const gradient = gram.mmul(rows).mul(4 * factor);
  if (options.form !== "cosine") return gradient;
  for (let c = 0; c < gradient.rows; c++) {
    const [g, u] = [gradient.getRowVector(c), rows.getRowVector(c)];
    gradient.setRow(c, Matrix.sub(g, Matrix.mul(u, g.dot(u))).div(norms[c]!));
  }
  return gradient;
}

/**
 * The Welch bound (Welch 1974): Σ_{c≠c'} cos² of C directions in d dimensions is at least C²/d − C,
 * and 0 for C ≤ d. More classes than dimensions can't be orthogonal.
 *
 * @example welchBound(20, 10); // 20
 */
export function welchBound(C: number, d: number): number {
  if (!(Number.isInteger(C) && Number.isInteger(d) && C >= 1 && d >= 1)) {
    throw new RangeError(`expected C rows of d numbers, both 1 or more, got ${C} and ${d}`);
  }
  return Math.max(0, C ** 2 / d - C);
}

/**
 * The orthonormal set nearest to the rows of S [K × D] in Σ_k ‖s_k − g_k‖²: the polar factor
 * G = (S Sᵀ)^(−½) S = U Vᵀ of S = U Σ Vᵀ (Eldar & Oppenheim 2001, the orthogonal matched filter).
 *
 * Unlike Gram & Schmidt's, it treats all rows alike.
 * Throws RangeError unless the rows are linearly independent: else the nearest set isn't unique.
 *
 * @example nearestOrthonormal(new Matrix([[3, 0], [0, 0.5]])).to1DArray(); // [1, 0, 0, 1]
 */
export function nearestOrthonormal(S: Matrix): Matrix {
  requireIndependent(S);
  const { leftSingularVectors: U, rightSingularVectors: V } = new SVD(S, { autoTranspose: true });
  return U.mmul(V.transpose());
}

/**
 * Gram & Schmidt: row k less its projections on the rows before it; [K × D], spans kept one by one.
 * `normalise` scales each row to length 1. Throws RangeError unless the rows are independent.
 *
 * @example gramSchmidt(new Matrix([[2, 0], [1, 3]])).to1DArray(); // [1, 0, 0, 1]
 */
export function gramSchmidt(S: Matrix, { normalise = true } = {}): Matrix {
  requireIndependent(S);
  const Q = S.clone();
  for (let k = 0; k < S.rows; k++) {
    const row = S.getRowVector(k);
    // Twice: the second pass removes what rounding left of the first (Giraud et al. 2005).
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < k; j++) {
        const q = Q.getRowVector(j);
        row.sub(Matrix.mul(q, row.dot(q) / q.dot(q)));
      }
    }
    Q.setRow(k, normalise ? row.div(row.norm()) : row);
  }
  return Q;
}

function prepared(W: Matrix, { form = "plain", reduction = "sum" }: OffDiagonalOptions) {
  const C = W.rows;
  if (C < 2) throw new RangeError(`a pair needs two rows, the matrix has ${C}`);
  const norms = Array.from({ length: C }, (_, c) => W.getRowVector(c).norm());
  const zero = norms.findIndex((norm) => !(norm > 0));
  if (form === "cosine" && zero >= 0) {
    throw new RangeError(`row ${zero} has norm ${norms[zero]}: it makes no angle with others`);
  }
  const rows = form === "cosine" ? W.clone().divColumnVector(norms) : W;
  return { rows, norms, factor: reduction === "mean" ? 1 / (C * (C - 1)) : 1 };
}

function requireIndependent(S: Matrix): void {
  if (S.rows > S.columns) {
    throw new RangeError(
      `${S.rows} rows in ${S.columns} dimensions can't be orthogonal (Welch's bound is ${welchBound(S.rows, S.columns)})`,
    );
  }
  const spectrum = new EigenvalueDecomposition(S.mmul(S.transpose()), { assumeSymmetric: true });
  const [least, most] = [
    Math.min(...spectrum.realEigenvalues),
    Math.max(...spectrum.realEigenvalues),
  ];
  // The eigenvalues are squares: relative independence below 1e-7 is lost in their rounding.
  if (!(least > 1e-14 * most)) throw new RangeError("the rows aren't linearly independent");
}
