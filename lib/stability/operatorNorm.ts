import {
  Activation,
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

/**
 * An upper bound of the Lipschitz constant of one operator, in lengths (2-norm).
 *
 * Dense: its spectral norm; convolution: `convolutionNorm`; batch normalisation and activations:
 * the steepest slope; max pooling: √ of the number of windows that share a pixel (1 where they don't
 * overlap); concatenation and reshaping: 1. Other affine operators: √(‖A‖₁ ‖A‖∞). Throws RangeError
 * for operators that choose pieces in another way, and where an operator is too large to look at.
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
  if (operator.pieces > 1) {
    throw new RangeError(`there is no rule for the norm of the operator ${operator.kind}`);
  }
  return schur(operator);
}

/** √(sum of squares) of all entries of A, or of an upper bound of it: what the papers' layer bound adds up. */
export function frobeniusNorm(operator: Operator): number {
  if (operator instanceof Dense && operator.positions.length === 0)
    return Math.hypot(...chunks(operator.W));
  if (operator instanceof Conv2d) {
    const [h, w] = operator.outputShape as [number, number, number];
    const positions = operator.outputShape.length === 3 ? h * w : h;
    return Math.sqrt(positions) * Math.hypot(...chunks(operator.kernel));
  }
  // One entry of size 1 a unit: the piece taken.
  if (operator instanceof MaxPool) return Math.sqrt(operator.units);
  return operatorNorm(operator);
}

/** Lengths of parts of an array, few enough to be arguments. */
function chunks(values: Float64Array): number[] {
  const lengths: number[] = [];
  for (let i = 0; i < values.length; i += 1000) {
    lengths.push(Math.hypot(...values.subarray(i, i + 1000)));
  }
  return lengths.length > 1000 ? chunks(Float64Array.from(lengths)) : lengths;
}

const steepest = (slopes: Float64Array): number =>
  slopes.reduce((most, slope) => Math.max(most, Math.abs(slope)), 0);

/** The largest number of windows that may take one pixel. */
function overlap(operator: MaxPool): number {
  const windows = new Float64Array(sizeOf(operator.inputShape));
  const ones = new Float64Array(operator.units).fill(1);
  const reading = new Float64Array(windows.length);
  const q = makePieces(operator.units, operator.pieces);
  for (let r = 0; r < operator.pieces; r++) {
    operator.pullback(q.fill(r), ones, reading);
    for (let i = 0; i < windows.length; i++) windows[i]! += reading[i]!;
  }
  return windows.reduce((most, count) => Math.max(most, count), 0);
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
  return Math.sqrt(columns * rows.reduce((most, sum) => Math.max(most, sum), 0));
}
