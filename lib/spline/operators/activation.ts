import type { Operator, Pieces, Shape } from "./operator";
import { sizeOf } from "./operator";

/** The pieces of an activation, from left to right. */
export interface ActivationPieces {
  /** The field's term for it: "leakyRelu", "abs", … */
  readonly kind: string;
  /** Where one piece ends and the next begins, strictly increasing [R − 1]. */
  readonly knots: readonly number[];
  /** Slopes of the pieces [R], or one row for each channel [channels × R]. */
  readonly slopes: ArrayLike<number>;
  /** Values of the pieces at u = 0 [R], or [channels × R]. */
  readonly intercepts: ArrayLike<number>;
  /** How many of these numbers learning may change; 0 if left out. */
  readonly parameters?: number;
}

/**
 * A continuous piecewise-affine function of each unit: z_k = s_r u_k + c_r, with r the piece of u_k.
 *
 * Piece r holds on (t_r, t_r+1]: at a knot the lower piece holds, so that r is the number of knots
 * strictly below u, and a ReLU is active iff u > 0. With rows of slopes for channels, unit k takes
 * row k mod channels: the last axis, or every unit its own. Convex iff the slopes increase from
 * piece to piece, nondecreasing iff none is negative; both are computed, never assumed.
 *
 * @throws RangeError on wrong sizes, numbers that aren't finite, knots out of order, or pieces that
 * don't meet at a knot
 * @example
 * // The triangle wave's first tooth: 0, up to 1, down to 0.
 * const tooth = new Activation([1], {
 *   kind: "tooth", knots: [0, 1, 2], slopes: [0, 1, -1, 0], intercepts: [0, 0, 2, 0],
 * });
 * tooth.convex; // false
 */
export class Activation implements Operator {
  readonly kind: string;
  readonly outputShape: Shape;
  readonly units: number;
  readonly pieces: number;
  readonly parameters: number;
  readonly convex: boolean;
  readonly nondecreasing: boolean;
  /** Knots t [R − 1]. */
  readonly knots: Float64Array;
  /** Slopes s and intercepts c [channels × R]. */
  readonly slopes: Float64Array;
  readonly intercepts: Float64Array;
  /** Number of rows of slopes; unit k takes row k mod channels. */
  readonly channels: number;
  /** Values taken on a whole piece, as 0 is by a ReLU. */
  readonly plateaus: ReadonlySet<number>;

  constructor(
    readonly inputShape: Shape,
    { kind, knots, slopes, intercepts, parameters = 0 }: ActivationPieces,
  ) {
    this.kind = kind;
    this.outputShape = inputShape;
    this.units = sizeOf(inputShape);
    this.pieces = knots.length + 1;
    this.parameters = parameters;
    this.knots = Float64Array.from(knots);
    this.slopes = Float64Array.from(slopes);
    this.intercepts = Float64Array.from(intercepts);
    this.channels = this.slopes.length / this.pieces;
    this.check();
    this.convex = this.everyPiece((s, r, row) => r === 0 || s >= this.slopes[row + r - 1]!);
    this.nondecreasing = this.slopes.every((s) => s >= 0);
    this.plateaus = new Set(this.intercepts.filter((_, i) => this.slopes[i] === 0));
  }

  forward(x: Float64Array, y: Float64Array, q: Pieces): void {
    const { units, pieces, channels, knots, slopes, intercepts } = this;
    const last = pieces - 1;
    for (let from = 0; from < units; from += channels) {
      for (let c = 0, row = 0; c < channels; c++, row += pieces) {
        const k = from + c;
        const u = x[k]!;
        let r = 0;
        while (r < last && u > knots[r]!) r++;
        q[k] = r;
        y[k] = slopes[row + r]! * u + intercepts[row + r]!;
      }
    }
  }

  apply(q: Pieces, x: Float64Array, y: Float64Array): void {
    const { units, pieces, channels, slopes, intercepts } = this;
    for (let from = 0; from < units; from += channels) {
      for (let c = 0, row = 0; c < channels; c++, row += pieces) {
        const k = from + c;
        const piece = row + q[k]!;
        y[k] = slopes[piece]! * x[k]! + intercepts[piece]!;
      }
    }
  }

  pushforward(q: Pieces, v: Float64Array, w: Float64Array): void {
    const { units, pieces, channels, slopes } = this;
    for (let from = 0; from < units; from += channels) {
      for (let c = 0, row = 0; c < channels; c++, row += pieces) {
        const k = from + c;
        w[k] = slopes[row + q[k]!]! * v[k]!;
      }
    }
  }

  pullback(q: Pieces, g: Float64Array, h: Float64Array): void {
    this.pushforward(q, g, h); // a diagonal matrix is its own transpose
  }

  /**
   * |s_r+1 − s_r| · |u − t|, smallest over all units and knots: how much the two pieces that meet
   * at a knot differ at u. A knot without a kink is no tie, both pieces being the same function.
   */
  tieMargin(x: Float64Array): number {
    const { units, pieces, channels, knots, slopes } = this;
    let margin = Number.POSITIVE_INFINITY;
    for (let k = 0; k < units; k++) {
      const row = (k % channels) * pieces;
      for (let r = 0; r < knots.length; r++) {
        const jump = Math.abs(slopes[row + r + 1]! - slopes[row + r]!);
        if (jump > 0) margin = Math.min(margin, jump * Math.abs(x[k]! - knots[r]!));
      }
    }
    return margin;
  }

  /**
   * Two convex activations whose difference this is: one collects the kinks that bend upwards, the
   * other those that bend downwards (every continuous piecewise-affine function has such a form).
   */
  difference(): { plus: Activation; minus: Activation } {
    return { plus: this.part("plus", 1), minus: this.part("minus", -1) };
  }

  // Σ_j (Δs_j)⁺ (u − t_j)⁺ for one sign of Δs; plus also takes the first piece.
  private part(name: string, sign: 1 | -1): Activation {
    const { pieces, knots } = this;
    const slopes = new Float64Array(this.slopes.length);
    const intercepts = new Float64Array(this.slopes.length);
    for (let row = 0; row < slopes.length; row += pieces) {
      if (sign === 1) {
        slopes[row] = this.slopes[row]!;
        intercepts[row] = this.intercepts[row]!;
      }
      for (let r = 1; r < pieces; r++) {
        const i = row + r;
        const jump = Math.max(0, sign * (this.slopes[i]! - this.slopes[i - 1]!));
        slopes[i] = slopes[i - 1]! + jump;
        intercepts[i] = intercepts[i - 1]! - jump * knots[r - 1]!;
      }
    }
    return new Activation(this.inputShape, {
      kind: `${this.kind}, ${name}`,
      knots: [...knots],
      slopes,
      intercepts,
    });
  }

  private everyPiece(holds: (slope: number, r: number, row: number) => boolean): boolean {
    return this.slopes.every((s, i) => holds(s, i % this.pieces, i - (i % this.pieces)));
  }

  private check(): void {
    const { kind, units, pieces, channels, knots, slopes, intercepts } = this;
    if (!(channels >= 1 && Number.isInteger(channels) && units % channels === 0)) {
      throw new RangeError(
        `${kind}: ${slopes.length} slopes, expected ${pieces} for each channel, and a number of ` +
          `channels that divides ${units} units [${this.inputShape}]`,
      );
    }
    if (intercepts.length !== slopes.length) {
      throw new RangeError(
        `${kind}: ${intercepts.length} intercepts, expected ${slopes.length}, one for each slope`,
      );
    }
    for (const [name, values] of Object.entries({ knots, slopes, intercepts })) {
      const bad = values.findIndex((v) => !Number.isFinite(v));
      if (bad >= 0) throw new RangeError(`${kind}: ${name}[${bad}] is ${values[bad]}, not finite`);
    }
    knots.forEach((t, r) => {
      if (r > 0 && !(t > knots[r - 1]!)) {
        throw new RangeError(`${kind}: the knots [${knots.join(", ")}] don't increase`);
      }
      for (let i = r; i + 1 < slopes.length; i += pieces) {
        const left = slopes[i]! * t + intercepts[i]!;
        const right = slopes[i + 1]! * t + intercepts[i + 1]!;
        if (
          Math.abs(left - right) >
          1e-12 * Math.max(1, Math.abs(left), Math.abs(slopes[i]! * t))
        ) {
          throw new RangeError(
            `${kind}: the pieces don't meet at the knot ${t}: ${left} before it, ${right} behind`,
          );
        }
      }
    });
  }
}
