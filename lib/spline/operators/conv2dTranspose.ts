import { AffineOperator } from "./affine";
import { Conv2d } from "./conv2d";
import type { Pieces, Shape } from "./operator";
import { imageShape, type WindowOptions } from "./window";

/**
 * The transpose of a 2-D convolution, as generators and decoders use it ("deconvolution"): where
 * the convolution reads a window and writes a pixel, this reads the pixel and adds to the window.
 *
 * Kernel [rows, columns, outputChannels, inputChannels] row-major, as TensorFlow.js keeps it; offset
 * [outputChannels] or null. Size of the output: strides · size with padding "same", and
 * strides · size + max(0, window − strides) with "valid".
 *
 * @throws RangeError on shapes that don't fit
 * @example
 * const twice = new Conv2dTranspose([4, 4, 1], new Float64Array(4).fill(1), null, 1, { size: 2, strides: 2 });
 * twice.outputShape; // [8, 8, 1]
 */
export class Conv2dTranspose extends AffineOperator {
  readonly kind = "conv2dTranspose";
  /** The convolution whose transpose this is: from our output to our input. */
  readonly convolution: Conv2d;

  constructor(
    inputShape: Shape,
    readonly kernel: Float64Array,
    readonly b: Float64Array | null,
    outputChannels: number,
    { size, strides = 1, padding = "valid" }: Omit<WindowOptions, "dilation">,
  ) {
    const [height, width, channels] = imageShape(inputShape);
    const [rows, columns] = typeof size === "number" ? [size, size] : size;
    const [sy, sx] = typeof strides === "number" ? [strides, strides] : strides;
    const along = (length: number, window: number, stride: number) =>
      length * stride + (padding === "valid" ? Math.max(0, window - stride) : 0);
    const outputShape = [along(height, rows, sy), along(width, columns, sx), outputChannels];
    super(inputShape, outputShape, b);
    if (inputShape.length !== 3 || (b !== null && b.length !== outputChannels)) {
      throw new RangeError(
        `conv2dTranspose: reads [${inputShape}], b has ${b?.length ?? 0} entries, expected an ` +
          `image [height, width, channels] and ${outputChannels} entries`,
      );
    }
    this.convolution = new Conv2d(outputShape, kernel, null, channels, { size, strides, padding });
  }

  get nondecreasing(): boolean {
    return this.convolution.nondecreasing;
  }

  get parameters(): number {
    return this.kernel.length + (this.b?.length ?? 0);
  }

  protected linear(v: Float64Array, w: Float64Array): void {
    this.convolution.pullback(NO_CODE, v, w);
  }

  protected transposed(g: Float64Array, h: Float64Array): void {
    this.convolution.pushforward(NO_CODE, g, h);
  }
}

const NO_CODE: Pieces = new Uint8Array(0);
