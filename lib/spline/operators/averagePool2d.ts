import { AffineOperator } from "./affine";
import { type Shape, sizeOf } from "./operator";
import { type Readers, readersOf } from "./selection";
import type { SparseColumns } from "./sparseColumns";
import {
  imageShape,
  slideWindow,
  type Window,
  type WindowOptions,
  windowedShape,
  windowSources,
} from "./window";

/**
 * Average pooling over windows of each channel; padded positions don't count, neither in the sum
 * nor in the number that divides it (TensorFlow's rule). On a sequence [length, channels] the 1-D
 * one.
 *
 * @throws RangeError if the window doesn't fit
 * @example
 * new AveragePool2d([4, 4, 1], { size: 2 }).outputShape; // [2, 2, 1]
 */
export class AveragePool2d extends AffineOperator {
  readonly kind: string;
  readonly nondecreasing = true;
  readonly parameters = 0;
  readonly window: Window;
  /** What each output averages [outputs × positions]; below zero where it is padding. */
  private readonly sources: Int32Array;

  constructor(inputShape: Shape, { strides, ...options }: Omit<WindowOptions, "dilation">) {
    const window = slideWindow(inputShape, { ...options, strides: strides ?? options.size });
    const channels = imageShape(inputShape)[2];
    super(inputShape, windowedShape(inputShape, window, channels), null);
    this.kind = inputShape.length === 2 ? "averagePool1d" : "averagePool2d";
    this.window = window;
    this.sources = windowSources(window, channels);
  }

  protected linear(v: Float64Array, w: Float64Array): void {
    const { sources } = this;
    const positions = this.window.size[0] * this.window.size[1];
    for (let k = 0, from = 0; from < sources.length; k++, from += positions) {
      let [sum, count] = [0, 0];
      for (let r = from; r < from + positions; r++) {
        if (sources[r]! < 0) continue;
        sum += v[sources[r]!]!;
        count++;
      }
      w[k] = sum / count;
    }
  }

  spread(i: number, ds: number, dt: number, c: number, to: SparseColumns): void {
    const { sources } = this;
    this.readers ??= readersOf(sources, sizeOf(this.inputShape));
    const { starts, outputs } = this.readers;
    const positions = this.window.size[0] * this.window.size[1];
    for (let at = starts[i]!; at < starts[i + 1]!; at++) {
      const k = Math.floor(outputs[at]! / positions);
      let count = 0;
      for (let r = k * positions; r < (k + 1) * positions; r++) if (sources[r]! >= 0) count++;
      to.add(k, ds / count, dt / count, c / count);
    }
  }

  private readers: Readers | undefined;

  protected transposed(g: Float64Array, h: Float64Array): void {
    const { sources } = this;
    const positions = this.window.size[0] * this.window.size[1];
    h.fill(0);
    for (let k = 0, from = 0; from < sources.length; k++, from += positions) {
      let count = 0;
      for (let r = from; r < from + positions; r++) if (sources[r]! >= 0) count++;
      const share = g[k]! / count;
      for (let r = from; r < from + positions; r++) {
        if (sources[r]! >= 0) h[sources[r]!]! += share;
      }
    }
  }
}

/**
 * Global average pooling: the mean of each channel over all positions, shape [channels].
 *
 * @example
 * new GlobalAveragePool([7, 7, 64]).outputShape; // [64]
 */
export class GlobalAveragePool extends AffineOperator {
  readonly kind = "globalAveragePool";
  readonly nondecreasing = true;
  readonly parameters = 0;

  constructor(inputShape: Shape) {
    super(inputShape, [imageShape(inputShape)[2]], null);
  }

  protected linear(v: Float64Array, w: Float64Array): void {
    const channels = this.outputShape[0]!;
    const size = sizeOf(this.inputShape);
    w.fill(0);
    for (let i = 0; i < size; i += channels) {
      for (let c = 0; c < channels; c++) w[c]! += v[i + c]!;
    }
    for (let c = 0; c < channels; c++) w[c]! *= channels / size;
  }

  spread(i: number, ds: number, dt: number, c: number, to: SparseColumns): void {
    const channels = this.outputShape[0]!;
    const share = channels / sizeOf(this.inputShape);
    to.add(i % channels, share * ds, share * dt, share * c);
  }

  protected transposed(g: Float64Array, h: Float64Array): void {
    const channels = this.outputShape[0]!;
    const size = sizeOf(this.inputShape);
    for (let i = 0; i < size; i += channels) {
      for (let c = 0; c < channels; c++) h[i + c] = (g[c]! * channels) / size;
    }
  }
}
