import type { Operator, Pieces, Shape } from "./operator";
import { sizeOf } from "./operator";

/**
 * What all affine operators share: one piece, no code, hence no ties.
 *
 * @example
 * // The reversal of a signal is its own transpose:
 * class Reversal extends AffineOperator {
 *   readonly kind = "reversal";
 *   readonly nondecreasing = true;
 *   readonly parameters = 0;
 *   constructor(length: number) { super([length], [length], null); }
 *   protected linear(v: Float64Array, w: Float64Array) { w.set(v); w.reverse(); }
 *   protected transposed(g: Float64Array, h: Float64Array) { this.linear(g, h); }
 * }
 * checkOperator(new Reversal(4), { random: random(1) }).failed; // []
 */
export abstract class AffineOperator implements Operator {
  abstract readonly kind: string;
  readonly pieces = 1;
  readonly units = 0;
  readonly convex = true;

  /** `offset` is c, one number a unit, repeated over positions; null where c = 0. */
  constructor(
    readonly inputShape: Shape,
    readonly outputShape: Shape,
    protected readonly offset: Float64Array | null,
  ) {}

  abstract get nondecreasing(): boolean;
  abstract get parameters(): number;
  protected abstract linear(v: Float64Array, w: Float64Array): void;
  protected abstract transposed(g: Float64Array, h: Float64Array): void;

  forward(x: Float64Array, y: Float64Array): void {
    this.linear(x, y);
    const { offset } = this;
    if (offset === null) return;
    const channels = offset.length;
    const size = sizeOf(this.outputShape);
    for (let i = 0; i < size; i += channels) {
      for (let c = 0; c < channels; c++) y[i + c]! += offset[c]!;
    }
  }

  apply(_q: Pieces, x: Float64Array, y: Float64Array): void {
    this.forward(x, y);
  }

  pushforward(_q: Pieces, v: Float64Array, w: Float64Array): void {
    this.linear(v, w);
  }

  pullback(_q: Pieces, g: Float64Array, h: Float64Array): void {
    this.transposed(g, h);
  }

  tieMargin(): number {
    return Number.POSITIVE_INFINITY;
  }
}

/** True if no entry is below zero: what makes a linear map nondecreasing. */
export const isNonnegative = (values: Float64Array): boolean => values.every((v) => v >= 0);
