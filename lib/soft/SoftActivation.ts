import { MaxAffineSplineOperator } from "../spline";
import type { Activation } from "../spline/operators";
import { SoftMaxAffineSplineOperator } from "./SoftMaxAffineSplineOperator";

/** Slope and offset of an affine piece of one variable, a u + b. */
export type Piece = readonly [slope: number, offset: number];

/** The pieces of a soft activation. */
export interface SoftPieces {
  /** What is compared: the piece a_r u + b_r that is largest scores highest. */
  readonly pieces: readonly Piece[];
  /** What is averaged, if it isn't the scores themselves: the values c_r u + d_r, one for each piece. */
  readonly values?: readonly Piece[];
  /** β in (0, 1); ½ if left out. */
  readonly beta?: number;
}

/**
 * A nonlinearity of one variable, made soft: φ(u) = Σ_r t_r (c_r u + d_r) with weights
 * t = softmax(η (a_r u + b_r)) and η = β/(1 − β). Its hard limit is the piece that scores highest.
 *
 * Without `values` the scores are averaged themselves, and the hard limit is the maximum of the
 * pieces. With them any piecewise-affine function can be made soft, convex or not, even with jumps:
 * the scores only say where one piece ends and the next begins. {@link SoftActivation.of} does so for
 * an activation of the dictionary.
 *
 * Float64. `softUnits` makes a TensorFlow.js layer of it, `registerSoftActivation` a name.
 *
 * @throws RangeError on no pieces, numbers that aren't finite, another number of values, and on β
 * outside (0, 1)
 * @example
 * const swish = new SoftActivation({ pieces: [[0, 0], [1, 0]] });
 * swish.evaluate(1); // 0.7311
 * swish.hard(1); // 1
 * const sigmoid = new SoftActivation({ pieces: [[0, 0], [1, 0]], values: [[0, 0], [0, 1]] });
 * sigmoid.evaluate(0); // 0.5
 */
export class SoftActivation {
  readonly pieces: readonly Piece[];
  readonly values: readonly Piece[] | undefined;
  readonly beta: number;
  /** The same as an operator of one input and one output. */
  readonly operator: SoftMaxAffineSplineOperator;

  constructor({ pieces, values, beta = 0.5 }: SoftPieces) {
    if (values !== undefined && values.length !== pieces.length) {
      throw new RangeError(
        `${values.length} values, expected one for each of ${pieces.length} pieces`,
      );
    }
    const scores = operatorOf(pieces, "pieces");
    const valued = values === undefined ? scores : operatorOf(values, "values");
    this.pieces = pieces.map(([a, b]) => [a, b]);
    this.values = values?.map(([c, d]) => [c, d]);
    this.beta = beta;
    this.operator = new SoftMaxAffineSplineOperator(scores, beta, valued);
  }

  /**
   * An activation of the dictionary made soft. Convex: its own pieces. Otherwise decoupled: piece r
   * scores r u − Σ_(j ≤ r) t_j, which changes hands at the knots t_j, and the pieces are the values.
   *
   * Takes the first row of slopes of an activation that has one for each channel.
   *
   * @throws RangeError on β outside (0, 1)
   * @example
   * SoftActivation.of(activations.hardTanh([1]), 0.8).evaluate(0); // 0
   */
  static of({ convex, knots, slopes, intercepts }: Activation, beta = 0.5): SoftActivation {
    const own = Array.from(
      { length: knots.length + 1 },
      (_, r): Piece => [slopes[r]!, intercepts[r]!],
    );
    if (convex) return new SoftActivation({ pieces: own, beta });
    let passed = 0;
    const pieces = own.map((_, r): Piece => {
      if (r > 0) passed += knots[r - 1]!;
      return [r, -passed];
    });
    return new SoftActivation({ pieces, values: own, beta });
  }

  /** The same pieces with another β. @throws RangeError on β outside (0, 1) */
  withBeta(beta: number): SoftActivation {
    const { pieces, values } = this;
    return new SoftActivation({ pieces, ...(values && { values }), beta });
  }

  /** φ(u). @throws RangeError on NaN or infinities */
  evaluate(u: number): number {
    return this.operator.evaluate([u])[0]!;
  }

  /** φ'(u) = Σ_r t_r (c_r + η a_r (v_r − φ)), v_r = c_r u + d_r. @throws as {@link evaluate} */
  derivative(u: number): number {
    return this.operator.jacobian([u])[0]!;
  }

  /** ∂φ/∂β. @throws as {@link evaluate} */
  betaSlope(u: number): number {
    return this.operator.betaSlope([u])[0]!;
  }

  /** H(t) in nats: how undecided the choice is, at most log R. @throws as {@link evaluate} */
  entropy(u: number): number {
    return this.operator.entropy([u])[0]!;
  }

  /** The hard limit β → 1; where two pieces tie, the first of them. @throws as {@link evaluate} */
  hard(u: number): number {
    return this.operator.hardLimit([u])[0]!;
  }

  /** The weights t(u) [R]. @throws as {@link evaluate} */
  assignment(u: number): Float64Array {
    return this.operator.assignment([u]);
  }
}

function operatorOf(pieces: readonly Piece[], name: string): MaxAffineSplineOperator {
  pieces.forEach((piece, r) => {
    if (piece.length !== 2 || !piece.every(Number.isFinite)) {
      throw new RangeError(`${name}[${r}] is [${piece}], expected [slope, offset], both finite`);
    }
  });
  if (pieces.length === 0) throw new RangeError(`${name}: expected one or more [slope, offset]`);
  return new MaxAffineSplineOperator([pieces.map(([a]) => [a])], [pieces.map(([, b]) => b)]);
}
