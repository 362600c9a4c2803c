import type { MaxAffineSplineOperator } from "../spline";
import { extremes } from "../spline/extremes";
import { readPoint, readPoints } from "../spline/tensorInput";
import { assign, type Choice } from "./assign";
import { etaOf } from "./softness";

/** The expected affine map of a soft operator at a point: z = A x + b there, and nowhere else. */
export interface ExpectedMap {
  /** A [K × D] row-major: the slopes, averaged with the weights of the assignment. */
  readonly A: Float64Array;
  /** b [K], likewise. */
  readonly b: Float64Array;
}

/** One output at one point: scores, values and weights [R], and what the choice leaves beside. */
interface Visit extends Choice {
  /** Number of the place in [N × K], and of the output. */
  place: number;
  output: number;
  readonly scores: Float64Array;
  readonly values: Float64Array;
  readonly weights: Float64Array;
  /** z = Σ t v. */
  value: number;
}

/**
 * A max-affine spline operator that chooses its pieces softly (Balestriero & Baraniuk 2019):
 *
 *     z_k(x) = Σ_r t_kr u_kr,   u_kr = ⟨A_kr, x⟩ + b_kr,   t_k = softmax(η_k u_k),   η = β/(1 − β).
 *
 * t_k maximises β ⟨t, u⟩ + (1 − β) H(t) over the simplex: hard at β → 1, the posterior of a Gaussian
 * mixture at β = ½, uniform at β → 0. The output is the expected affine value, not the log-sum-exp.
 * β is one number, or one for each output.
 *
 * *Decoupled* (third argument), the weights come from one operator and the values from another of the
 * same shape: sigmoid and tanh are of this kind, their hard versions jump.
 *
 * What is softened is the list of pieces, not the function: a piece that is written twice counts
 * twice. Float64; safe for η |u| up to 1e300.
 *
 * @throws RangeError unless 0 < β < 1, on a wrong number of β, and on values of another shape
 * @example
 * const relu = new MaxAffineSplineOperator([[[0], [1]]], [[0, 0]]);
 * const swish = new SoftMaxAffineSplineOperator(relu, 0.5);
 * swish.evaluate([1]); // [0.7310585786]: 1/(1 + 1/e)
 */
export class SoftMaxAffineSplineOperator {
  /** β of each output [K]. */
  readonly beta: Float64Array;
  /** η = β/(1 − β) of each output [K]. */
  readonly eta: Float64Array;

  constructor(
    /** The operator that chooses. */
    readonly hard: MaxAffineSplineOperator,
    beta: number | ArrayLike<number>,
    /** The operator whose values are averaged: `hard` itself unless decoupled. */
    readonly values: MaxAffineSplineOperator = hard,
  ) {
    const { outputs } = hard;
    const given = typeof beta === "number" ? new Float64Array(outputs).fill(beta) : beta;
    if (given.length !== outputs) {
      throw new RangeError(
        `${given.length} numbers β, expected one, or one for each of ${outputs}`,
      );
    }
    const shape = ({ outputs, pieces, dimension }: MaxAffineSplineOperator) =>
      `[${outputs}, ${pieces}, ${dimension}]`;
    if (shape(values) !== shape(hard)) {
      throw new RangeError(
        `the values have the shape [K, R, D] = ${shape(values)}, expected ${shape(hard)}`,
      );
    }
    this.beta = Float64Array.from(given);
    this.eta = this.beta.map(etaOf);
  }

  /** The same pieces with another β. @throws RangeError as the constructor */
  withBeta(beta: number | ArrayLike<number>): SoftMaxAffineSplineOperator {
    return new SoftMaxAffineSplineOperator(this.hard, beta, this.values);
  }

  /**
   * z(x) [K]; for points side by side [N × D], [N × K].
   *
   * @throws RangeError unless the length is a multiple of D, or on NaN and infinities
   */
  evaluate(x: ArrayLike<number>): Float64Array {
    return this.eachOutput(x, ({ value }) => value);
  }

  /** H(t) in nats, from 0 (hard) to log R (uniform), [N × K]. @throws as {@link evaluate} */
  entropy(x: ArrayLike<number>): Float64Array {
    return this.eachOutput(x, ({ entropy }) => entropy);
  }

  /**
   * The log-sum-exp form (1/η) log Σ_r exp(η u_r), [N × K]: convex, above the maximum. It differs from
   * Σ t u by the entropy: softplus = swish + H/η. @throws as {@link evaluate}
   */
  logSumExp(x: ArrayLike<number>): Float64Array {
    return this.eachOutput(x, ({ max, logSum, output }) => max + logSum / this.eta[output]!);
  }

  /**
   * The optimal value of β ⟨t, u⟩ + (1 − β) H(t), which is (1 − β) log Σ_r exp(η u_r), [N × K].
   *
   * @throws as {@link evaluate}
   */
  optimum(x: ArrayLike<number>): Float64Array {
    return this.eachOutput(x, ({ max, logSum, output: k }) => {
      return this.beta[k]! * max + (1 - this.beta[k]!) * logSum;
    });
  }

  /** ∂z/∂β [N × K]: the covariance of scores and values under t, over (1 − β)². @throws as {@link evaluate} */
  betaSlope(x: ArrayLike<number>): Float64Array {
    return this.eachOutput(x, (visit) => {
      const { scores, values, weights: t, value, max, output } = visit;
      let covariance = 0;
      for (let r = 0; r < t.length; r++) {
        // The values are centred, so any constant may be taken off the scores.
        if (t[r]! > 0) covariance += t[r]! * (scores[r]! - max) * (values[r]! - value);
      }
      return covariance / (1 - this.beta[output]!) ** 2;
    });
  }

  /** What the hard operator gives: the values of the pieces that score highest [N × K]. @throws as {@link evaluate} */
  hardLimit(x: ArrayLike<number>): Float64Array {
    return this.eachOutput(x, ({ scores, values, max }) => values[scores.indexOf(max)]!);
  }

  /** The weights t(x) [K × R] of one point. @throws as {@link evaluate} */
  assignment(x: ArrayLike<number>): Float64Array {
    const { outputs, pieces } = this.hard;
    const t = new Float64Array(outputs * pieces);
    this.visit(readPoint(x, this.hard.dimension), ({ weights, output }) => {
      t.set(weights, output * pieces);
    });
    return t;
  }

  /**
   * A[x] = Σ_r t_r A_r and b[x] = Σ_r t_r b_r at one point: z = A[x] x + b[x] exactly. The weights
   * move with x, so A[x] isn't the Jacobian; {@link jacobian} is.
   *
   * @throws as {@link evaluate}
   */
  expectedMap(x: ArrayLike<number>): ExpectedMap {
    return this.mix(x, ({ weights }, r) => weights[r]!);
  }

  /**
   * ∂z/∂x [K × D] at one point: Σ_r t_r (V_r + η (v_r − z) A_r), A_r and V_r the slopes of scores and
   * values. @throws as {@link evaluate}
   */
  jacobian(x: ArrayLike<number>): Float64Array {
    const { A } = this.mix(x, ({ weights }, r) => weights[r]!);
    const { hard, eta } = this;
    const turned = this.mix(
      x,
      ({ weights, values, value, output }, r) =>
        weights[r]! === 0 ? 0 : weights[r]! * eta[output]! * (values[r]! - value),
      hard,
    );
    return A.map((slope, i) => slope + turned.A[i]!);
  }

  /** "soft, β = 0.5: max-affine spline operator: …". */
  toString(): string {
    const [least, most] = extremes(this.beta);
    const said = least === most ? `${least}` : `${least} to ${most}`;
    return `soft, β = ${said}: ${this.hard}`;
  }

  /** Slopes and offsets of each output, added up with factors. */
  private mix(
    x: ArrayLike<number>,
    factor: (visit: Visit, r: number) => number,
    { A: slopes, b: offsets } = this.values,
  ): ExpectedMap {
    const { outputs, pieces, dimension: D } = this.hard;
    const A = new Float64Array(outputs * D);
    const b = new Float64Array(outputs);
    this.visit(readPoint(x, D), (visit) => {
      const k = visit.output;
      for (let r = 0; r < pieces; r++) {
        const [t, row] = [factor(visit, r), k * pieces + r];
        b[k]! += t * offsets[row]!;
        for (let i = 0; i < D; i++) A[k * D + i]! += t * slopes[row * D + i]!;
      }
    });
    return { A, b };
  }

  private eachOutput(x: ArrayLike<number>, result: (visit: Visit) => number): Float64Array {
    const points = readPoints(x, this.hard.dimension);
    const results = new Float64Array((points.length / this.hard.dimension) * this.hard.outputs);
    this.visit(points, (visit) => {
      results[visit.place] = result(visit);
    });
    return results;
  }

  /** The loop behind everything: all outputs at points side by side, with one set of arrays. */
  private visit(points: Float64Array, look: (visit: Visit) => void): void {
    const { hard, values: valued, eta } = this;
    const { outputs, pieces, dimension } = hard;
    const scores = new Float64Array(pieces);
    const values = valued === hard ? scores : new Float64Array(pieces);
    const weights = new Float64Array(pieces);
    const start = { place: 0, output: 0, value: 0, max: 0, logSum: 0, entropy: 0 };
    const visit: Visit = { ...start, scores, values, weights };
    for (let at = 0; at < points.length; at += dimension) {
      for (let k = 0; k < outputs; k++, visit.place++) {
        visit.output = k;
        piecesAt(hard, k, points, at, scores);
        if (values !== scores) piecesAt(valued, k, points, at, values);
        assign(scores, eta[k]!, weights, visit);
        visit.value = 0;
        for (let r = 0; r < pieces; r++) visit.value += weights[r]! * values[r]!;
        look(visit);
      }
    }
  }
}

/** ⟨A_kr, x⟩ + b_kr for all r, x at `at` of the points. */
function piecesAt(
  { A, b, pieces, dimension }: MaxAffineSplineOperator,
  k: number,
  points: Float64Array,
  at: number,
  to: Float64Array,
): void {
  for (let r = 0, row = k * pieces; r < pieces; r++, row++) {
    let sum = b[row]!;
    for (let i = 0; i < dimension; i++) sum += A[row * dimension + i]! * points[at + i]!;
    to[r] = sum;
  }
}
