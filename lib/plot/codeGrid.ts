import type { SplineNetwork } from "../network";

/** A rectangle of a two-dimensional input space, and the number of pixels along each side. */
export interface CodeGridOptions {
  /** [[xmin, ymin], [xmax, ymax]]. */
  readonly domain: readonly [readonly [number, number], readonly [number, number]];
  readonly pixels: number;
  /** Wraps the loop over rows, to show progress. */
  readonly rows?: (count: number) => Iterable<number>;
}

/** Codes seen at the centres of the pixels of a grid, row 0 on top. */
export interface CodeGrid extends CodeGridOptions {
  /** Index of the code at each pixel, row-major, numbered in the order of first sight. */
  readonly indices: Int32Array;
  /** Values of the network's first output, row-major. */
  readonly values: Float64Array;
  /** Number of different codes seen: at most the number of cells, and often less. */
  readonly distinct: number;
}

/**
 * Evaluates a network of two inputs on a pixel grid; throws RangeError for other input sizes.
 *
 * @example
 * const { distinct } = codeGrid(net, { domain, pixels: 50 });
 * distinct <= partition(net, { domain }).cellCount; // true: a grid may miss cells
 */
export function codeGrid(net: SplineNetwork, options: CodeGridOptions): CodeGrid {
  if (net.inputSize !== 2) {
    throw new RangeError(`a grid of codes needs two inputs, the network has ${net.inputSize}`);
  }
  const { pixels, domain, rows = (count: number) => Array(count).keys() } = options;
  const indices = new Int32Array(pixels * pixels);
  const values = new Float64Array(pixels * pixels);
  const seen = new Map<string, number>();
  for (const row of rows(pixels)) {
    const y = centre(domain, 1, pixels - 1 - row, pixels);
    for (let column = 0; column < pixels; column++) {
      const x = [centre(domain, 0, column, pixels), y];
      const { key } = net.code(x);
      const index = seen.get(key) ?? seen.size;
      seen.set(key, index);
      indices[row * pixels + column] = index;
      values[row * pixels + column] = net.forward(x)[0]!;
    }
  }
  return { ...options, indices, values, distinct: seen.size };
}

/** Coordinate of the centre of pixel i of n along an axis of the domain. */
export function centre(
  [from, to]: CodeGridOptions["domain"],
  axis: 0 | 1,
  i: number,
  n: number,
): number {
  return from[axis] + ((to[axis] - from[axis]) * (i + 0.5)) / n;
}
