import { type Random, random } from "../../random";
import { checkCount } from "../checkCount";
import type { MaxAffineSpline } from "../MaxAffineSpline";
import { largestMagnitude, powerOfTwoBelow } from "../magnitude";
import { readPoints } from "../tensorInput";
import { NearestCentroids } from "./NearestCentroids";
import { VoronoiSpline } from "./VoronoiSpline";

/** How points are quantised. */
export interface KMeansOptions {
  /** Starts, of which the best is kept. */
  readonly restarts?: number;
  readonly seed?: number;
  /** Most iterations of one start. */
  readonly iterations?: number;
  /** Centroids [K × D] to start from, side by side, instead of drawn ones; one start then. */
  readonly start?: ArrayLike<number>;
  /** Stops between two iterations, with the best that has been found so far. */
  readonly signal?: AbortSignal;
  /** Called after each start, with the best distortion so far. */
  readonly onProgress?: (progress: { done: number; of: number; distortion: number }) => void;
}

/** A quantiser, and how good it is. */
export interface KMeansResult {
  /** Slopes: the centroids [K × D]; offsets b = −½‖a‖². Its code is the nearest centroid, told from distances. */
  readonly spline: MaxAffineSpline;
  /** The cell of each point [N]. */
  readonly codes: Uint32Array;
  /** Mean squared distance of a point to the centroid of its cell. */
  readonly distortion: number;
  /** Whether the best start came to rest: no point changes its cell any more. */
  readonly converged: boolean;
  /** Iterations of the best start. */
  readonly iterations: number;
}

/**
 * k-means as a max-affine spline: K centroids a_r for points [N × D] by Lloyd's iteration (1982)
 * from a k-means++ start (Arthur & Vassilvitskii 2007), with offsets b_r = −½‖a_r‖².
 *
 * With these offsets ⟨a_r, x⟩ + b_r = ½‖x‖² − ½‖x − a_r‖², so that the largest piece is the nearest
 * centroid and the cells are the Voronoi cells (Balestriero & Baraniuk 2018). An empty cell is
 * given the point that is farthest from its centroid. Lloyd's iteration ends in a local minimum:
 * what is found is the best of several starts, not a proven optimum.
 *
 * @throws RangeError on wrong shapes, NaN, points whose squares overflow, fewer points than K, or an abort before the first start
 * @example
 * const { spline, distortion } = kMeans(points, 2, 16, { seed: 4 });
 * spline.code([0.3, 0.7]); // the nearest of the 16 centroids
 */
export function kMeans(
  points: ArrayLike<number>,
  dimension: number,
  K: number,
  options: KMeansOptions = {},
): KMeansResult {
  const { restarts = 3, seed = 1, iterations = 300, start, signal, onProgress } = options;
  const data = checkedPoints(points, dimension, K);
  checkCount("the number of restarts", restarts);
  checkCount("the number of iterations", iterations);
  const { centred, mean, unit } = centre(data, dimension);
  const quantiser = new NearestCentroids(centred, dimension, K);
  const given = start === undefined ? undefined : checkedStart(start, mean, unit, K);
  const draws = random(seed);
  const starts = given === undefined ? restarts : 1;
  let best: Run | undefined;
  for (let done = 1; done <= starts && !signal?.aborted; done++) {
    const from = given ?? plusPlus(centred, dimension, K, draws);
    const run = lloyd(quantiser, from, iterations, signal);
    if (best === undefined || run.distortion < best.distortion) best = run;
    onProgress?.({ done, of: starts, distortion: best.distortion * unit * unit });
  }
  if (best === undefined) throw new RangeError("k-means was aborted before its first start");
  const { centroids, distortion, ...rest } = best;
  const moved = centroids.map((value, i) => value * unit + mean[i % dimension]!);
  return {
    spline: new VoronoiSpline(moved, dimension),
    distortion: distortion * unit * unit,
    ...rest,
  };
}

interface Run extends Omit<KMeansResult, "spline"> {
  readonly centroids: Float64Array;
}

/** Lloyd's iteration: every point to its nearest centroid, every centroid to the mean of its points. */
function lloyd(
  quantiser: NearestCentroids,
  start: Float64Array,
  most: number,
  signal: AbortSignal | undefined,
): Run {
  const centroids = start.slice();
  let moved = quantiser.assign(centroids, true);
  let iterations = 0;
  while (moved > 0 && iterations < most && !signal?.aborted) {
    quantiser.fillEmpty();
    quantiser.average(centroids);
    moved = quantiser.assign(centroids, false);
    iterations++;
  }
  const { codes, distances } = quantiser;
  const distortion = distances.reduce((sum, d) => sum + d, 0) / distances.length;
  return { centroids, codes: codes.slice(), distortion, converged: moved === 0, iterations };
}

/** K points, each drawn with a probability in proportion to its squared distance to those before. */
function plusPlus(points: Float64Array, dimension: number, K: number, draws: Random): Float64Array {
  const count = points.length / dimension;
  const nearest = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const centroids = new Float64Array(K * dimension);
  let drawn = draws.integer(0, count - 1);
  for (let k = 0; ; k++) {
    const seed = points.subarray(drawn * dimension, (drawn + 1) * dimension);
    centroids.set(seed, k * dimension);
    if (k === K - 1) return centroids;
    let total = 0;
    for (let n = 0, p = 0; n < count; n++) {
      let square = 0;
      for (let i = 0; i < dimension; i++, p++) square += (points[p]! - seed[i]!) ** 2;
      if (square < nearest[n]!) nearest[n] = square;
      total += nearest[n]!;
    }
    let left = draws.uniform(0, total);
    drawn = nearest.findIndex((square) => {
      left -= square;
      return left < 0;
    });
    if (drawn < 0) drawn = draws.integer(0, count - 1); // all points are centroids already
  }
}

// Around their mean, so that points far from the origin keep their digits, in a power of two as unit,
// so that no square under- or overflows.
function centre(
  points: Float64Array,
  dimension: number,
): { centred: Float64Array; mean: Float64Array; unit: number } {
  const mean = new Float64Array(dimension);
  for (let p = 0; p < points.length; ) {
    for (let i = 0; i < dimension; i++, p++) mean[i]! += points[p]!;
  }
  for (let i = 0; i < dimension; i++) mean[i]! *= dimension / points.length;
  const centred = new Float64Array(points.length);
  for (let p = 0; p < points.length; ) {
    for (let i = 0; i < dimension; i++, p++) centred[p] = points[p]! - mean[i]!;
  }
  const unit = powerOfTwoBelow(largestMagnitude(centred));
  return { centred: centred.map((value) => value / unit), mean, unit };
}

function checkedPoints(points: ArrayLike<number>, dimension: number, K: number): Float64Array {
  checkCount("the dimension", dimension);
  const data = readPoints(points, dimension);
  const count = data.length / dimension;
  const size = largestMagnitude(data);
  if (!Number.isFinite(size * size * data.length)) {
    throw new RangeError(
      `points of up to ${size} are too large: their squares overflow; scale them down`,
    );
  }
  if (!(Number.isInteger(K) && K >= 1 && K <= count)) {
    throw new RangeError(`K is ${K}, expected an integer from 1 to the ${count} points`);
  }
  return data;
}

function checkedStart(
  start: ArrayLike<number>,
  mean: Float64Array,
  unit: number,
  K: number,
): Float64Array {
  const dimension = mean.length;
  const centroids = readPoints(start, dimension);
  if (centroids.length !== K * dimension) {
    throw new RangeError(
      `start has ${centroids.length} numbers, expected ${K} centroids of ${dimension}`,
    );
  }
  return centroids.map((value, i) => (value - mean[i % dimension]!) / unit);
}
