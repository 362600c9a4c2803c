import { MaxPool } from "./maxPool";
import { type Shape, sizeOf } from "./operator";
import {
  imageShape,
  slideWindow,
  type Window,
  type WindowOptions,
  windowedShape,
  windowSources,
} from "./window";

/**
 * Max pooling over windows of each channel; a piece is a position in the window, row by row, and
 * ties go to the lowest. Padded positions take no part. Windows may overlap. On a sequence
 * [length, channels] the 1-D one.
 *
 * @throws RangeError if the window doesn't fit
 * @example
 * new MaxPool2d([28, 28, 8], { size: 2 }).outputShape; // [14, 14, 8]
 */
export class MaxPool2d extends MaxPool {
  readonly kind: string;
  readonly window: Window;

  constructor(inputShape: Shape, { strides, ...options }: Omit<WindowOptions, "dilation">) {
    const window = slideWindow(inputShape, { ...options, strides: strides ?? options.size });
    const channels = imageShape(inputShape)[2];
    super(
      inputShape,
      windowedShape(inputShape, window, channels),
      window.size[0] * window.size[1],
      windowSources(window, channels),
    );
    this.kind = inputShape.length === 2 ? "maxPool1d" : "maxPool2d";
    this.window = window;
  }
}

/**
 * Global max pooling: the largest value of each channel over all positions, shape [channels].
 *
 * @example
 * new GlobalMaxPool([7, 7, 64]).pieces; // 49
 */
export class GlobalMaxPool extends MaxPool {
  readonly kind = "globalMaxPool";

  constructor(inputShape: Shape) {
    const channels = imageShape(inputShape)[2];
    const positions = sizeOf(inputShape) / channels;
    const sources = Int32Array.from(
      { length: sizeOf(inputShape) },
      (_, i) => (i % positions) * channels + Math.floor(i / positions),
    );
    super(inputShape, [channels], positions, sources);
  }
}

/**
 * Channel pooling: the largest of each group of neighbouring channels, at every position. With one
 * group for all it leaves one channel; after a convolution it is a convolutional maxout.
 *
 * @throws RangeError unless groups have `size` channels each, all of them if left out
 * @example
 * new ChannelPool([8, 8, 6], 3).outputShape; // [8, 8, 2]
 */
export class ChannelPool extends MaxPool {
  readonly kind = "channelPool";

  constructor(inputShape: Shape, size = inputShape.at(-1) ?? 0) {
    const channels = inputShape.at(-1) ?? 0;
    if (!(Number.isInteger(size) && size >= 1 && channels % size === 0)) {
      throw new RangeError(
        `channelPool: groups of ${size} channels, expected a divisor of the ${channels} channels ` +
          `of [${inputShape}]`,
      );
    }
    const sources = Int32Array.from({ length: sizeOf(inputShape) }, (_, i) => i);
    super(inputShape, [...inputShape.slice(0, -1), channels / size], size, sources);
  }
}
