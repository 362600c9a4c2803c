import { MaxAffineSplineOperator } from "./MaxAffineSplineOperator";
import { Activation, makePieces, type Operator, sizeOf } from "./operators";

/**
 * Most entries K · R · D of slopes that are written out: 32 MB.
 *
 * @example
 * Math.floor(LARGEST_MASO / (2 * 784)); // 2551: ReLU units that can read a digit of MNIST
 */
export const LARGEST_MASO = 4_000_000;

/**
 * A piecewise-affine operator that isn't convex, hence no max-affine spline operator.
 *
 * @example
 * const refused = [activations.relu([1]), activations.relu6([1])].filter((activation) => {
 *   try {
 *     return toMaso(activation) === undefined;
 *   } catch (error) {
 *     return error instanceof NotConvexError;
 *   }
 * });
 * refused.map(({ kind }) => kind); // ["relu6"]
 */
export class NotConvexError extends Error {
  override readonly name = "NotConvexError";

  constructor(readonly operator: Operator) {
    super(
      `${operator.kind} is no max-affine spline operator: a maximum of affine functions is convex, ` +
        `and ${whyNot(operator)}. toDifferenceOfMasos writes it as a difference of two of them`,
    );
  }
}

/**
 * The explicit tensors of a convex operator: slopes A [K, R, D] and offsets b [K, R] with
 * z_k = max_r ⟨A_kr, x⟩ + b_kr; R = 1 if it is affine. Signals are flat, row-major.
 *
 * Any operator can be frozen at any code: A_kr is the functional of output k pulled back with unit
 * k at piece r, and b_kr what it gives at 0. For small shapes: a convolution becomes its whole
 * matrix, zeros and all.
 *
 * @throws NotConvexError if the operator isn't convex
 * @throws RangeError if A would have more than {@link LARGEST_MASO} entries
 * @example
 * toMaso(new Relu([1])).toString(); // one unit: max(0, x1)
 */
export function toMaso(operator: Operator): MaxAffineSplineOperator {
  if (!operator.convex) throw new NotConvexError(operator);
  const D = sizeOf(operator.inputShape);
  const K = sizeOf(operator.outputShape);
  const R = operator.pieces;
  if (K * R * D > LARGEST_MASO) {
    throw new RangeError(
      `the slopes of ${operator.kind} would be ${K} × ${R} × ${D} numbers, at most ` +
        `${LARGEST_MASO} are written out: take a smaller shape`,
    );
  }
  const A = new Float64Array(K * R * D);
  const b = new Float64Array(K * R);
  const origin = new Float64Array(D);
  const y = new Float64Array(K);
  const functional = new Float64Array(K);
  const q = makePieces(operator.units, R);
  for (let r = 0; r < R; r++) {
    q.fill(r);
    operator.apply(q, origin, y);
    for (let k = 0; k < K; k++) {
      const row = k * R + r;
      functional[k] = 1;
      operator.pullback(q, functional, A.subarray(row * D, (row + 1) * D));
      functional[k] = 0;
      b[row] = y[k]!;
    }
  }
  return MaxAffineSplineOperator.fromFlat(A, b, K);
}

/**
 * Two max-affine spline operators whose difference a piecewise-affine operator is: z = plus − minus.
 * For a convex one minus is 0.
 *
 * Every continuous piecewise-affine function is such a difference; ReLU6, for one, is
 * max(0, u) − max(0, u − 6).
 *
 * @throws RangeError if the slopes would have more than {@link LARGEST_MASO} entries, or if the
 * operator has no `difference`
 * @example
 * const { plus, minus } = toDifferenceOfMasos(activations.relu6([1]));
 * plus.evaluate([8])[0]! - minus.evaluate([8])[0]!; // 6
 */
export function toDifferenceOfMasos(operator: Operator): {
  plus: MaxAffineSplineOperator;
  minus: MaxAffineSplineOperator;
} {
  if (operator.convex) {
    const plus = toMaso(operator);
    const { outputs, dimension } = plus;
    const zeros = new Float64Array(outputs * dimension);
    return {
      plus,
      minus: MaxAffineSplineOperator.fromFlat(zeros, new Float64Array(outputs), outputs),
    };
  }
  if (operator.difference === undefined) {
    throw new RangeError(
      `${operator.kind} isn't convex and has no difference(): two convex operators whose ` +
        "difference it is",
    );
  }
  const { plus, minus } = operator.difference();
  return { plus: toMaso(plus), minus: toMaso(minus) };
}

function whyNot(operator: Operator): string {
  if (!(operator instanceof Activation)) return "this one isn't";
  const { slopes, pieces, knots } = operator;
  const i = slopes.findIndex((s, at) => at % pieces > 0 && s < slopes[at - 1]!);
  return `its slope falls from ${slopes[i - 1]} to ${slopes[i]} at u = ${knots[(i % pieces) - 1]}`;
}
