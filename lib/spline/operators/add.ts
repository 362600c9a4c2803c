import { AffineOperator } from "./affine";
import { type Shape, sizeOf } from "./operator";
import type { SparseColumns } from "./sparseColumns";

/**
 * The sum of several signals of one shape, as at the end of a residual block (He et al. 2016).
 *
 * Reads them side by side: inputShape [count, …shape], outputShape shape.
 *
 * @throws RangeError unless there are two or more signals
 * @example
 * new Add([8, 8, 3], 2).inputShape; // [2, 8, 8, 3]
 */
export class Add extends AffineOperator {
  readonly kind = "add";
  readonly nondecreasing = true;
  readonly parameters = 0;

  constructor(
    shape: Shape,
    readonly count: number,
  ) {
    super([count, ...shape], shape, null);
    if (!(Number.isInteger(count) && count >= 2)) {
      throw new RangeError(`add: ${count} signals, expected two or more`);
    }
  }

  protected linear(v: Float64Array, w: Float64Array): void {
    const size = sizeOf(this.outputShape);
    for (let k = 0; k < size; k++) w[k] = v[k]!;
    for (let i = 1, from = size; i < this.count; i++, from += size) {
      for (let k = 0; k < size; k++) w[k]! += v[from + k]!;
    }
  }

  spread(i: number, ds: number, dt: number, c: number, to: SparseColumns): void {
    to.add(i % to.size, ds, dt, c);
  }

  protected transposed(g: Float64Array, h: Float64Array): void {
    const size = sizeOf(this.outputShape);
    for (let i = 0, to = 0; i < this.count; i++, to += size) {
      for (let k = 0; k < size; k++) h[to + k] = g[k]!;
    }
  }
}
