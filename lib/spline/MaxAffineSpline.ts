import { affineText } from "./affineText";
import { largestPieces } from "./largestPieces";
import { type NestedNumbers, readPoint, readPoints, readTensor } from "./tensorInput";

/**
 * A max-affine spline, s(x) = max_r ⟨a_r, x⟩ + b_r (Magnani & Boyd 2009): convex, continuous,
 * affine on each cell Ω_r = {x : piece r is largest}. Slopes A [R, D], offsets b [R], float64. Ties
 * go to the lowest index.
 *
 * @throws RangeError on wrong shapes, NaN or infinities
 * @example
 * const abs = new MaxAffineSpline([[-1], [1]], [0, 0]);
 * abs.evaluate([-3]); // 3
 * abs.code([-3]); // 0, the first piece
 */
export class MaxAffineSpline {
  /** Slopes [R × D], row-major. */
  readonly A: Float64Array;
  /** Offsets [R]. */
  readonly b: Float64Array;
  /** R, the number of pieces. */
  readonly pieces: number;
  /** D, the number of inputs. */
  readonly dimension: number;

  constructor(A: NestedNumbers, b: ArrayLike<number>) {
    const slopes = readTensor(A, 2, "A");
    const offsets = readTensor(b, 1, "b");
    const [R, D] = slopes.shape as [number, number];
    if (offsets.data.length !== R) {
      throw new RangeError(
        `b has ${offsets.data.length} entries, expected ${R} for A [${R}, ${D}]`,
      );
    }
    this.A = slopes.data;
    this.b = offsets.data;
    this.pieces = R;
    this.dimension = D;
  }

  /**
   * From slopes [R × D] in one row-major array, and offsets [R].
   *
   * @throws RangeError on lengths that don't fit, NaN or infinities
   */
  static fromFlat(A: ArrayLike<number>, b: ArrayLike<number>): MaxAffineSpline {
    const dimension = A.length / b.length;
    if (!Number.isInteger(dimension)) {
      throw new RangeError(
        `A has ${A.length} entries, expected a multiple of the ${b.length} offsets`,
      );
    }
    const flat = Float64Array.from(A);
    const rows = Array.from({ length: b.length }, (_, r) =>
      flat.subarray(r * dimension, (r + 1) * dimension),
    );
    return new MaxAffineSpline(rows, b);
  }

  /** s(x) at one point. @throws RangeError on another length, NaN or infinities */
  evaluate(x: ArrayLike<number>): number {
    return this.valuesAt(readPoint(x, this.dimension))[0]!;
  }

  /** s at points side by side [N × D], as [N]. @throws RangeError as {@link evaluate} */
  evaluateAll(points: ArrayLike<number>): Float64Array {
    return this.valuesAt(readPoints(points, this.dimension));
  }

  /** The piece that is largest at x, the lowest of several. @throws as {@link evaluate} */
  code(x: ArrayLike<number>): number {
    return this.codesAt(readPoint(x, this.dimension))[0]!;
  }

  /** The largest pieces at points side by side [N × D], as [N]. @throws as {@link evaluate} */
  codes(points: ArrayLike<number>): Uint32Array {
    return this.codesAt(readPoints(points, this.dimension));
  }

  /**
   * Gap between the largest and the second-largest piece at x: 0 on the border of two cells, +∞ for
   * a single piece. @throws as {@link evaluate}
   */
  tieMargin(x: ArrayLike<number>): number {
    const [largest, second] = this.piecesAt(x).sort((p, q) => q - p);
    return second === undefined ? Number.POSITIVE_INFINITY : largest! - second;
  }

  /** All affine functions at x, [R]: ⟨a_r, x⟩ + b_r. @throws as {@link evaluate} */
  piecesAt(x: ArrayLike<number>): Float64Array {
    const { A, b, dimension } = this;
    const values = new Float64Array(this.pieces);
    // Each piece is a spline of its own.
    const apart = { A, b, outputs: this.pieces, pieces: 1, dimension };
    largestPieces(apart, readPoint(x, dimension), { values });
    return values;
  }

  /** The affine map at x, s(x) = ⟨a, x⟩ + b on the cell of x. @throws as {@link evaluate} */
  affineMap(x: ArrayLike<number>): { a: Float64Array; b: number; piece: number } {
    const piece = this.code(x);
    return { a: this.slope(piece), b: this.b[piece]!, piece };
  }

  /** Slope a_r [D] of piece r. */
  slope(r: number): Float64Array {
    return this.A.slice(r * this.dimension, (r + 1) * this.dimension);
  }

  /**
   * The pieces named, in the order named, as a spline of their own.
   *
   * @throws RangeError unless they are one or more pieces of this spline
   */
  withPieces(kept: readonly number[]): MaxAffineSpline {
    const wrong = kept.find((r) => !(Number.isInteger(r) && r >= 0 && r < this.pieces));
    if (wrong !== undefined || kept.length === 0) {
      throw new RangeError(`pieces [${kept}]: expected some of 0 to ${this.pieces - 1}`);
    }
    return new MaxAffineSpline(
      kept.map((r) => this.slope(r)),
      kept.map((r) => this.b[r]!),
    );
  }

  /**
   * The sum with one affine function ⟨a, x⟩ + b, added to every piece: another function with the
   * same cells, since no difference of two pieces changes.
   *
   * @throws RangeError on another length of a, NaN or infinities
   */
  plusAffine(a: ArrayLike<number>, b = 0): MaxAffineSpline {
    const slope = readPoint(a, this.dimension);
    return MaxAffineSpline.fromFlat(
      this.A.map((value, i) => value + slope[i % this.dimension]!),
      this.b.map((value) => value + b),
    );
  }

  /** The maximum written out: max(-x1, x1). */
  toString(): string {
    return affineText(this.A, this.b);
  }

  private valuesAt(points: Float64Array): Float64Array {
    const values = new Float64Array(points.length / this.dimension);
    largestPieces({ ...this, outputs: 1 }, points, { values });
    return values;
  }

  /** Of points that have been read. */
  protected codesAt(points: Float64Array): Uint32Array {
    const codes = new Uint32Array(points.length / this.dimension);
    largestPieces({ ...this, outputs: 1 }, points, { codes });
    return codes;
  }
}
