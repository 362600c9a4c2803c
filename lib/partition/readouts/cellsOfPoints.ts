import type { Complex } from "../Complex";

/** Which cells of a complex contain data. */
export interface CellsOfPoints {
  /** The cell of every point [N], −1 outside the domain. */
  readonly cellOf: Int32Array;
  /** Number of points in every cell [cells]. */
  readonly counts: Int32Array;
  /** Number of cells with at least one point. */
  readonly occupied: number;
}

/**
 * Locates points in a complex, and counts them cell by cell.
 *
 * `points` lie side by side in the slice's coordinates [N × 2].
 *
 * @throws RangeError for an odd number of coordinates, or one that isn't finite
 * @example
 * const { occupied, counts } = cellsOfPoints(partition(net, { domain }), points);
 */
export function cellsOfPoints(complex: Complex, points: ArrayLike<number>): CellsOfPoints {
  if (points.length % 2 !== 0) {
    throw new RangeError(`${points.length} coordinates, expected two for each point, side by side`);
  }
  const cellOf = new Int32Array(points.length / 2);
  const counts = new Int32Array(complex.cellCount);
  let occupied = 0;
  for (let n = 0; n < cellOf.length; n++) {
    const [x, y] = [points[2 * n]!, points[2 * n + 1]!];
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      throw new RangeError(`point ${n} is (${x}, ${y}), expected finite numbers`);
    }
    const found = complex.locate(x, y);
    const cell = found >= 0 && isIn(complex, found, x, y) ? found : -1;
    cellOf[n] = cell;
    if (cell >= 0 && counts[cell]!++ === 0) occupied++;
  }
  return { cellOf, counts, occupied };
}

/** Whether a point lies in a cell, up to rounding: a point outside the domain lies in none. */
function isIn({ arrays }: Complex, cell: number, x: number, y: number): boolean {
  const { cellOffsets, cellVertices, vertices } = arrays;
  const [start, end] = [cellOffsets[cell]!, cellOffsets[cell + 1]!];
  for (let at = start; at < end; at++) {
    const [p, q] = [2 * cellVertices[at]!, 2 * cellVertices[at + 1 < end ? at + 1 : start]!];
    const [dx, dy] = [vertices[q]! - vertices[p]!, vertices[q + 1]! - vertices[p + 1]!];
    const [rx, ry] = [x - vertices[p]!, y - vertices[p + 1]!];
    const size = Math.abs(dx) * Math.abs(ry) + Math.abs(dy) * Math.abs(rx);
    if (dx * ry - dy * rx < -1e-9 * size) return false;
  }
  return true;
}
