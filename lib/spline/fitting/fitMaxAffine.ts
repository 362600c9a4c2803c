import { type Random, random } from "../../random";
import { MaxAffineSpline } from "../MaxAffineSpline";
import { readPoints } from "../tensorInput";
import { exchange } from "./exchange";
import {
  type Fit,
  leastSquaresPartition,
  type Problem,
  voronoiStart,
} from "./leastSquaresPartition";
import { prune } from "./prune";

/** How a max-affine spline is fitted. */
export interface FitOptions {
  /** Starts, of which the best is kept. */
  readonly restarts?: number;
  /** Rounds in which planes are added where the fit is worst and the cheapest are taken away. */
  readonly exchanges?: number;
  readonly seed?: number;
  /** Added to the diagonal of the normal equations: keeps slopes of small cells small. */
  readonly ridge?: number;
  /** Stops between two starts, with what has been found so far. */
  readonly signal?: AbortSignal;
  /** Called after each start, with the best error so far. */
  readonly onProgress?: (progress: { done: number; of: number; rmse: number }) => void;
}

/** A fitted spline, and how good it is. */
export interface MaxAffineFit {
  readonly spline: MaxAffineSpline;
  /** Root mean square of the residuals on the data fitted. */
  readonly rmse: number;
  /** Whether the best start came to rest; otherwise more steps might have bettered it. */
  readonly converged: boolean;
}

/** Planes to begin with, as a multiple of those wanted. */
const SURPLUS = 1.5;

/**
 * Fits a max-affine spline of K pieces to points X [n × d] and values y [n] by least squares:
 * least-squares partition (Magnani & Boyd 2009) from random cells, with more planes than wanted of
 * which the cheapest are pruned, and exchange of planes.
 *
 * The problem isn't convex: what is found is the best of several starts, not a proven optimum.
 * Pieces may be left without points; `removeRedundantPieces` removes those without a cell.
 *
 * @throws RangeError on wrong shapes, NaN, fewer points than K, or an abort before the first start
 * @example
 * const x = Float64Array.from({ length: 200 }, (_, i) => i / 100 - 1);
 * const { spline, rmse } = fitMaxAffine(x, x.map((v) => v * v), 4);
 */
export function fitMaxAffine(
  X: ArrayLike<number>,
  y: ArrayLike<number>,
  K: number,
  options: FitOptions = {},
): MaxAffineFit {
  const { restarts = 3, exchanges = 10, seed = 1, ridge = 0, signal, onProgress } = options;
  const { problem, mean } = shifted(X, y, K, ridge);
  if (!(Number.isInteger(restarts) && restarts >= 1)) {
    throw new RangeError(`restarts are ${restarts}, expected an integer from 1`);
  }
  const draws = random(seed);
  let best: Fit | undefined;
  for (let done = 1; done <= restarts; done++) {
    if (signal?.aborted) break;
    const fit = fitOnce(problem, exchanges, draws);
    if (best === undefined || fit.error < best.error) best = fit;
    onProgress?.({ done, of: restarts, rmse: Math.sqrt(best.error) });
  }
  if (best === undefined) throw new RangeError("the fit was aborted before its first start");
  const spline = unshifted(best.planes, mean);
  return { spline, rmse: Math.sqrt(best.error), converged: best.converged };
}

/** One start: more planes than wanted on random cells, pruned to K, then bettered by exchange. */
function fitOnce(problem: Problem, exchanges: number, draws: Random): Fit {
  const planes = Math.min(problem.y.length, Math.ceil(SURPLUS * problem.planes));
  const wide = { ...problem, planes };
  const first = leastSquaresPartition(wide, voronoiStart(wide, draws), 30);
  return exchange(problem, prune(problem, first, problem.planes), exchanges);
}

function shifted(
  X: ArrayLike<number>,
  y: ArrayLike<number>,
  K: number,
  ridge: number,
): { problem: Problem; mean: Float64Array } {
  const values = readPoints(y, 1);
  const n = values.length;
  if (n === 0 || X.length % n !== 0 || X.length === 0) {
    throw new RangeError(`X has ${X.length} numbers, expected a multiple of the ${n} values in y`);
  }
  const dimension = X.length / n;
  if (!(Number.isInteger(K) && K >= 1 && K <= n)) {
    throw new RangeError(`K is ${K}, expected an integer from 1 to the ${n} points`);
  }
  const points = readPoints(X, dimension);
  const mean = new Float64Array(dimension);
  points.forEach((value, i) => {
    mean[i % dimension]! += value / n;
  });
  const centred = points.map((value, i) => value - mean[i % dimension]!);
  return { problem: { X: centred, y: values, dimension, planes: K, ridge }, mean };
}

function unshifted(planes: Float64Array, mean: Float64Array): MaxAffineSpline {
  const width = mean.length + 1;
  const K = planes.length / width;
  const A = new Float64Array(K * mean.length);
  const b = new Float64Array(K);
  for (let k = 0; k < K; k++) {
    b[k] = planes[k * width + mean.length]!;
    for (let i = 0; i < mean.length; i++) {
      A[k * mean.length + i] = planes[k * width + i]!;
      b[k]! -= planes[k * width + i]! * mean[i]!;
    }
  }
  return MaxAffineSpline.fromFlat(A, b);
}
