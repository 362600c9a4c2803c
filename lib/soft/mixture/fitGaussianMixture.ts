import { kMeans } from "../../spline";
import { readPoints } from "../../spline/tensorInput";
import { GaussianMixture } from "./GaussianMixture";

/** How a mixture is fitted. */
export interface MixtureFitOptions {
  /** Means [R × D] to start from, side by side; the centroids of k-means if left out. */
  readonly start?: ArrayLike<number>;
  /** σ², kept as it is; learned if left out. */
  readonly variance?: number;
  /** Keeps π_r = 1/R; learned if left out. */
  readonly equalPriors?: boolean;
  /** Most iterations. */
  readonly iterations?: number;
  /** Ends when the mean log-likelihood gains less in an iteration. */
  readonly tolerance?: number;
  /** For k-means. */
  readonly seed?: number;
}

/** A mixture, and how EM got there. */
export interface MixtureFit {
  readonly mixture: GaussianMixture;
  /** Mean log-likelihood of a point before each iteration, and at the end; never falls. */
  readonly logLikelihoods: readonly number[];
  /** Whether it ended because of the tolerance. */
  readonly converged: boolean;
}

/**
 * Fits a mixture of R Gaussians with one variance to points side by side [N × D] by EM (Dempster, Laird
 * & Rubin 1977): weigh all components by their posteriors, then move means, priors and variance to the
 * weighted averages. No step lowers the likelihood.
 *
 * k-means is what is left of it with equal priors as σ² → 0: the posteriors become hard.
 *
 * @throws RangeError on wrong shapes or NaN, fewer points than components, and when the variance goes to
 * 0 because every point has a mean of its own
 * @example
 * const { mixture, logLikelihoods } = fitGaussianMixture(points, 2, 3);
 * mixture.spline(); // the max-affine spline that infers with it
 */
export function fitGaussianMixture(
  points: ArrayLike<number>,
  dimension: number,
  R: number,
  options: MixtureFitOptions = {},
): MixtureFit {
  const { iterations = 200, tolerance = 1e-9, equalPriors = false, seed = 1 } = options;
  if (!(Number.isInteger(iterations) && iterations >= 0)) {
    throw new RangeError(`iterations are ${iterations}, expected an integer from 0`);
  }
  const given = readPoints(points, dimension);
  // Around their mean: weighted sums keep the digits of points far from the origin.
  const mean = meanOf(given, dimension);
  const x = given.map((value, i) => value - mean[i % dimension]!);
  const count = x.length / dimension;
  const start =
    options.start === undefined
      ? kMeans(x, dimension, R, { seed }).spline.A
      : Float64Array.from(options.start, (value, i) => value - mean[i % dimension]!);
  if (start.length !== R * dimension) {
    throw new RangeError(`start has ${start.length} numbers, expected ${R} × ${dimension}`);
  }
  const equal = new Float64Array(R).fill(1 / R);
  const whole = spread(x, dimension);
  const variance = options.variance ?? whole;
  let mixture = mixtureOf(start, equal, variance, dimension);
  const logLikelihoods: number[] = [];
  let converged = false;
  for (let i = 0; ; i++) {
    const logs = mixture.logDensity(x);
    logLikelihoods.push(logs.reduce((sum, value) => sum + value, 0) / count);
    const gain = logLikelihoods.at(-1)! - (logLikelihoods.at(-2) ?? Number.NEGATIVE_INFINITY);
    converged = gain < tolerance;
    if (converged || i === iterations) break;
    mixture = improved(mixture, x, equalPriors, options.variance);
    if (!(mixture.variance > 1e-12 * whole) && options.variance === undefined) {
      throw new RangeError(`the variance goes to 0: ${R} components are too many for the points`);
    }
  }
  const means = mixture.means.map((value, i) => value + mean[i % dimension]!);
  const moved = mixtureOf(means, mixture.priors, mixture.variance, dimension);
  return { mixture: moved, logLikelihoods, converged };
}

/** One iteration: posteriors, and what maximises the likelihood they expect. */
function improved(
  mixture: GaussianMixture,
  x: Float64Array,
  equalPriors: boolean,
  fixed: number | undefined,
): GaussianMixture {
  const { components: R, dimension: D } = mixture;
  const count = x.length / D;
  const weights = new Float64Array(R);
  const sums = new Float64Array(R * D);
  const posteriors: Float64Array[] = [];
  for (let n = 0; n < count; n++) {
    const t = mixture.posterior(x.subarray(n * D, (n + 1) * D));
    posteriors.push(t);
    for (let r = 0; r < R; r++) {
      weights[r]! += t[r]!;
      for (let i = 0; i < D; i++) sums[r * D + i]! += t[r]! * x[n * D + i]!;
    }
  }
  // A component that nothing belongs to stays where it is.
  const means = sums.map((sum, i) => {
    const weight = weights[Math.floor(i / D)]!;
    return weight > 0 ? sum / weight : mixture.means[i]!;
  });
  let square = 0;
  for (let n = 0; n < count; n++) {
    for (let r = 0; r < R; r++) {
      let distance = 0;
      for (let i = 0; i < D; i++) distance += (x[n * D + i]! - means[r * D + i]!) ** 2;
      square += posteriors[n]![r]! * distance;
    }
  }
  const priors = equalPriors ? mixture.priors : weights.map((w) => Math.max(w / count, LEAST));
  const total = priors.reduce((sum, p) => sum + p, 0);
  const variance = fixed ?? Math.max(square / (count * D), LEAST);
  return mixtureOf(
    means,
    priors.map((p) => p / total),
    variance,
    D,
  );
}

/** Priors and variances of 0 have no logarithm. */
const LEAST = 1e-300;

function mixtureOf(means: Float64Array, priors: Float64Array, variance: number, D: number) {
  const rows = Array.from(priors, (_, r) => means.subarray(r * D, (r + 1) * D));
  return new GaussianMixture(rows, priors, variance);
}

function meanOf(x: Float64Array, D: number): Float64Array {
  const mean = new Float64Array(D);
  for (let i = 0; i < x.length; i++) mean[i % D]! += (x[i]! / x.length) * D;
  return mean;
}

/** Mean variance of a coordinate. */
function spread(x: Float64Array, D: number): number {
  const mean = meanOf(x, D);
  let square = 0;
  for (let i = 0; i < x.length; i++) square += (x[i]! - mean[i % D]!) ** 2;
  return square / x.length;
}
