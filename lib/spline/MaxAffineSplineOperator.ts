import { affineText } from "./affineText";
import { extremes } from "./extremes";
import { largestPieces } from "./largestPieces";
import { MaxAffineSpline } from "./MaxAffineSpline";
import { makePieces, type Pieces } from "./operators";
import { type NestedNumbers, readPoint, readPoints, readTensor } from "./tensorInput";

/** The affine map of a MASO at a point: z = A x + b there and in the whole region around. */
export interface MasoAffineMap {
  /** A [K × D] row-major: the slopes chosen. */
  readonly A: Float64Array;
  /** b [K]. */
  readonly b: Float64Array;
  /** The piece that each output takes [K]. */
  readonly code: Pieces;
}

/**
 * A max-affine spline operator: K max-affine splines side by side (Balestriero & Baraniuk 2018),
 *
 *     z_k(x) = max_r ⟨A_kr, x⟩ + b_kr,   k = 1 … K, r = 1 … R.
 *
 * Slopes A [K, R, D], offsets b [K, R]. Outputs with fewer pieces repeat one of theirs. Ties go to
 * the lowest index. Everything is float64.
 *
 * @throws RangeError on wrong shapes, NaN or infinities
 * @example
 * // Two ReLUs, max(0, x) and max(0, y):
 * const relu = new MaxAffineSplineOperator([[[0, 0], [1, 0]], [[0, 0], [0, 1]]], [[0, 0], [0, 0]]);
 * relu.evaluate([3, -1]); // Float64Array [3, 0]
 */
export class MaxAffineSplineOperator {
  /** Slopes [K × R × D] and offsets [K × R], row-major. */
  readonly A: Float64Array;
  readonly b: Float64Array;
  /** K, the number of outputs. */
  readonly outputs: number;
  /** R, the number of pieces of each. */
  readonly pieces: number;
  /** D, the number of inputs. */
  readonly dimension: number;

  /**
   * K splines side by side; those with fewer pieces than the longest repeat their last one, which
   * changes neither value nor code.
   *
   * @throws RangeError without a spline, or if their dimensions differ
   * @example
   * const abs = new MaxAffineSpline([[-1], [1]], [0, 0]);
   * const line = new MaxAffineSpline([[2]], [1]);
   * MaxAffineSplineOperator.of([abs, line]).evaluate([-3]); // [3, -5]
   */
  static of(splines: readonly MaxAffineSpline[]): MaxAffineSplineOperator {
    const dimensions = splines.map(({ dimension }) => dimension);
    if (splines.length === 0 || dimensions.some((D) => D !== dimensions[0])) {
      throw new RangeError(`expected splines of one dimension, got [${dimensions}]`);
    }
    const [, most] = extremes(splines.map(({ pieces }) => pieces));
    const rows = splines.map((spline) =>
      Array.from({ length: most }, (_, r) => Math.min(r, spline.pieces - 1)),
    );
    return new MaxAffineSplineOperator(
      splines.map((spline, k) => rows[k]!.map((r) => spline.slope(r))),
      splines.map((spline, k) => rows[k]!.map((r) => spline.b[r]!)),
    );
  }

  constructor(A: NestedNumbers, b: NestedNumbers) {
    const slopes = readTensor(A, 3, "A");
    const offsets = readTensor(b, 2, "b");
    const [K, R, D] = slopes.shape as [number, number, number];
    if (offsets.shape[0] !== K || offsets.shape[1] !== R) {
      throw new RangeError(
        `b has the shape [${offsets.shape}], expected [${K}, ${R}] for A [${slopes.shape}]`,
      );
    }
    this.A = slopes.data;
    this.b = offsets.data;
    this.outputs = K;
    this.pieces = R;
    this.dimension = D;
  }

  /** From slopes A [K × R × D] and offsets b [K × R] in flat row-major arrays. */
  static fromFlat(A: Float64Array, b: Float64Array, outputs: number): MaxAffineSplineOperator {
    const pieces = b.length / outputs;
    const dimension = A.length / b.length;
    if (![outputs, pieces, dimension].every((n) => Number.isInteger(n) && n > 0)) {
      throw new RangeError(
        `A has ${A.length} and b ${b.length} entries, expected K × R × D and K × R for K = ${outputs}`,
      );
    }
    const rows = (_: unknown, k: number) =>
      Array.from({ length: pieces }, (_, r) => {
        const row = k * pieces + r;
        return A.subarray(row * dimension, (row + 1) * dimension);
      });
    const offsets = (_: unknown, k: number) => b.subarray(k * pieces, (k + 1) * pieces);
    return new MaxAffineSplineOperator(
      Array.from({ length: outputs }, rows),
      Array.from({ length: outputs }, offsets),
    );
  }

  /**
   * z(x) [K]; for points side by side [N × D], the values side by side [N × K].
   *
   * @throws RangeError unless the length is a multiple of D, or on NaN and infinities
   */
  evaluate(x: ArrayLike<number>): Float64Array {
    const points = readPoints(x, this.dimension);
    const values = new Float64Array((points.length / this.dimension) * this.outputs);
    largestPieces(this, points, { values });
    return values;
  }

  /**
   * The piece that each output takes at x [K]; for points side by side [N × D], [N × K].
   *
   * @throws as {@link evaluate}
   */
  code(x: ArrayLike<number>): Pieces {
    const points = readPoints(x, this.dimension);
    const codes = makePieces((points.length / this.dimension) * this.outputs, this.pieces);
    largestPieces(this, points, { codes });
    return codes;
  }

  /** Smallest gap between the best and the second-best piece over all outputs at x. */
  tieMargin(x: ArrayLike<number>): number {
    const point = readPoint(x, this.dimension);
    let margin = Number.POSITIVE_INFINITY;
    for (let k = 0; k < this.outputs; k++) {
      margin = Math.min(margin, this.output(k).tieMargin(point));
    }
    return margin;
  }

  /** A[x] [K × D], b[x] [K] and the code at one point x. */
  affineMap(x: ArrayLike<number>): MasoAffineMap {
    const { outputs, pieces, dimension } = this;
    const code = this.code(readPoint(x, dimension));
    const A = new Float64Array(outputs * dimension);
    const b = new Float64Array(outputs);
    for (let k = 0; k < outputs; k++) {
      const row = k * pieces + code[k]!;
      A.set(this.A.subarray(row * dimension, (row + 1) * dimension), k * dimension);
      b[k] = this.b[row]!;
    }
    return { A, b, code };
  }

  /** The k-th output alone. @throws RangeError unless there is one */
  output(k: number): MaxAffineSpline {
    const { pieces, dimension } = this;
    if (!(Number.isInteger(k) && k >= 0 && k < this.outputs)) {
      throw new RangeError(`there is no output ${k}: the operator has ${this.outputs}`);
    }
    const A = this.A.subarray(k * pieces * dimension, (k + 1) * pieces * dimension);
    return MaxAffineSpline.fromFlat(A, this.b.subarray(k * pieces, (k + 1) * pieces));
  }

  /**
   * This operator after an affine map x ↦ A x + b, A [D × d] row-major, b [D]: again a MASO, of d
   * inputs, with slopes Aᵀ A_kr and offsets b_kr + ⟨A_kr, b⟩. Inside a cell ω of the layers before,
   * which act there as A_ω x + b_ω, it is this layer as seen from the input.
   *
   * @throws RangeError on wrong shapes, NaN or infinities
   * @example
   * layer2.after(layer1.affineMap(x)).code(x); // layer 2's code, in the cell of x
   */
  after(map: {
    readonly A: ArrayLike<number>;
    readonly b: ArrayLike<number>;
  }): MaxAffineSplineOperator {
    const { outputs, pieces, dimension } = this;
    const shift = readPoint(map.b, dimension);
    const matrix = readPoints(map.A, dimension);
    const d = matrix.length / dimension;
    const row = (r: number): Float64Array => this.A.subarray(r * dimension, (r + 1) * dimension);
    const sum = (r: number, factor: (i: number) => number): number =>
      row(r).reduce((total, a, i) => total + a * factor(i), 0);
    const grid = <T>(make: (r: number) => T): T[][] =>
      Array.from({ length: outputs }, (_, k) =>
        Array.from({ length: pieces }, (_, r) => make(k * pieces + r)),
      );
    return new MaxAffineSplineOperator(
      grid((r) => Array.from({ length: d }, (_, j) => sum(r, (i) => matrix[i * d + j]!))),
      grid((r) => this.b[r]! + sum(r, (i) => shift[i]!)),
    );
  }

  /** Each output as a maximum of its pieces, written out for the first few. */
  toString(): string {
    const { outputs, pieces, dimension } = this;
    const head = `max-affine spline operator: ${dimension} inputs, ${outputs} outputs, ${pieces} pieces each`;
    const shown = Math.min(outputs, 4);
    const lines = Array.from({ length: shown }, (_, k) => {
      const { A, b } = this.output(k);
      return `  z${k + 1} = ${affineText(A, b)}`;
    });
    return [head, ...lines, ...(shown < outputs ? [`  … and ${outputs - shown} more`] : [])].join(
      "\n",
    );
  }
}
