import { AffineOperator } from "./affine";
import { type Shape, sizeOf } from "./operator";
import type { SparseColumns } from "./sparseColumns";

/**
 * Reads the same numbers in another shape; to one dimension it is called flatten.
 *
 * @throws RangeError if the two shapes differ in size
 * @example
 * new Reshape([2, 3], [6]).kind; // "flatten"
 */
export class Reshape extends AffineOperator {
  readonly kind: string;
  readonly nondecreasing = true;
  readonly parameters = 0;

  constructor(inputShape: Shape, outputShape: Shape) {
    super(inputShape, outputShape, null);
    if (sizeOf(inputShape) !== sizeOf(outputShape)) {
      throw new RangeError(`reshape: [${inputShape}] and [${outputShape}] differ in size`);
    }
    this.kind = outputShape.length === 1 ? "flatten" : "reshape";
  }

  protected linear(v: Float64Array, w: Float64Array): void {
    w.set(v);
  }

  spread(i: number, ds: number, dt: number, c: number, to: SparseColumns): void {
    to.add(i, ds, dt, c);
  }

  protected transposed(g: Float64Array, h: Float64Array): void {
    h.set(g);
  }
}
