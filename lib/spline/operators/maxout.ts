import { isNonnegative } from "./affine";
import { type Operator, type Pieces, type Shape, sizeOf } from "./operator";

/**
 * Maxout (Goodfellow et al. 2013), z_k = max_r ⟨W_kr, x⟩ + b_kr: a max-affine spline operator as it
 * is written. Ties go to the lowest r.
 *
 * W [K × R × D] and b [K × R] row-major; reads a signal of any shape as D numbers.
 *
 * @throws RangeError on wrong sizes
 * @example
 * // One unit, max(x, −x, 1):
 * const maxout = new Maxout([1], Float64Array.of(1, -1, 0), Float64Array.of(0, 0, 1), 1);
 * maxout.pieces; // 3
 */
export class Maxout implements Operator {
  readonly kind = "maxout";
  readonly convex = true;
  readonly outputShape: Shape;
  readonly pieces: number;

  constructor(
    readonly inputShape: Shape,
    readonly W: Float64Array,
    readonly b: Float64Array,
    /** K, the number of outputs. */
    readonly units: number,
  ) {
    this.outputShape = [units];
    this.pieces = b.length / units;
    if (!(this.pieces >= 1 && Number.isInteger(this.pieces))) {
      throw new RangeError(
        `maxout: b has ${b.length} entries, expected R for each of ${units} units`,
      );
    }
    if (W.length !== b.length * sizeOf(inputShape)) {
      throw new RangeError(
        `maxout: W has ${W.length} entries, expected ${units} × ${this.pieces} × ` +
          `${sizeOf(inputShape)} for inputs [${inputShape}]`,
      );
    }
  }

  get nondecreasing(): boolean {
    return isNonnegative(this.W);
  }

  get parameters(): number {
    return this.W.length + this.b.length;
  }

  forward(x: Float64Array, y: Float64Array, q: Pieces): void {
    const { units, pieces } = this;
    for (let k = 0; k < units; k++) {
      let best = this.value(k * pieces, x);
      let piece = 0;
      for (let r = 1; r < pieces; r++) {
        const value = this.value(k * pieces + r, x);
        if (value > best) {
          best = value;
          piece = r;
        }
      }
      y[k] = best;
      q[k] = piece;
    }
  }

  apply(q: Pieces, x: Float64Array, y: Float64Array): void {
    for (let k = 0; k < this.units; k++) y[k] = this.value(k * this.pieces + q[k]!, x);
  }

  pushforward(q: Pieces, v: Float64Array, w: Float64Array): void {
    for (let k = 0; k < this.units; k++) w[k] = this.product(k * this.pieces + q[k]!, v);
  }

  pullback(q: Pieces, g: Float64Array, h: Float64Array): void {
    const { W, units, pieces } = this;
    const D = h.length;
    h.fill(0);
    for (let k = 0; k < units; k++) {
      const row = (k * pieces + q[k]!) * D;
      for (let i = 0; i < D; i++) h[i]! += g[k]! * W[row + i]!;
    }
  }

  tieMargin(x: Float64Array): number {
    const { units, pieces } = this;
    let margin = Number.POSITIVE_INFINITY;
    for (let k = 0; k < units; k++) {
      let best = Number.NEGATIVE_INFINITY;
      let second = Number.NEGATIVE_INFINITY;
      for (let r = 0; r < pieces; r++) {
        const value = this.value(k * pieces + r, x);
        if (value > best) {
          second = best;
          best = value;
        } else if (value > second) {
          second = value;
        }
      }
      margin = Math.min(margin, best - second);
    }
    return margin;
  }

  private value(piece: number, x: Float64Array): number {
    return this.product(piece, x) + this.b[piece]!;
  }

  private product(piece: number, x: Float64Array): number {
    const { W } = this;
    const D = x.length;
    const row = piece * D;
    let sum = 0;
    for (let i = 0; i < D; i++) sum += W[row + i]! * x[i]!;
    return sum;
  }
}
