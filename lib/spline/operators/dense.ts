import { AffineOperator, isNonnegative } from "./affine";

/** Dense operator y = W x + b, with W [out, in] row-major. */
export class Dense extends AffineOperator {
  readonly kind = "dense";

  /** W [out × in] row-major; b [out], or null for no offset. */
  constructor(
    readonly W: Float64Array,
    readonly b: Float64Array | null,
    readonly inputSize: number,
    readonly outputSize: number,
  ) {
    super([inputSize], [outputSize], b);
    if (W.length !== inputSize * outputSize || (b !== null && b.length !== outputSize)) {
      throw new RangeError(
        `dense operator: W has ${W.length} and b ${b?.length ?? 0} entries, ` +
          `expected ${outputSize} × ${inputSize} and ${outputSize}`,
      );
    }
  }

  get nondecreasing(): boolean {
    return isNonnegative(this.W);
  }

  get parameters(): number {
    return this.W.length + (this.b?.length ?? 0);
  }

  protected linear(v: Float64Array, w: Float64Array): void {
    const { W, inputSize, outputSize } = this;
    for (let k = 0, row = 0; k < outputSize; k++, row += inputSize) {
      let sum = 0;
      for (let i = 0; i < inputSize; i++) sum += W[row + i]! * v[i]!;
      w[k] = sum;
    }
  }

  protected transposed(g: Float64Array, h: Float64Array): void {
    const { W, inputSize, outputSize } = this;
    h.fill(0);
    for (let k = 0, row = 0; k < outputSize; k++, row += inputSize) {
      const gk = g[k]!;
      if (gk === 0) continue; // most rows of a sparse code are zero
      for (let i = 0; i < inputSize; i++) h[i]! += gk * W[row + i]!;
    }
  }
}
