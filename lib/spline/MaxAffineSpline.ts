import { affineText } from "./affineText";
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

  /** From slopes [R × D] in one row-major array, and offsets [R]. */
  static fromFlat(A: ArrayLike<number>, b: ArrayLike<number>): MaxAffineSpline {
    const dimension = A.length / b.length;
    if (!Number.isInteger(dimension)) {
      throw new RangeError(
        `A has ${A.length} entries, expected a multiple of the ${b.length} offsets`,
      );
    }
    const rows = Array.from({ length: b.length }, (_, r) =>
      Array.from({ length: dimension }, (_, i) => A[r * dimension + i]!),
    );
    return new MaxAffineSpline(rows, b);
  }

  /** s(x) at one point. */
  evaluate(x: ArrayLike<number>): number {
    return this.best(readPoint(x, this.dimension), 0).value;
  }

  /** s at points side by side [N × D], as [N]. */
  evaluateAll(points: ArrayLike<number>): Float64Array {
    const data = readPoints(points, this.dimension);
    const count = data.length / this.dimension;
    return Float64Array.from({ length: count }, (_, n) => this.best(data, n).value);
  }

  /** The piece that is largest at x. */
  code(x: ArrayLike<number>): number {
    return this.best(readPoint(x, this.dimension), 0).piece;
  }

  /** The largest pieces at points side by side [N × D], as [N]. */
  codes(points: ArrayLike<number>): Uint32Array {
    const data = readPoints(points, this.dimension);
    const count = data.length / this.dimension;
    return Uint32Array.from({ length: count }, (_, n) => this.best(data, n).piece);
  }

  /** Gap between the largest and the second-largest piece at x; +∞ for a single piece. */
  tieMargin(x: ArrayLike<number>): number {
    const point = readPoint(x, this.dimension);
    const { piece, value } = this.best(point, 0);
    let second = Number.NEGATIVE_INFINITY;
    for (let r = 0; r < this.pieces; r++) {
      if (r !== piece) second = Math.max(second, this.value(r, point, 0));
    }
    return value - second;
  }

  /** The affine map at x, s(x) = ⟨a, x⟩ + b on the cell of x. */
  affineMap(x: ArrayLike<number>): { a: Float64Array; b: number; piece: number } {
    const piece = this.code(x);
    const { dimension } = this;
    return {
      a: this.A.slice(piece * dimension, (piece + 1) * dimension),
      b: this.b[piece]!,
      piece,
    };
  }

  /** The pieces that are kept, in their order, as a spline of their own. */
  withPieces(kept: readonly number[]): MaxAffineSpline {
    const { dimension } = this;
    const A = kept.flatMap((r) => [...this.A.subarray(r * dimension, (r + 1) * dimension)]);
    return MaxAffineSpline.fromFlat(
      A,
      kept.map((r) => this.b[r]!),
    );
  }

  /** The maximum written out: max(-x1, x1). */
  toString(): string {
    return affineText(this.A, this.b);
  }

  private best(points: Float64Array, n: number): { piece: number; value: number } {
    let [piece, value] = [0, Number.NEGATIVE_INFINITY];
    for (let r = 0; r < this.pieces; r++) {
      const candidate = this.value(r, points, n);
      if (candidate > value) {
        value = candidate;
        piece = r;
      }
    }
    return { piece, value };
  }

  private value(r: number, points: Float64Array, n: number): number {
    const { A, b, dimension } = this;
    let value = b[r]!;
    for (let i = 0; i < dimension; i++) value += A[r * dimension + i]! * points[n * dimension + i]!;
    return value;
  }
}
