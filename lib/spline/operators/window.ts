import type { Shape } from "./operator";

/** Padding by the rule of TensorFlow: "valid" pads nothing, "same" keeps ⌈size / stride⌉. */
export type Padding = "valid" | "same";

/** What a sliding window is: its size, its stride, its dilation, in rows and columns. */
export interface WindowOptions {
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: Padding;
}

/** A sliding window on images [height, width, channels], its arithmetic worked out. */
export interface Window extends WindowOptions {
  readonly inputHeight: number;
  readonly inputWidth: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  /** Rows and columns of padding before the image. */
  readonly top: number;
  readonly left: number;
}

/** Works out output size and padding of a window on an image; throws RangeError if it doesn't fit. */
export function slideWindow(inputShape: Shape, options: WindowOptions): Window {
  const [inputHeight, inputWidth] = imageShape(inputShape);
  const rows = slide(inputHeight, options, 0);
  const columns = slide(inputWidth, options, 1);
  return {
    ...options,
    inputHeight,
    inputWidth,
    outputHeight: rows.count,
    outputWidth: columns.count,
    top: rows.before,
    left: columns.before,
  };
}

/** Reads [height, width, channels], or says what it got instead. */
export function imageShape(shape: Shape): [number, number, number] {
  if (shape.length !== 3) {
    throw new RangeError(`expected an image [height, width, channels], got shape [${shape}]`);
  }
  return [shape[0]!, shape[1]!, shape[2]!];
}

function slide(input: number, options: WindowOptions, axis: 0 | 1) {
  const stride = options.strides[axis];
  const extent = (options.size[axis] - 1) * options.dilation[axis] + 1;
  if (options.padding === "valid") {
    if (extent > input) {
      throw new RangeError(`a window of extent ${extent} does not fit into ${input} pixels`);
    }
    return { count: Math.floor((input - extent) / stride) + 1, before: 0 };
  }
  const count = Math.ceil(input / stride);
  const padding = Math.max(0, (count - 1) * stride + extent - input);
  return { count, before: Math.floor(padding / 2) }; // the odd pixel goes behind
}
