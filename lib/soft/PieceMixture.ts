import { makePieces, type Operator, type Pieces, type Shape } from "../spline/operators";

const NONE = new Uint8Array(0);

/**
 * Σ_r c_r ⊙ (piece r of an operator), with factors c_r [R × units] that are fixed: an affine operator.
 * What a soft operator is at one point, and its derivative there.
 */
export class PieceMixture implements Operator {
  readonly kind: string;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly pieces = 1;
  readonly units = 0;
  readonly convex = true;
  readonly nondecreasing = false;
  readonly parameters = 0;
  private readonly choices: readonly Pieces[];

  constructor(
    private readonly operator: Operator,
    /** Factors of each piece [R][units]. */
    private readonly factors: readonly Float64Array[],
  ) {
    this.kind = `soft ${operator.kind}`;
    this.inputShape = operator.inputShape;
    this.outputShape = operator.outputShape;
    this.choices = allAt(operator);
  }

  forward(x: Float64Array, y: Float64Array): void {
    this.apply(NONE, x, y);
  }

  apply(_: Pieces, x: Float64Array, y: Float64Array): void {
    this.mix(y, (r, part) => this.operator.apply(this.choices[r]!, x, part));
  }

  pushforward(_: Pieces, v: Float64Array, w: Float64Array): void {
    this.mix(w, (r, part) => this.operator.pushforward(this.choices[r]!, v, part));
  }

  pullback(_: Pieces, g: Float64Array, h: Float64Array): void {
    h.fill(0);
    const part = new Float64Array(h.length);
    this.factors.forEach((factor, r) => {
      const weighted = g.map((value, k) => value * factor[k]!);
      this.operator.pullback(this.choices[r]!, weighted, part);
      for (let i = 0; i < h.length; i++) h[i]! += part[i]!;
    });
  }

  tieMargin(): number {
    return Number.POSITIVE_INFINITY;
  }

  private mix(y: Float64Array, piece: (r: number, part: Float64Array) => void): void {
    y.fill(0);
    const part = new Float64Array(y.length);
    this.factors.forEach((factor, r) => {
      piece(r, part);
      for (let k = 0; k < y.length; k++) y[k]! += factor[k]! * part[k]!;
    });
  }
}

/** For each piece r, the code in which every unit of an operator takes it. */
export function allAt({ units, pieces }: Operator): Pieces[] {
  return Array.from({ length: pieces }, (_, r) => makePieces(units, pieces).fill(r));
}
