import type { Random } from "../../random";
import { MaxAffineSpline, type NestedNumbers } from "../../spline";
import { extremes } from "../../spline/extremes";
import { readPoint, readPoints, readTensor } from "../../spline/tensorInput";
import { assign, type Choice } from "../assign";

/**
 * A mixture of Gaussians with one variance, p(x) = Σ_r π_r N(x; a_r, σ²I), which is what a max-affine
 * spline infers with (Balestriero & Baraniuk 2019): the most probable component is the largest of
 *
 *     ⟨a_r, x⟩ + b_r,   b_r = σ² log π_r − ½‖a_r‖²,
 *
 * and the posterior is softmax((⟨a, x⟩ + b)/σ²). Means a [R, D], priors π [R], variance σ² > 0.
 *
 * @throws RangeError on wrong shapes, priors that aren't positive or don't sum to 1 (to 1e-9), and a
 * variance that isn't positive
 * @example
 * const mixture = new GaussianMixture([[-1], [1]], [0.5, 0.5], 1);
 * mixture.posterior([0]); // [0.5, 0.5]
 */
export class GaussianMixture {
  /** Means a [R × D], row-major. */
  readonly means: Float64Array;
  readonly priors: Float64Array;
  /** R, the number of components. */
  readonly components: number;
  /** D. */
  readonly dimension: number;

  constructor(
    means: NestedNumbers,
    priors: ArrayLike<number>,
    /** σ². */
    readonly variance: number,
  ) {
    const { data, shape } = readTensor(means, 2, "the means");
    const [R, D] = shape as [number, number];
    const sum = Array.from(priors).reduce((total, p) => total + p, 0);
    if (priors.length !== R || Array.from(priors).some((p) => !(p > 0))) {
      throw new RangeError(`priors [${Array.from(priors)}]: expected ${R} positive numbers`);
    }
    if (Math.abs(sum - 1) > 1e-9) throw new RangeError(`the priors sum to ${sum}, expected 1`);
    if (!(variance > 0 && Number.isFinite(variance))) {
      throw new RangeError(`the variance is ${variance}, expected a finite number above 0`);
    }
    this.means = data;
    this.priors = Float64Array.from(priors);
    this.components = R;
    this.dimension = D;
  }

  /**
   * The mixture that a max-affine spline infers with: its slopes are the means, and
   * π_r ∝ exp((b_r + ½‖a_r‖²)/σ²). Any spline has one, for any σ²; equal priors belong to
   * b_r = −½‖a_r‖², the spline of k-means.
   *
   * @throws RangeError on a variance that isn't positive, and where a prior underflows to 0
   * @example
   * const relu = new MaxAffineSpline([[0], [2]], [0, 0]);
   * GaussianMixture.ofSpline(relu).priors; // [0.1192, 0.8808]: no offset isn't equal priors
   */
  static ofSpline(spline: MaxAffineSpline, variance = 1): GaussianMixture {
    const { pieces: R, dimension: D } = spline;
    const means = Array.from({ length: R }, (_, r) => spline.slope(r));
    const scores = spline.b.map((b, r) => b + half(spline.A, r, D));
    const priors = new Float64Array(R);
    assign(scores, 1 / variance, priors, { max: 0, logSum: 0, entropy: 0 });
    return new GaussianMixture(means, priors, variance);
  }

  /** The max-affine spline whose largest piece is the most probable component. */
  spline(): MaxAffineSpline {
    const { means, priors, variance, dimension } = this;
    const b = priors.map((p, r) => variance * Math.log(p) - half(means, r, dimension));
    return MaxAffineSpline.fromFlat(means, b);
  }

  /** p(r | x) [R]. @throws RangeError on another length, NaN or infinities */
  posterior(x: ArrayLike<number>): Float64Array {
    const posterior = new Float64Array(this.components);
    this.infer(x, posterior);
    return posterior;
  }

  /** The most probable component at x, the lowest of several. @throws as {@link posterior} */
  map(x: ArrayLike<number>): number {
    const scores = this.scores(readPoint(x, this.dimension));
    return scores.indexOf(extremes(scores)[1]);
  }

  /** log p at points side by side [N × D], [N]. @throws as {@link posterior} */
  logDensity(points: ArrayLike<number>): Float64Array {
    const { dimension: D, variance } = this;
    const x = readPoints(points, D);
    const scale = (D / 2) * Math.log(2 * Math.PI * variance);
    const t = new Float64Array(this.components);
    return Float64Array.from({ length: x.length / D }, (_, n) => {
      const { max, logSum } = this.infer(x.subarray(n * D, (n + 1) * D), t);
      return max / variance + logSum - scale;
    });
  }

  /** Points drawn from the mixture, side by side [N × D], and the components they are of. */
  sample(count: number, random: Random): { points: Float64Array; components: Uint32Array } {
    const { dimension: D, means, priors, variance } = this;
    const points = random.normals(count * D, 0, Math.sqrt(variance));
    const components = new Uint32Array(count);
    for (let n = 0; n < count; n++) {
      let left = random.uniform();
      let r = 0;
      while (r < priors.length - 1 && left >= priors[r]!) left -= priors[r++]!;
      components[n] = r;
      for (let i = 0; i < D; i++) points[n * D + i]! += means[r * D + i]!;
    }
    return { points, components };
  }

  /** Writes the posterior at x, and gives what the choice leaves beside. */
  private infer(x: ArrayLike<number>, posterior: Float64Array): Choice {
    const choice = { max: 0, logSum: 0, entropy: 0 };
    assign(this.scores(readPoint(x, this.dimension)), 1 / this.variance, posterior, choice);
    return choice;
  }

  /**
   * σ² log π_r − ½‖x − a_r‖² [R]: the pieces less ½‖x‖², from the differences x − a_r, since the
   * squares of points far from the origin leave none of their distances.
   */
  private scores(x: Float64Array): Float64Array {
    const { means, priors, variance, dimension: D } = this;
    return priors.map((p, r) => {
      let square = 0;
      for (let i = 0; i < D; i++) square += (x[i]! - means[r * D + i]!) ** 2;
      return variance * Math.log(p) - square / 2;
    });
  }
}

/** ½‖row r‖². */
function half(rows: ArrayLike<number>, r: number, D: number): number {
  let square = 0;
  for (let i = r * D; i < (r + 1) * D; i++) square += rows[i]! ** 2;
  return square / 2;
}
