import { euclideanNorm } from "../spline/magnitude";
import {
  Activation,
  Add,
  BatchNorm,
  Concat,
  Conv2d,
  Dense,
  MaxPool,
  makePieces,
  type Operator,
  Reshape,
  sizeOf,
} from "../spline/operators";
import { convolutionNorm } from "./convolutionNorm";
import { spectralNorm } from "./spectralNorm";

/** Largest number of inputs for which an operator without a rule of its own is looked at entry by entry. */
const LARGEST_INPUT = 4096;

/** Room for rounding in sums and square roots. */
const ROUNDING = 1e-15;

/**
 * An upper bound of the Lipschitz constant of one operator, in lengths (2-norm).
 *
 * Dense: its spectral norm; convolution: `convolutionNorm`; batch normalisation and activations:
 * the steepest slope; max pooling: √ of the number of windows that share a pixel (1 where they don't
 * overlap), which is exact; a sum: √ of the number of signals; concatenation and reshaping: 1. Other
 * affine operators: √(‖A‖₁ ‖A‖∞). Throws RangeError for operators that choose pieces in another way,
 * and where an operator is too large to look at.
 *
 * @example
 * operatorNorm(new MaxPool2d([5, 5, 1], { size: 3, strides: 2 })); // 2: the middle pixel is in four windows
 */
export function operatorNorm(operator: Operator): number {
  if (operator instanceof Dense && operator.positions.length === 0) {
    return spectralNorm(operator.W, operator.outputSize, operator.inputSize).upper;
  }
  if (operator instanceof Conv2d) return convolutionNorm(operator);
  if (operator instanceof BatchNorm) return steepest(operator.scale);
  if (operator instanceof Activation) return steepest(operator.slopes);
  if (operator instanceof MaxPool) return Math.sqrt(overlap(operator));
  if (operator instanceof Reshape || operator instanceof Concat) return 1;
  if (operator instanceof Add) return Math.sqrt(operator.count);
  if (operator.pieces > 1) {
    throw new RangeError(`there is no rule for the norm of the operator ${operator.kind}`);
  }
  return schur(operator);
}

/** √(sum of squares) of all entries of A, or of an upper bound of it: what the papers' layer bound adds up. */
export function frobeniusNorm(operator: Operator): number {
  if (operator instanceof Dense && operator.positions.length === 0)
    return euclideanNorm(operator.W);
  if (operator instanceof Conv2d) {
    const [h, w] = operator.outputShape as [number, number, number];
    const positions = operator.outputShape.length === 3 ? h * w : h;
    return Math.sqrt(positions) * euclideanNorm(operator.kernel);
  }
  // One entry of size 1 a unit: the piece taken.
  if (operator instanceof MaxPool) return Math.sqrt(operator.units);
  return operatorNorm(operator);
}

const steepest = (slopes: Float64Array): number =>
  slopes.reduce((most, slope) => Math.max(most, Math.abs(slope)), 0);

/**
 * The largest number of windows that read one pixel. Where that pixel is large, all of them take it,
 * so that √ of it is the largest norm of all maps. Places of a window that lie beyond the rim, and
 * places that read a pixel a second time, don't count.
 */
function overlap({ inputShape, units, pieces, sources }: MaxPool): number {
  const windows = new Int32Array(sizeOf(inputShape));
  const lastReader = new Int32Array(windows.length).fill(-1);
  let most = 0;
  for (let k = 0; k < units; k++) {
    for (let r = 0; r < pieces; r++) {
      const source = sources[k * pieces + r]!;
      if (source < 0 || lastReader[source] === k) continue;
      lastReader[source] = k;
      most = Math.max(most, ++windows[source]!);
    }
  }
  return most;
}

/** √(largest sum of magnitudes of a column × of a row) of an affine operator (Schur 1911). */
function schur(operator: Operator): number {
  const D = sizeOf(operator.inputShape);
  if (D > LARGEST_INPUT) {
    throw new RangeError(
      `the operator ${operator.kind} has ${D} inputs, its norm is bounded up to ${LARGEST_INPUT}`,
    );
  }
  const none = makePieces(0, 1);
  const unit = new Float64Array(D);
  const column = new Float64Array(sizeOf(operator.outputShape));
  const rows = new Float64Array(column.length);
  let columns = 0;
  for (let i = 0; i < D; i++) {
    unit.fill(0);
    unit[i] = 1;
    operator.pushforward(none, unit, column);
    let sum = 0;
    for (let k = 0; k < column.length; k++) {
      sum += Math.abs(column[k]!);
      rows[k]! += Math.abs(column[k]!);
    }
    columns = Math.max(columns, sum);
  }
  const most = rows.reduce((largest, sum) => Math.max(largest, sum), 0);
  return Math.sqrt(columns) * Math.sqrt(most) * (1 + ROUNDING); // their product may over- or underflow
}
