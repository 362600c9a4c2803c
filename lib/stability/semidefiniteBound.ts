import { CholeskyDecomposition, Matrix } from "ml-matrix";
import type { SplineNetwork } from "../network";
import { extremes } from "../spline/extremes";
import { euclideanNorm, largestMagnitude, powerOfTwoBelow } from "../spline/magnitude";
import { type DenseLayer, denseLayers } from "./denseLayers";
import { spectralNorm } from "./spectralNorm";

/** A certified bound, and how it was reached. */
export interface SemidefiniteBound {
  /** An upper bound of the Lipschitz constant on all of the input space. */
  readonly bound: number;
  /** The bound that equal multipliers in each layer give, where the descent starts. */
  readonly start: number;
  /** Steps that made it smaller. */
  readonly steps: number;
}

/** How long the bound is improved. */
export interface SemidefiniteOptions {
  /** Trials of a step; 100 if left out, 0 for the closed form alone. */
  readonly iterations?: number;
}

/**
 * A certified bound of the Lipschitz constant of a dense network by the semidefinite relaxation of
 * its activations, layer by layer.
 *
 * An activation with slopes in [0, 1] obeys Δzᵀ Λ (Δu − Δz) ≥ 0 for every diagonal Λ ≥ 0. Adding this
 * up over layers (Fazlyab et al. 2019) leaves a block-tridiagonal matrix that must be positive
 * semidefinite; eliminating it block by block, X_0 = I, X_l = 2Λ_l − Λ_l W_l X_{l−1}⁻¹ W_lᵀ Λ_l, gives
 * ‖W_L X_{L−1}⁻¹ W_Lᵀ‖^½ as a bound for **any** multipliers with all X_l positive definite. Equal
 * multipliers, λ_l = 1 / ‖W_l X_{l−1}⁻¹ W_lᵀ‖, are the closed form of Xu & Sivaranjani (2024); from
 * there we descend along the gradient over single multipliers, and every step is a certificate.
 *
 * Throws RangeError for networks with branches, with pooling, or with a negative slope.
 *
 * @example
 * const { bound, start } = semidefiniteBound(net);
 * bound <= start; // true
 */
export function semidefiniteBound(
  net: SplineNetwork,
  { iterations = 100 }: SemidefiniteOptions = {},
): SemidefiniteBound {
  const varying = withoutConstantUnits(normalised(denseLayers(net, "the semidefinite bound")));
  if (varying === undefined) return { bound: 0, start: 0, steps: 0 };
  const { W, unscaled } = scaled(varying);
  let best = closedForm(W);
  const start = unscaled(best.bound);
  let [step, steps] = [0.3, 0];
  for (let i = 0; i < iterations && step > 1e-6; i++) {
    const trial = evaluate(W, moved(best, step));
    if (trial !== undefined && trial.bound < best.bound) {
      best = trial;
      step *= 1.5;
      steps++;
    } else {
      step /= 3;
    }
  }
  return { bound: unscaled(best.bound), start, steps };
}

/** Multipliers, the bound they prove, and its gradient over them. */
interface Certificate {
  readonly multipliers: readonly Float64Array[];
  readonly bound: number;
  readonly gradient: readonly Float64Array[];
}

/** Weights with the steepest slopes of each activation multiplied into the layer behind it. */
function normalised(layers: readonly DenseLayer[]): Matrix[] {
  let slopes: Float64Array | undefined;
  return layers.map(({ inputs, outputs, W, activation }, l) => {
    const scale = slopes;
    const matrix = new Matrix(outputs, inputs);
    for (let k = 0; k < outputs; k++) {
      for (let i = 0; i < inputs; i++) matrix.set(k, i, W[k * inputs + i]! * (scale?.[i] ?? 1));
    }
    slopes =
      activation &&
      Float64Array.from({ length: outputs }, (_, k) => {
        const { pieces, channels } = activation;
        const own = activation.slopes.subarray(
          (k % channels) * pieces,
          ((k % channels) + 1) * pieces,
        );
        if (own.some((slope) => slope < 0)) {
          throw new RangeError(
            `the semidefinite bound is for slopes of 0 or more; layer ${l + 1} has one of ${extremes(own)[0]}`,
          );
        }
        return extremes(own)[1];
      });
    return matrix;
  });
}

/**
 * The same layers without units whose row is 0: they are constant, and multipliers of theirs would
 * grow without end. Undefined where none is left in a layer, so that the network is constant.
 */
function withoutConstantUnits(W: readonly Matrix[]): Matrix[] | undefined {
  const varying: Matrix[] = [];
  let read = Array.from({ length: W[0]!.columns }, (_, i) => i);
  for (const [l, layer] of W.entries()) {
    const columns = layer.subMatrixColumn(read);
    read = Array.from({ length: layer.rows }, (_, k) => k).filter((k) =>
      columns.getRow(k).some((v) => v !== 0),
    );
    if (read.length === 0) return undefined;
    varying.push(l < W.length - 1 ? columns.subMatrixRow(read) : columns);
  }
  return varying;
}

/** Layers divided by powers of two, so that their squares stay in range, and bounds multiplied back. */
function scaled(W: readonly Matrix[]): { W: Matrix[]; unscaled: (bound: number) => number } {
  let exponent = 0;
  const divided = W.map((layer) => {
    const scale = powerOfTwoBelow(largestMagnitude(layer.to1DArray()));
    exponent += Math.log2(scale);
    return layer.clone().div(scale);
  });
  const unscaled = (bound: number): number => {
    // In two steps, as 2^exponent alone may over- or underflow; never below the bound by underflow.
    const half = Math.trunc(exponent / 2);
    return bound === 0 ? 0 : Math.max(bound * 2 ** half * 2 ** (exponent - half), 2 ** -1022);
  };
  return { W: divided, unscaled };
}

/** Equal multipliers layer by layer. */
function closedForm(W: readonly Matrix[]): Certificate {
  const multipliers: Float64Array[] = [];
  let X: Matrix | undefined;
  for (const layer of W.slice(0, -1)) {
    const S = between(layer, X);
    const norm = norm2(S);
    const lambda = norm === 0 ? 1 : 1 / norm;
    multipliers.push(new Float64Array(layer.rows).fill(lambda));
    X = eliminated(S, multipliers.at(-1)!);
  }
  const found = evaluate(W, multipliers);
  if (found === undefined)
    throw new Error("the closed form lost positive definiteness to rounding");
  return found;
}

/** W X⁻¹ Wᵀ. */
function between(W: Matrix, X: Matrix | undefined): Matrix {
  if (X === undefined) return W.mmul(W.transpose());
  return W.mmul(new CholeskyDecomposition(X).solve(W.transpose()));
}

/** 2Λ − Λ S Λ. */
function eliminated(S: Matrix, lambda: Float64Array): Matrix {
  const X = new Matrix(S.rows, S.rows);
  for (let i = 0; i < S.rows; i++) {
    for (let j = 0; j < S.rows; j++) {
      // Symmetrised, so that rounding doesn't lean to one side.
      const s = (S.get(i, j) + S.get(j, i)) / 2;
      X.set(i, j, (i === j ? 2 * lambda[i]! : 0) - lambda[i]! * lambda[j]! * s);
    }
  }
  return X;
}

/** The bound that multipliers prove, and its gradient; undefined if they prove nothing. */
function evaluate(
  W: readonly Matrix[],
  multipliers: readonly Float64Array[],
): Certificate | undefined {
  const S: Matrix[] = [];
  const factors: CholeskyDecomposition[] = [];
  for (const [l, lambda] of multipliers.entries()) {
    const layer = W[l]!;
    const s =
      l === 0 ? between(layer, undefined) : layer.mmul(factors[l - 1]!.solve(layer.transpose()));
    S.push(s);
    if (!lambda.every(Number.isFinite)) return undefined;
    const factor = new CholeskyDecomposition(eliminated(s, lambda));
    if (!factor.isPositiveDefinite() || !wellAbove0(factor)) return undefined;
    factors.push(factor);
  }
  const last = W.at(-1)!;
  const solved = factors.at(-1)?.solve(last.transpose()) ?? last.transpose();
  const { value, vector } = top(last.mmul(solved));
  // p_l = X_l⁻¹ W_{l+1}ᵀ Λ_{l+1} p_{l+1}, from the leading direction of the output down.
  const gradient: Float64Array[] = new Array(multipliers.length);
  let p = solved.mmul(Matrix.columnVector(Array.from(vector)));
  for (let l = multipliers.length - 1; l >= 0; l--) {
    const lambda = multipliers[l]!;
    const scaled = new Matrix(p.rows, 1);
    for (let k = 0; k < p.rows; k++) scaled.set(k, 0, lambda[k]! * p.get(k, 0));
    const image = S[l]!.mmul(scaled);
    gradient[l] = lambda.map((_, k) => 2 * p.get(k, 0) * (image.get(k, 0) - p.get(k, 0)));
    if (l > 0) p = factors[l - 1]!.solve(W[l]!.transpose().mmul(scaled));
  }
  return { multipliers, bound: Math.sqrt(value), gradient };
}

/** Is the smallest pivot far enough above rounding to vouch for the matrix? */
function wellAbove0({ lowerTriangularMatrix: L }: CholeskyDecomposition): boolean {
  const pivots = L.diagonal().map((v) => v * v);
  const [least, most] = extremes(pivots);
  return least > 1e-9 * most;
}

function norm2(S: Matrix): number {
  return spectralNorm(S.to1DArray(), S.rows, S.columns, { tolerance: 1e-9 }).upper;
}

/** The largest eigenvalue of a small symmetric matrix, bounded from above, and its direction. */
function top(M: Matrix): { value: number; vector: Float64Array } {
  let vector = new Float64Array(M.rows).map((_, i) => 1 + i / M.rows);
  for (let i = 0; i < 200; i++) {
    const image = M.mmul(Matrix.columnVector(Array.from(vector))).to1DArray();
    const length = euclideanNorm(image) || 1;
    vector = Float64Array.from(image, (v) => v / length);
  }
  return { value: norm2(M), vector };
}

/** Multipliers a step down the gradient of log bound over log multipliers. */
function moved({ multipliers, gradient }: Certificate, step: number): Float64Array[] {
  const slopes = gradient.map((g, l) => g.map((v, k) => v * multipliers[l]![k]!));
  const length = euclideanNorm(slopes.flatMap((s) => Array.from(s))) || 1;
  const units = slopes.reduce((sum, s) => sum + s.length, 0);
  return multipliers.map((lambda, l) =>
    lambda.map((v, k) => v * Math.exp((-step * Math.sqrt(units) * slopes[l]![k]!) / length)),
  );
}
