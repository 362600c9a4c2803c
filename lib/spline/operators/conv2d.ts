import { AffineOperator, isNonnegative } from "./affine";
import type { Shape } from "./operator";
import type { SparseColumns } from "./sparseColumns";
import { imageShape, slideWindow, type Window, type WindowOptions, windowedShape } from "./window";

/** A window, and into how many groups the channels fall apart. */
export interface Conv2dOptions extends WindowOptions {
  /**
   * Number of groups of channels that don't see each other; 1 if left out. As many groups as input
   * channels make a depthwise convolution, of depth multiplier outputChannels / inputChannels.
   */
  readonly groups?: number;
}

/**
 * 2-D convolution in the sense of deep learning (cross-correlation, no flip), zero padding; on a
 * sequence [length, channels] the 1-D one, an image of height 1.
 *
 * Kernel [rows, columns, inputChannels / groups, outputChannels] row-major, as TensorFlow.js keeps
 * it; its depthwise kernel [rows, columns, inputChannels, multiplier] is the same numbers in the
 * same order. Offset [outputChannels] or null. Never unrolled into a matrix.
 *
 * @throws RangeError on shapes that don't fit, with both
 * @example
 * const edge = Float64Array.of(-1, 1); // one row, two columns, one channel
 * const conv = new Conv2d([4, 4, 1], edge, null, 1, { size: [1, 2] });
 * conv.outputShape; // [4, 3, 1]
 */
export class Conv2d extends AffineOperator {
  readonly kind: string;
  readonly window: Window;
  readonly groups: number;
  private readonly channels: readonly [number, number];
  /** Which input pixel, kernel tap and output pixel meet, worked out once. */
  private readonly meetings: Int32Array;

  constructor(
    inputShape: Shape,
    readonly kernel: Float64Array,
    readonly b: Float64Array | null,
    outputChannels: number,
    { groups = 1, ...options }: Conv2dOptions,
  ) {
    const window = slideWindow(inputShape, options);
    super(inputShape, windowedShape(inputShape, window, outputChannels), b);
    const inputChannels = imageShape(inputShape)[2];
    if (!Number.isInteger(groups) || inputChannels % groups || outputChannels % groups) {
      throw new RangeError(
        `conv2d: ${groups} groups, expected a divisor of ${inputChannels} input and ` +
          `${outputChannels} output channels`,
      );
    }
    const taps = window.size[0] * window.size[1];
    const expected = (taps * inputChannels * outputChannels) / groups;
    if (kernel.length !== expected || (b !== null && b.length !== outputChannels)) {
      throw new RangeError(
        `conv2d: the kernel has ${kernel.length} and b ${b?.length ?? 0} entries, expected ` +
          `${window.size.join(" × ")} × ${inputChannels / groups} × ${outputChannels} and ` +
          `${outputChannels}`,
      );
    }
    const dimension = inputShape.length === 2 ? "1d" : "2d";
    const depthwise = groups > 1 && groups === inputChannels;
    this.kind = depthwise ? `depthwiseConv${dimension}` : `conv${dimension}`;
    this.window = window;
    this.groups = groups;
    this.channels = [inputChannels, outputChannels];
    this.meetings = meetingsOf(window, inputChannels, outputChannels, groups);
  }

  /** Taps that never meet the image, only its padding, don't count. */
  get nondecreasing(): boolean {
    const { kernel, meetings } = this;
    const [cin, cout] = this.channels;
    const block = (cin / this.groups) * cout;
    const taps = new Set(meetings.filter((_, i) => i % 3 === 1));
    return [...taps].every((tap) => isNonnegative(kernel.subarray(tap, tap + block)));
  }

  get parameters(): number {
    return this.kernel.length + (this.b?.length ?? 0);
  }

  protected linear(v: Float64Array, w: Float64Array): void {
    const { kernel, groups, meetings } = this;
    const [cin, cout] = this.channels;
    const [inputs, outputs] = [cin / groups, cout / groups];
    w.fill(0);
    for (let m = 0; m < meetings.length; m += 3) {
      for (let g = 0; g < groups; g++) {
        const pixel = meetings[m]! + g * inputs;
        const target = meetings[m + 2]! + g * outputs;
        for (let i = 0; i < inputs; i++) {
          const value = v[pixel + i]!;
          if (value === 0) continue; // half of what a ReLU lets through
          const tap = meetings[m + 1]! + i * cout + g * outputs;
          for (let k = 0; k < outputs; k++) w[target + k]! += value * kernel[tap + k]!;
        }
      }
    }
  }

  spread(i: number, ds: number, dt: number, c: number, to: SparseColumns): void {
    const { kernel, groups, window } = this;
    const { size, strides, dilation, inputWidth, outputHeight, outputWidth } = window;
    const [cin, cout] = this.channels;
    const [inputs, outputs] = [cin / groups, cout / groups];
    const pixel = Math.floor(i / cin);
    const channel = i - pixel * cin;
    const group = Math.floor(channel / inputs);
    const top = Math.floor(pixel / inputWidth) + window.top;
    const left = (pixel % inputWidth) + window.left;
    for (let row = 0; row < size[0]; row++) {
      const y = (top - row * dilation[0]) / strides[0];
      if (!(y >= 0 && y < outputHeight && Number.isInteger(y))) continue;
      for (let column = 0; column < size[1]; column++) {
        const x = (left - column * dilation[1]) / strides[1];
        if (!(x >= 0 && x < outputWidth && Number.isInteger(x))) continue;
        const target = (y * outputWidth + x) * cout + group * outputs;
        const tap =
          ((row * size[1] + column) * inputs + channel - group * inputs) * cout + group * outputs;
        to.touch(target, outputs);
        for (let k = 0; k < outputs; k++) {
          const w = kernel[tap + k]!;
          to.ds[target + k]! += w * ds;
          to.dt[target + k]! += w * dt;
          to.c[target + k]! += w * c;
        }
      }
    }
  }

  protected transposed(g: Float64Array, h: Float64Array): void {
    const { kernel, groups, meetings } = this;
    const [cin, cout] = this.channels;
    const [inputs, outputs] = [cin / groups, cout / groups];
    h.fill(0);
    for (let m = 0; m < meetings.length; m += 3) {
      for (let group = 0; group < groups; group++) {
        const pixel = meetings[m]! + group * inputs;
        const target = meetings[m + 2]! + group * outputs;
        for (let i = 0; i < inputs; i++) {
          const tap = meetings[m + 1]! + i * cout + group * outputs;
          let sum = 0;
          for (let k = 0; k < outputs; k++) sum += g[target + k]! * kernel[tap + k]!;
          h[pixel + i]! += sum;
        }
      }
    }
  }
}

/** Places of every (input pixel, kernel tap, output pixel) that meet, three numbers each. */
function meetingsOf(window: Window, cin: number, cout: number, groups: number): Int32Array {
  const { size, strides, dilation, inputHeight, inputWidth, outputHeight, outputWidth } = window;
  const block = (cin / groups) * cout;
  const meetings = new Int32Array(3 * outputHeight * outputWidth * size[0] * size[1]);
  let next = 0;
  for (let r = 0; r < outputHeight; r++) {
    for (let c = 0; c < outputWidth; c++) {
      for (let i = 0; i < size[0]; i++) {
        const y = r * strides[0] + i * dilation[0] - window.top;
        if (y < 0 || y >= inputHeight) continue;
        for (let j = 0; j < size[1]; j++) {
          const x = c * strides[1] + j * dilation[1] - window.left;
          if (x < 0 || x >= inputWidth) continue;
          meetings[next++] = (y * inputWidth + x) * cin;
          meetings[next++] = (i * size[1] + j) * block;
          meetings[next++] = (r * outputWidth + c) * cout;
        }
      }
    }
  }
  return meetings.slice(0, next);
}
