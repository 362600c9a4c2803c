import { AffineOperator, isNonnegative } from "./affine";
import type { Shape } from "./operator";
import { imageShape, slideWindow, type Window, type WindowOptions } from "./window";

/**
 * 2-D convolution in the sense of deep learning (cross-correlation, no flip), zero padding.
 *
 * Kernel [rows, columns, inputChannels, outputChannels] row-major, as TensorFlow.js keeps it;
 * offset [outputChannels] or null. Never unrolled into a matrix.
 */
export class Conv2d extends AffineOperator {
  readonly kind = "conv2d";
  readonly window: Window;
  private readonly channels: readonly [number, number];

  constructor(
    inputShape: Shape,
    readonly kernel: Float64Array,
    readonly b: Float64Array | null,
    outputChannels: number,
    options: WindowOptions,
  ) {
    const window = slideWindow(inputShape, options);
    super(inputShape, [window.outputHeight, window.outputWidth, outputChannels], b);
    const inputChannels = imageShape(inputShape)[2];
    const expected = options.size[0] * options.size[1] * inputChannels * outputChannels;
    if (kernel.length !== expected || (b !== null && b.length !== outputChannels)) {
      throw new RangeError(
        `conv2d: the kernel has ${kernel.length} and b ${b?.length ?? 0} entries, expected ` +
          `${options.size.join(" × ")} × ${inputChannels} × ${outputChannels} and ${outputChannels}`,
      );
    }
    this.window = window;
    this.channels = [inputChannels, outputChannels];
  }

  get nondecreasing(): boolean {
    return isNonnegative(this.kernel);
  }

  get parameters(): number {
    return this.kernel.length + (this.b?.length ?? 0);
  }

  protected linear(v: Float64Array, w: Float64Array): void {
    const { kernel } = this;
    const [cin, cout] = this.channels;
    w.fill(0);
    this.visit((pixel, tap, target) => {
      for (let i = 0; i < cin; i++) {
        const vi = v[pixel + i]!;
        if (vi === 0) continue;
        const row = tap + i * cout;
        for (let k = 0; k < cout; k++) w[target + k]! += vi * kernel[row + k]!;
      }
    });
  }

  protected transposed(g: Float64Array, h: Float64Array): void {
    const { kernel } = this;
    const [cin, cout] = this.channels;
    h.fill(0);
    this.visit((pixel, tap, target) => {
      for (let i = 0; i < cin; i++) {
        const row = tap + i * cout;
        let sum = 0;
        for (let k = 0; k < cout; k++) sum += g[target + k]! * kernel[row + k]!;
        h[pixel + i]! += sum;
      }
    });
  }

  /** Calls back with the offsets of every (input pixel, kernel tap, output pixel) that meet. */
  private visit(meet: (pixel: number, tap: number, target: number) => void): void {
    const { size, strides, dilation, inputHeight, inputWidth, outputHeight, outputWidth } =
      this.window;
    const { top, left } = this.window;
    const [cin, cout] = this.channels;
    for (let r = 0; r < outputHeight; r++) {
      for (let c = 0; c < outputWidth; c++) {
        const target = (r * outputWidth + c) * cout;
        for (let i = 0; i < size[0]; i++) {
          const y = r * strides[0] + i * dilation[0] - top;
          if (y < 0 || y >= inputHeight) continue;
          for (let j = 0; j < size[1]; j++) {
            const x = c * strides[1] + j * dilation[1] - left;
            if (x < 0 || x >= inputWidth) continue;
            meet((y * inputWidth + x) * cin, (i * size[1] + j) * cin * cout, target);
          }
        }
      }
    }
  }
}
