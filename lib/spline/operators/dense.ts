import { AffineOperator, isNonnegative } from "./affine";
import { type Shape, sizeOf } from "./operator";
import type { SparseColumns } from "./sparseColumns";

/**
 * Dense operator y = W x + b, with W [out, in] row-major; at every position of a signal of higher
 * rank the same one, on its last axis.
 *
 * @throws RangeError if W or b has another size
 * @example
 * const dense = new Dense(Float64Array.of(1, 2, 3, 4), Float64Array.of(0, 1), 2, 2);
 * dense.parameters; // 6
 */
export class Dense extends AffineOperator {
  readonly kind = "dense";

  /**
   * W [out × in] row-major; b [out], or null for no offset. `positions` is what stands before the
   * last axis: [] for a vector.
   */
  constructor(
    readonly W: Float64Array,
    readonly b: Float64Array | null,
    readonly inputSize: number,
    readonly outputSize: number,
    readonly positions: Shape = [],
  ) {
    super([...positions, inputSize], [...positions, outputSize], b);
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
    const count = sizeOf(this.positions);
    for (let p = 0, from = 0, to = 0; p < count; p++, from += inputSize, to += outputSize) {
      for (let k = 0, row = 0; k < outputSize; k++, row += inputSize) {
        let sum = 0;
        for (let i = 0; i < inputSize; i++) sum += W[row + i]! * v[from + i]!;
        w[to + k] = sum;
      }
    }
  }

  spread(i: number, ds: number, dt: number, c: number, to: SparseColumns): void {
    this.columns ??= transposeOf(this.W, this.inputSize);
    const { columns, inputSize, outputSize } = this;
    const position = Math.floor(i / inputSize);
    const column = (i - position * inputSize) * outputSize;
    const target = position * outputSize;
    to.touch(target, outputSize);
    for (let k = 0; k < outputSize; k++) {
      const w = columns[column + k]!;
      to.ds[target + k]! += w * ds;
      to.dt[target + k]! += w * dt;
      to.c[target + k]! += w * c;
    }
  }

  /** Wᵀ, made when it is first asked for: columns of W one after the other. */
  private columns: Float64Array | undefined;

  protected transposed(g: Float64Array, h: Float64Array): void {
    const { W, inputSize, outputSize } = this;
    const count = sizeOf(this.positions);
    h.fill(0);
    for (let p = 0, from = 0, to = 0; p < count; p++, from += inputSize, to += outputSize) {
      for (let k = 0, row = 0; k < outputSize; k++, row += inputSize) {
        const gk = g[to + k]!;
        if (gk === 0) continue; // most rows of a sparse code are zero
        for (let i = 0; i < inputSize; i++) h[from + i]! += gk * W[row + i]!;
      }
    }
  }
}

function transposeOf(W: Float64Array, columns: number): Float64Array {
  const rows = W.length / columns;
  const transpose = new Float64Array(W.length);
  for (let k = 0; k < rows; k++) {
    for (let i = 0; i < columns; i++) transpose[i * rows + k] = W[k * columns + i]!;
  }
  return transpose;
}
