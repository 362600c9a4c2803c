import { MaxAffineSpline } from "../MaxAffineSpline";
import { largestMagnitude } from "../magnitude";
import { readPoints } from "../tensorInput";

/** Points and values to fit, and how many planes are wanted. */
export interface Problem {
  /** [n × d], each coordinate of mean 0 and deviation 1. */
  readonly X: Float64Array;
  /** [n]. */
  readonly y: Float64Array;
  readonly dimension: number;
  readonly planes: number;
  readonly ridge: number;
  /** Mean square error that is nothing but rounding: planes that reach it are recovered. */
  readonly rounding: number;
  /** For adaptive partitioning: points that a cell must keep. */
  readonly smallestCell: number;
  readonly watch: Watch;
}

/** Planes [K × (d+1)], slopes first, and the mean square of their residuals. */
export interface Fit {
  readonly planes: Float64Array;
  readonly error: number;
  /** Whether the search came to rest by itself. */
  readonly converged: boolean;
}

/** Looks on at a search. */
export interface Watch {
  /** Asked after each step: whether to stop now, with what has been found. */
  stop(): boolean;
  /** Told the mean square error of each fit that may be the result. */
  found(error: number): void;
}

/** How the coordinates of the data become those of a problem, and planes come back. */
export interface Standardised {
  readonly X: Float64Array;
  readonly y: Float64Array;
  readonly dimension: number;
  readonly rounding: number;
  /** The spline in the coordinates of the data, of planes in those of the problem. */
  readonly splineOf: (planes: Float64Array) => MaxAffineSpline;
}

/**
 * Reads points X [n × d] and values y [n] and moves each coordinate to mean 0 and deviation 1: the
 * normal equations of cells are then as well conditioned as the cells allow.
 *
 * @throws RangeError on lengths that don't fit, NaN, infinities, or squares that overflow
 */
export function standardised(X: ArrayLike<number>, y: ArrayLike<number>): Standardised {
  const values = readPoints(y, 1);
  const n = values.length;
  if (n === 0 || X.length % n !== 0 || X.length === 0) {
    throw new RangeError(`X has ${X.length} numbers, expected a multiple of the ${n} values in y`);
  }
  const dimension = X.length / n;
  const points = readPoints(X, dimension);
  for (const [name, data] of [
    ["X", points],
    ["y", values],
  ] as const) {
    const size = largestMagnitude(data);
    if (Number.isFinite(size * size * data.length)) continue;
    throw new RangeError(
      `${name} has numbers of up to ${size}, too large: their squares overflow; scale them down`,
    );
  }
  const mean = new Float64Array(dimension);
  const deviation = new Float64Array(dimension);
  points.forEach((value, i) => {
    mean[i % dimension]! += value / n;
  });
  points.forEach((value, i) => {
    deviation[i % dimension]! += (value - mean[i % dimension]!) ** 2 / n;
  });
  // A coordinate that doesn't vary keeps its unit.
  deviation.forEach((variance, i) => {
    deviation[i] = Math.sqrt(variance) || 1;
  });
  return {
    X: points.map((value, i) => (value - mean[i % dimension]!) / deviation[i % dimension]!),
    y: values,
    dimension,
    rounding: (1e-13 ** 2 * values.reduce((sum, value) => sum + value * value, 0)) / n,
    splineOf: (planes) => {
      const width = dimension + 1;
      const K = planes.length / width;
      const A = new Float64Array(K * dimension);
      const b = Float64Array.from({ length: K }, (_, k) => planes[k * width + dimension]!);
      A.forEach((_, i) => {
        const [k, j] = [Math.floor(i / dimension), i % dimension];
        A[i] = planes[k * width + j]! / deviation[j]!;
        b[k]! -= A[i]! * mean[j]!;
      });
      return MaxAffineSpline.fromFlat(A, b);
    },
  };
}
