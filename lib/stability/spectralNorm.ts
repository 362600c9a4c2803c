import { largestMagnitude, powerOfTwoBelow } from "../spline/magnitude";

/** A number that is known to lie between two others. */
export interface Bracket {
  readonly lower: number;
  readonly upper: number;
}

/** Room for rounding in sums of a few thousand products. */
const ROUNDING = 1e-12;
/** Numbers below this one, 2^-1022, are rounded to multiples of the smallest instead of relatively. */
const SMALLEST_NORMAL = 2 ** -1022;
const MOST_SQUARINGS = 40;

/**
 * ‖A‖₂ of a matrix [rows × columns] between two proven bounds, by squaring its Gram matrix.
 *
 * With G = AAᵀ or AᵀA, whichever is smaller, and m = 2^k: the largest eigenvalue λ satisfies
 * (tr G^2m / tr G^m)^(1/m) ≤ λ ≤ (tr G^m)^(1/m). It is the power method with all starts at once, so
 * that no start can miss the leading direction. Squares until the bounds are within `tolerance`,
 * relative; the upper one leaves room for rounding. Throws RangeError on sizes that don't fit and on
 * numbers that aren't finite.
 *
 * @example
 * spectralNorm([3, 0, 4, 0], 2, 2).lower; // 5.00
 */
export function spectralNorm(
  A: ArrayLike<number>,
  rows: number,
  columns: number,
  { tolerance = 1e-12 }: { readonly tolerance?: number } = {},
): Bracket {
  const scale = powerOfTwoBelow(largestMagnitude(A));
  const scaled = Float64Array.from(A, (v) => v / scale);
  return rescaled(bracket(gram(scaled, rows, columns), Math.min(rows, columns), tolerance), scale);
}

/** A bracket times a factor above 0, rounded outwards where the product is denormal or too large. */
export function rescaled({ lower, upper }: Bracket, factor: number): Bracket {
  const [low, high] = [lower * factor, upper * factor];
  const last = Number.MIN_VALUE;
  return {
    lower: low < SMALLEST_NORMAL ? Math.max(0, low - last) : Math.min(low, Number.MAX_VALUE),
    upper: upper > 0 && high < SMALLEST_NORMAL ? high + last : high,
  };
}

/** √λ of a positive semidefinite matrix [n × n], λ its largest eigenvalue, between proven bounds. */
export function bracket(G: Float64Array, n: number, tolerance: number): Bracket {
  let power = G;
  let log = 0; // of what G^m was divided by
  let upper = Number.POSITIVE_INFINITY;
  for (let k = 0, m = 1; k < MOST_SQUARINGS; k++, m *= 2) {
    let trace = 0;
    for (let i = 0; i < n; i++) trace += power[i * n + i]!;
    if (trace === 0) return { lower: 0, upper: 0 };
    log += Math.log(trace);
    upper = Math.min(upper, log / m);
    const scaled = power.map((v) => v / trace);
    // tr G^2m / tr G^m = tr G^m · Σ of squares of G^m / tr G^m.
    const squares = scaled.reduce((sum, v) => sum + v * v, 0);
    const lower = (log + Math.log(squares)) / m;
    if (upper - lower <= tolerance || k === MOST_SQUARINGS - 1) {
      return {
        lower: Math.exp(lower / 2) * (1 - ROUNDING),
        upper: Math.exp(upper / 2) * (1 + ROUNDING),
      };
    }
    power = squared(scaled, n);
    log *= 2;
  }
  throw new Error("unreachable: the loop returns");
}

function gram(A: ArrayLike<number>, rows: number, columns: number): Float64Array {
  if (A.length !== rows * columns || A.length === 0) {
    throw new RangeError(`${A.length} numbers for a matrix of ${rows} × ${columns}`);
  }
  const wide = rows <= columns;
  const [n, length] = wide ? [rows, columns] : [columns, rows];
  const [step, along] = wide ? [columns, 1] : [1, columns];
  const G = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let t = 0; t < length; t++) sum += A[i * step + t * along]! * A[j * step + t * along]!;
      if (!Number.isFinite(sum)) throw new RangeError("the matrix has numbers that aren't finite");
      G[i * n + j] = sum;
      G[j * n + i] = sum;
    }
  }
  return G;
}

/** The square of a symmetric matrix. */
function squared(G: Float64Array, n: number): Float64Array {
  const square = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let t = 0; t < n; t++) sum += G[i * n + t]! * G[j * n + t]!;
      square[i * n + j] = sum;
      square[j * n + i] = sum;
    }
  }
  return square;
}

/** ‖A‖ from lengths measured by p to lengths measured by p. */
export type NormOrder = 1 | 2 | typeof Number.POSITIVE_INFINITY;

/**
 * ‖A‖_p of a matrix [rows × columns]: p = 1 the largest column sum of magnitudes, p = ∞ the largest
 * row sum, both exact; p = 2 the upper end of `spectralNorm`. Throws RangeError on another p.
 *
 * @example
 * matrixNorm([1, -2, 3, 4], 2, 2, 1); // 6
 * matrixNorm([1, -2, 3, 4], 2, 2, Infinity); // 7
 */
export function matrixNorm(
  A: ArrayLike<number>,
  rows: number,
  columns: number,
  p: NormOrder,
): number {
  if (p === 2) return spectralNorm(A, rows, columns).upper;
  if (p !== 1 && p !== Number.POSITIVE_INFINITY)
    throw new RangeError(`p is ${p}, expected 1, 2 or Infinity`);
  const sums = new Float64Array(p === 1 ? columns : rows);
  for (let i = 0; i < A.length; i++) {
    sums[p === 1 ? i % columns : Math.floor(i / columns)]! += Math.abs(A[i]!);
  }
  return sums.reduce((most, sum) => Math.max(most, sum), 0);
}
