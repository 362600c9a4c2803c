import type { Complex } from "../Complex";

/**
 * The cell at every pixel of a grid over the complex' bounding box, row by row from the top
 * [height × width]; −1 outside the domain.
 *
 * Pixel (row, column) stands for its centre. Each polygon is filled scanline by scanline, in time
 * proportional to pixels and cells. A cell that holds no pixel's centre isn't seen: that is how many
 * regions a picture on a grid misses.
 *
 * @throws RangeError unless width and height are positive integers
 * @example
 * const seen = new Set(cellRaster(partition(net, { domain }), 500, 500)).size;
 */
export function cellRaster(complex: Complex, width: number, height: number): Int32Array {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new RangeError(`a grid of ${width} × ${height} pixels, expected positive integers`);
  }
  const { cellOffsets, cellVertices, vertices } = complex.arrays;
  const [left, right] = extent(vertices, 0);
  const [low, high] = extent(vertices, 1);
  const [sx, sy] = [width / (right - left), height / (high - low)];
  // Corners in pixels, such that pixel centres have integer coordinates.
  const px = Float64Array.from({ length: vertices.length / 2 }, (_, v) => {
    return (vertices[2 * v]! - left) * sx - 0.5;
  });
  const py = Float64Array.from({ length: vertices.length / 2 }, (_, v) => {
    return (high - vertices[2 * v + 1]!) * sy - 0.5;
  });
  const raster = new Int32Array(width * height).fill(-1);
  for (let cell = 0; cell < complex.cellCount; cell++) {
    const [start, end] = [cellOffsets[cell]!, cellOffsets[cell + 1]!];
    let [top, bottom] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let at = start; at < end; at++) {
      top = Math.min(top, py[cellVertices[at]!]!);
      bottom = Math.max(bottom, py[cellVertices[at]!]!);
    }
    const last = Math.min(height - 1, Math.floor(bottom));
    for (let row = Math.max(0, Math.ceil(top)); row <= last; row++) {
      let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (let at = start; at < end; at++) {
        let p = cellVertices[at]!;
        let q = cellVertices[at + 1 < end ? at + 1 : start]!;
        // Always downwards, so that both neighbours of an edge compute the same crossing.
        if (py[p]! > py[q]!) [p, q] = [q, p];
        if (py[p]! > row || py[q]! <= row) continue;
        const x = px[p]! + ((row - py[p]!) / (py[q]! - py[p]!)) * (px[q]! - px[p]!);
        from = Math.min(from, x);
        to = Math.max(to, x);
      }
      const stop = Math.min(width, Math.ceil(to));
      for (let column = Math.max(0, Math.ceil(from)); column < stop; column++) {
        raster[row * width + column] = cell;
      }
    }
  }
  return raster;
}

function extent(vertices: Float64Array, axis: 0 | 1): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = axis; i < vertices.length; i += 2) {
    low = Math.min(low, vertices[i]!);
    high = Math.max(high, vertices[i]!);
  }
  return [low, high];
}
