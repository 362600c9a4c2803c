import { Activation } from "./activation";
import type { Operator, Pieces, Shape } from "./operator";
import { sizeOf } from "./operator";
import { imageShape, slideWindow, type Window, type WindowOptions } from "./window";

/**
 * Max pooling over windows of each channel; a piece is a position in the window, row by row, and
 * ties go to the lowest. Padded positions take no part. Windows may overlap.
 */
export class MaxPool2d implements Operator {
  readonly kind = "maxPool2d";
  readonly convex = true;
  readonly nondecreasing = true;
  readonly parameters = 0;
  readonly outputShape: Shape;
  readonly units: number;
  readonly pieces: number;
  readonly window: Window;
  /** Input offset of each position of each unit [units × pieces]; −1 where it is padding. */
  private readonly sources: Int32Array;

  constructor(
    readonly inputShape: Shape,
    options: Omit<WindowOptions, "dilation">,
  ) {
    const window = slideWindow(inputShape, { ...options, dilation: [1, 1] });
    this.window = window;
    this.outputShape = [window.outputHeight, window.outputWidth, imageShape(inputShape)[2]];
    this.units = sizeOf(this.outputShape);
    this.pieces = options.size[0] * options.size[1];
    this.sources = windowSources(window, this.outputShape[2]!);
  }

  forward(x: Float64Array, y: Float64Array, q: Pieces): void {
    const { units, pieces, sources } = this;
    for (let k = 0; k < units; k++) {
      let best = Number.NEGATIVE_INFINITY;
      let piece = 0;
      for (let r = 0; r < pieces; r++) {
        const source = sources[k * pieces + r]!;
        if (source >= 0 && x[source]! > best) {
          best = x[source]!;
          piece = r;
        }
      }
      y[k] = best;
      q[k] = piece;
    }
  }

  apply(q: Pieces, x: Float64Array, y: Float64Array): void {
    const { units, pieces, sources } = this;
    for (let k = 0; k < units; k++) y[k] = x[sources[k * pieces + q[k]!]!]!;
  }

  pushforward(q: Pieces, v: Float64Array, w: Float64Array): void {
    this.apply(q, v, w);
  }

  pullback(q: Pieces, g: Float64Array, h: Float64Array): void {
    const { units, pieces, sources } = this;
    h.fill(0);
    for (let k = 0; k < units; k++) h[sources[k * pieces + q[k]!]!]! += g[k]!;
  }

  /**
   * After a ReLU a window of inactive units ties at 0 all the time, and whichever piece is taken is
   * the same function: such windows don't count, the ReLU's own margin guards them. So with every
   * activation that is constant somewhere.
   */
  tieMargin(x: Float64Array, above?: Operator): number {
    const { units, pieces, sources } = this;
    let margin = Number.POSITIVE_INFINITY;
    for (let k = 0; k < units; k++) {
      let best = Number.NEGATIVE_INFINITY;
      let second = Number.NEGATIVE_INFINITY;
      for (let r = 0; r < pieces; r++) {
        const source = sources[k * pieces + r]!;
        if (source < 0) continue;
        const value = x[source]!;
        if (value > best) {
          second = best;
          best = value;
        } else if (value > second) {
          second = value;
        }
      }
      if (above instanceof Activation && above.plateaus.has(best)) continue;
      margin = Math.min(margin, best - second);
    }
    return margin;
  }
}

function windowSources(window: Window, channels: number): Int32Array {
  const { size, strides, inputHeight, inputWidth, outputHeight, outputWidth, top, left } = window;
  const sources = new Int32Array(outputHeight * outputWidth * channels * size[0] * size[1]);
  let next = 0;
  for (let r = 0; r < outputHeight; r++) {
    for (let c = 0; c < outputWidth; c++) {
      for (let channel = 0; channel < channels; channel++) {
        for (let i = 0; i < size[0]; i++) {
          for (let j = 0; j < size[1]; j++) {
            const y = r * strides[0] + i - top;
            const x = c * strides[1] + j - left;
            const inside = y >= 0 && y < inputHeight && x >= 0 && x < inputWidth;
            sources[next++] = inside ? (y * inputWidth + x) * channels + channel : -1;
          }
        }
      }
    }
  }
  return sources;
}
