import { LinearSpline } from "../LinearSpline";
import { readPoints } from "../tensorInput";
import { HingeProblem, type HingeSolution } from "./HingeProblem";

/** A linear spline fitted under a penalty on the variation of its slope, with its certificate. */
export interface LinearSplineFit {
  readonly spline: LinearSpline;
  /** λ, in units of y² · x / y. */
  readonly lambda: number;
  /** Σ_n (y_n − f(x_n))². */
  readonly squaredError: number;
  /** Σ_n (y_n − f(x_n))² + λ TV²(f). */
  readonly objective: number;
  /**
   * Objective minus the value of a feasible point of the dual problem: no function, whatever its
   * knots, has an objective lower by more than this. Rounding alone, when the solver has finished.
   */
  readonly dualityGap: number;
  /** From this λ on the fit is the least-squares line. */
  readonly lineLambda: number;
}

/**
 * Solves min_f Σ_n (y_n − f(x_n))² + λ TV²(f) over all functions of one variable: what Unser's
 * representer theorem says of activations that are learned, in one dimension.
 *
 * Some minimiser is a linear spline b₁ + b₂ x + Σ a_k max(0, x − τ_k) with knots among the inner
 * data points, hence at most N − 2 of them, and in practice far fewer (Unser 2019; Debarre,
 * Denoyelle, Unser & Fageot 2022, who also show that knots off the data may be fewer still). That
 * leaves a LASSO on hinges (ℓ₁ trend filtering, Kim, Koh, Boyd & Gorinevsky 2009). It is solved by
 * an active-set method that is exact up to rounding, O(N) a step and about a step a knot; the
 * duality gap tells how exact.
 *
 * `x` and `y` have length N, in any order; at equal x the mean of y counts, with its weight. With
 * λ = 0 the spline interpolates these means.
 *
 * @throws RangeError on different lengths, no points, NaN, infinities or a negative λ
 * @example
 * const { spline, dualityGap } = fitLinearSpline([0, 1, 2, 3], [0, 1, 0, 1], { lambda: 0.1 });
 */
export function fitLinearSpline(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { lambda }: { readonly lambda: number },
): LinearSplineFit {
  return linearSplinePath(x, y, [lambda])[0]!;
}

/**
 * The fits of {@link fitLinearSpline} for several λ, in the order given. Falling λ are the fastest:
 * each fit begins where the one before it ended.
 *
 * @throws RangeError as fitLinearSpline
 * @example const fits = linearSplinePath(x, y, [10, 1, 0.1, 0.01]);
 */
export function linearSplinePath(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  lambdas: readonly number[],
): LinearSplineFit[] {
  const bad = lambdas.find((lambda) => !(lambda >= 0 && Number.isFinite(lambda)));
  if (bad !== undefined) throw new RangeError(`λ is ${bad}, expected a finite number, 0 or more`);
  if (x.length !== y.length || x.length === 0) {
    throw new RangeError(`x has ${x.length} and y ${y.length} numbers, expected as many, from 1`);
  }
  const problem = new HingeProblem(readPoints(x, 1), readPoints(y, 1));
  let start: HingeSolution | undefined;
  return lambdas.map((lambda) => {
    start = problem.solve(lambda, start);
    return described(problem, lambda, start);
  });
}

function described(
  problem: HingeProblem,
  lambda: number,
  { knots, values }: HingeSolution,
): LinearSplineFit {
  const { x } = problem;
  const slopes = Array.from(
    { length: knots.length - 1 },
    (_, j) => (values[j + 1]! - values[j]!) / (x[knots[j + 1]!]! - x[knots[j]!]!),
  );
  const slope = slopes[0] ?? 0;
  const spline = new LinearSpline(
    values[0]! - slope * x[0]!,
    slope,
    Array.from(knots.slice(1, -1), (i) => x[i]!),
    slopes.slice(1).map((s, j) => s - slopes[j]!),
  );
  const f = problem.spread({ knots, values });
  const squaredError = problem.squaredError(f);
  const objective = squaredError + lambda * spline.totalVariation;
  return {
    spline,
    lambda,
    squaredError,
    objective,
    dualityGap: Math.max(0, objective - problem.dualValue(f, lambda)),
    lineLambda: problem.lineLambda,
  };
}
