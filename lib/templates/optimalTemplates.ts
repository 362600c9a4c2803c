import { euclideanNorm } from "../spline/magnitude";

/** The templates that minimise the cross-entropy of one signal under a bound on their norms. */
export interface OptimalTemplates {
  /** T [C × D], row-major: row c is the template of class c. */
  readonly T: Float64Array;
  /** ⟨T_y, x⟩ / ‖x‖ = √((C−1) α / C). */
  readonly correct: number;
  /** ⟨T_c, x⟩ / ‖x‖ = −√(α / (C (C−1))) for each of the other classes. */
  readonly wrong: number;
  /** Cross-entropy at the optimum, log(1 + (C−1) e^(−m ‖x‖)) nats with the margin m = √(α C / (C−1)). */
  readonly crossEntropy: number;
}

/**
 * The memorisation theorem (Balestriero & Baraniuk, A Spline Theory of Deep Networks, ICML 2018):
 * among all T with Σ_c ‖T_c‖² ≤ α, the cross-entropy of softmax(T x) at label y is least for
 *
 *   T_y = √((C−1) α / C) x / ‖x‖,   T_c = −√(α / (C (C−1))) x / ‖x‖  for c ≠ y.
 *
 * The network that could choose its templates freely would store the signal itself. Derivation: only
 * the part of a row along x enters the loss, so an optimal row has no other; the loss is symmetric in
 * the wrong classes and convex, so these rows are equal; what is left is to maximise the margin
 * t_y − t under t_y² + (C−1) t² = α, a line and an ellipse. Unique, as the bound is active: the loss
 * has no minimum without it.
 *
 * x has D numbers, y is a class below C; α is 1 if left out. Throws RangeError on a signal without
 * direction, a class that isn't there, fewer than two classes, or α ≤ 0.
 *
 * @example
 * const { correct, wrong } = optimalTemplates([0.6, 0.8], 0, 10, 3); // 1.643168, −0.182574
 */
export function optimalTemplates(
  x: ArrayLike<number>,
  y: number,
  C: number,
  alpha = 1,
): OptimalTemplates {
  const norm = checkedNorm(x, y, C, alpha);
  const correct = Math.sqrt(((C - 1) * alpha) / C);
  const wrong = -Math.sqrt(alpha / (C * (C - 1)));
  const D = x.length;
  const T = new Float64Array(C * D);
  for (let c = 0; c < C; c++) {
    const coefficient = (c === y ? correct : wrong) / norm;
    for (let d = 0; d < D; d++) T[c * D + d] = coefficient * x[d]!;
  }
  const margin = Math.sqrt((alpha * C) / (C - 1));
  return { T, correct, wrong, crossEntropy: Math.log1p((C - 1) * Math.exp(-margin * norm)) };
}

/** ‖x‖, once the four arguments of the theorem have been looked at. */
export function checkedNorm(x: ArrayLike<number>, y: number, C: number, alpha: number): number {
  const norm = euclideanNorm(x);
  if (!(norm > 0 && norm < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`a signal to memorise has a finite norm above 0, got ${norm}`);
  }
  if (!(Number.isInteger(C) && C >= 2)) {
    throw new RangeError(`templates compete: expected two classes or more, got ${C}`);
  }
  if (!(Number.isInteger(y) && y >= 0 && y < C)) {
    throw new RangeError(`class ${y} isn't there; there are ${C}, counted from 0`);
  }
  if (!(alpha > 0 && alpha < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`the bound α on the squared norms is finite and above 0, got ${alpha}`);
  }
  return norm;
}
