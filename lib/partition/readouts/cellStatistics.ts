import type { Complex } from "../Complex";

/** How large the cells of a complex are, and how many corners they have. */
export interface CellStatistics {
  /** Area of every cell in the slice's coordinates [cells]. */
  readonly areas: Float64Array;
  /** Sum of the areas: the area of the domain. */
  readonly total: number;
  readonly smallest: number;
  readonly median: number;
  readonly largest: number;
  /** Number of cells with k corners, at index k; vertices at which a cell doesn't turn count. */
  readonly corners: Int32Array;
  /** Number of vertices with k edges, at index k. */
  readonly degrees: Int32Array;
}

/**
 * Areas of the cells, numbers of their corners, and degrees of the vertices.
 *
 * @example
 * const { areas, median, corners } = cellStatistics(partition(net, { domain }));
 * corners[3]; // number of triangles
 */
export function cellStatistics(complex: Complex): CellStatistics {
  const { cellOffsets, cellVertices, edgeVertices, vertices } = complex.arrays;
  const areas = new Float64Array(complex.cellCount);
  const counts = new Int32Array(complex.cellCount);
  for (let i = 0; i < areas.length; i++) {
    const [start, end] = [cellOffsets[i]!, cellOffsets[i + 1]!];
    const first = 2 * cellVertices[start]!;
    const [x0, y0] = [vertices[first]!, vertices[first + 1]!];
    let twice = 0;
    for (let at = start + 1; at + 1 < end; at++) {
      const [p, q] = [2 * cellVertices[at]!, 2 * cellVertices[at + 1]!];
      // Relative to a corner: small cells far from 0 keep their digits.
      twice += (vertices[p]! - x0) * (vertices[q + 1]! - y0);
      twice -= (vertices[p + 1]! - y0) * (vertices[q]! - x0);
    }
    areas[i] = twice / 2;
    counts[i] = end - start;
  }
  const edgesAt = new Int32Array(complex.vertexCount);
  for (const v of edgeVertices) edgesAt[v]!++;
  const sorted = areas.slice().sort();
  const middle = sorted.length >> 1;
  return {
    areas,
    total: areas.reduce((sum, area) => sum + area, 0),
    smallest: sorted[0]!,
    median: sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2,
    largest: sorted.at(-1)!,
    corners: histogram(counts),
    degrees: histogram(edgesAt),
  };
}

function histogram(values: Int32Array): Int32Array {
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  const bins = new Int32Array(largest + 1);
  for (const value of values) bins[value]!++;
  return bins;
}
