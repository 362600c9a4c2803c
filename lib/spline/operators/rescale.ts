import { AffineOperator } from "./affine";
import { type Shape, sizeOf } from "./operator";

/**
 * One factor and one offset for every entry, z = scale · u + offset: pixels of 0 … 255 brought to
 * 0 … 1, a sum made a mean.
 *
 * @throws RangeError if one of them isn't finite
 * @example
 * new Rescale([28, 28, 1], 1 / 255).nondecreasing; // true
 */
export class Rescale extends AffineOperator {
  readonly kind = "rescale";
  readonly parameters = 0;

  constructor(
    shape: Shape,
    readonly scale: number,
    readonly shift = 0,
  ) {
    super(shape, shape, shift === 0 ? null : Float64Array.of(shift));
    if (!(Number.isFinite(scale) && Number.isFinite(shift))) {
      throw new RangeError(`rescale: by ${scale} and ${shift}, expected finite numbers`);
    }
  }

  get nondecreasing(): boolean {
    return this.scale >= 0;
  }

  protected linear(v: Float64Array, w: Float64Array): void {
    const size = sizeOf(this.inputShape);
    for (let k = 0; k < size; k++) w[k] = this.scale * v[k]!;
  }

  protected transposed(g: Float64Array, h: Float64Array): void {
    this.linear(g, h); // a multiple of the identity is its own transpose
  }
}
