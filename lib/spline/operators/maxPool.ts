import { Activation } from "./activation";
import type { Operator, Pieces, Shape } from "./operator";
import { sizeOf } from "./operator";

/**
 * Every output is the largest of some inputs, z_k = max_r x[source(k, r)]; ties go to the lowest r.
 *
 * What pooling over windows, over all positions and over channels have in common.
 *
 * @example
 * // The larger of each two opposite entries of a ring of six:
 * class OppositePool extends MaxPool {
 *   readonly kind = "oppositePool";
 *   constructor() { super([6], [3], 2, Int32Array.of(0, 3, 1, 4, 2, 5)); }
 * }
 * toMaso(new OppositePool()).evaluate([1, 5, 2, 4, 3, 0]); // Float64Array [4, 5, 2]
 */
export abstract class MaxPool implements Operator {
  abstract readonly kind: string;
  readonly convex = true;
  readonly nondecreasing = true;
  readonly parameters = 0;
  readonly units: number;

  /**
   * `sources` [units × pieces]: the flat input that each piece of each unit reads. A piece that
   * isn't there, as in padding, holds ~p, below zero: it is never taken, and repeats the piece that
   * reads p where all units need the same number of pieces.
   */
  constructor(
    readonly inputShape: Shape,
    readonly outputShape: Shape,
    readonly pieces: number,
    readonly sources: Int32Array,
  ) {
    this.units = sizeOf(outputShape);
  }

  forward(x: Float64Array, y: Float64Array, q: Pieces): void {
    const { units, pieces, sources } = this;
    for (let k = 0, from = 0; k < units; k++, from += pieces) {
      let best = Number.NEGATIVE_INFINITY;
      let piece = 0;
      for (let r = 0; r < pieces; r++) {
        const source = sources[from + r]!;
        if (source >= 0 && x[source]! > best) {
          best = x[source]!;
          piece = r;
        }
      }
      y[k] = best;
      q[k] = piece;
    }
  }

  apply(q: Pieces, x: Float64Array, y: Float64Array): void {
    const { units, pieces } = this;
    for (let k = 0; k < units; k++) y[k] = x[this.source(k * pieces + q[k]!)]!;
  }

  pushforward(q: Pieces, v: Float64Array, w: Float64Array): void {
    this.apply(q, v, w);
  }

  pullback(q: Pieces, g: Float64Array, h: Float64Array): void {
    const { units, pieces } = this;
    h.fill(0);
    for (let k = 0; k < units; k++) h[this.source(k * pieces + q[k]!)]! += g[k]!;
  }

  /**
   * After a ReLU a window of inactive units ties at 0 all the time, and whichever piece is taken is
   * the same function: such windows don't count, the ReLU's own margin guards them. So with every
   * activation that is constant somewhere.
   */
  tieMargin(x: Float64Array, above?: Operator): number {
    const { units, pieces, sources } = this;
    const plateaus = above instanceof Activation ? above.plateaus : undefined;
    let margin = Number.POSITIVE_INFINITY;
    for (let k = 0; k < units; k++) {
      let best = Number.NEGATIVE_INFINITY;
      let second = Number.NEGATIVE_INFINITY;
      for (let r = 0; r < pieces; r++) {
        const source = sources[k * pieces + r]!;
        if (source < 0) continue;
        const value = x[source]!;
        if (value > best) {
          second = best;
          best = value;
        } else if (value > second) {
          second = value;
        }
      }
      if (plateaus?.has(best)) continue;
      margin = Math.min(margin, best - second);
    }
    return margin;
  }

  /** Is piece r of unit k none of its own, as in padding? */
  repeats(k: number, r: number): boolean {
    return this.sources[k * this.pieces + r]! < 0;
  }

  private source(i: number): number {
    const source = this.sources[i]!;
    return source < 0 ? ~source : source;
  }
}
