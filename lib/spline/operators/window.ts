import type { Shape } from "./operator";

/** Padding by the rule of TensorFlow: "valid" pads nothing, "same" keeps ⌈size / stride⌉. */
export type Padding = "valid" | "same";

/** A number for rows and columns each, or one for both. */
export type Extent = number | readonly [number, number];

/** A sliding window: on images in rows and columns, on sequences [length, channels] along it. */
export interface WindowOptions {
  readonly size: Extent;
  /** Steps between windows; 1 for convolutions, the window's size for pooling if left out. */
  readonly strides?: Extent;
  /** Distance of neighbouring taps; 1 if left out. */
  readonly dilation?: Extent;
  /** "valid" if left out. */
  readonly padding?: Padding;
}

/** A sliding window on images [height, width, channels], its arithmetic worked out. */
export interface Window {
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: Padding;
  readonly inputHeight: number;
  readonly inputWidth: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  /** Rows and columns of padding before the image. */
  readonly top: number;
  readonly left: number;
}

/**
 * Works out output size and padding of a window on an image, or on a sequence, which is read as an
 * image of height 1.
 *
 * @throws RangeError if it doesn't fit, with the extents
 */
export function slideWindow(inputShape: Shape, options: WindowOptions): Window {
  const [inputHeight, inputWidth] = imageShape(inputShape);
  const flat = inputShape.length === 2;
  const { padding = "valid" } = options;
  const size = extent("size", options.size, flat);
  const strides = extent("strides", options.strides ?? 1, flat);
  const dilation = extent("dilation", options.dilation ?? 1, flat);
  const along = (axis: 0 | 1, input: number) =>
    slide(input, size[axis], strides[axis], dilation[axis], padding);
  const [rows, columns] = [along(0, inputHeight), along(1, inputWidth)];
  return {
    size,
    strides,
    dilation,
    padding,
    inputHeight,
    inputWidth,
    outputHeight: rows.count,
    outputWidth: columns.count,
    top: rows.before,
    left: columns.before,
  };
}

/** Reads [height, width, channels], or [length, channels] as [1, length, channels]. */
export function imageShape(shape: Shape): [number, number, number] {
  if (shape.length === 3) return [shape[0]!, shape[1]!, shape[2]!];
  if (shape.length === 2) return [1, shape[0]!, shape[1]!];
  throw new RangeError(
    `expected an image [height, width, channels] or a sequence [length, channels], ` +
      `got shape [${shape}]`,
  );
}

/** Shape of what a window makes: of an image an image, of a sequence a sequence. */
export function windowedShape(inputShape: Shape, window: Window, channels: number): Shape {
  const { outputHeight, outputWidth } = window;
  return inputShape.length === 2 ? [outputWidth, channels] : [outputHeight, outputWidth, channels];
}

/**
 * What every window of every channel sees [outputs × positions], as flat places of the input. A
 * place that is padding holds ~p, below zero, with p the first place of the window that is none.
 */
export function windowSources(window: Window, channels: number): Int32Array {
  const { size, strides, dilation, inputHeight, inputWidth } = window;
  const positions = size[0] * size[1];
  const outputs = window.outputHeight * window.outputWidth * channels;
  const sources = new Int32Array(outputs * positions);
  for (let k = 0; k < outputs; k++) {
    const channel = k % channels;
    const pixel = Math.floor(k / channels);
    const top = Math.floor(pixel / window.outputWidth) * strides[0] - window.top;
    const left = (pixel % window.outputWidth) * strides[1] - window.left;
    const placeAt = (r: number): number => {
      const y = top + Math.floor(r / size[1]) * dilation[0];
      const x = left + (r % size[1]) * dilation[1];
      const inside = y >= 0 && y < inputHeight && x >= 0 && x < inputWidth;
      return inside ? (y * inputWidth + x) * channels + channel : -1;
    };
    let seen = 0;
    while (placeAt(seen) < 0) seen++; // no window is all padding unless it is dilated, as none of pooling is
    for (let r = 0; r < positions; r++) {
      const place = placeAt(r);
      sources[k * positions + r] = place >= 0 ? place : ~placeAt(seen);
    }
  }
  return sources;
}

function extent(name: string, given: Extent, flat: boolean): readonly [number, number] {
  const pair: readonly [number, number] =
    typeof given === "number" ? [flat ? 1 : given, given] : given;
  if (pair.length === 2 && pair.every((n) => Number.isInteger(n) && n > 0)) return pair;
  throw new RangeError(
    `${name} of a window is ${JSON.stringify(given)}, expected positive integers`,
  );
}

function slide(
  input: number,
  size: number,
  stride: number,
  dilation: number,
  padding: Padding,
): { count: number; before: number } {
  const reach = (size - 1) * dilation + 1;
  if (padding === "valid") {
    if (reach > input) {
      throw new RangeError(`a window of extent ${reach} does not fit into ${input} pixels`);
    }
    return { count: Math.floor((input - reach) / stride) + 1, before: 0 };
  }
  const count = Math.ceil(input / stride);
  const padded = Math.max(0, (count - 1) * stride + reach - input);
  return { count, before: Math.floor(padded / 2) }; // the odd pixel goes behind
}
