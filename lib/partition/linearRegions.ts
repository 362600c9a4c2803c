import type { Complex } from "./Complex";
import { connectedCells } from "./connectedCells";
import { sliceMaps } from "./readouts";

/** Three numbers that the literature all calls "regions", kept apart. */
export interface LinearRegions {
  /** Activation regions: cells, each with a code of its own. */
  readonly cells: number;
  /** Linear regions: connected unions of cells with one affine map. */
  readonly regions: number;
  /** Distinct affine maps; two regions that don't touch may have the same. */
  readonly maps: number;
  /** The linear region of each cell, counted from 0 [cells]. */
  readonly regionOf: Int32Array;
}

/**
 * Joins the cells of a complex to linear regions: neighbours with the same affine map.
 *
 * cells ≥ regions ≥ maps. Cells are convex; a linear region need not be. Maps count as the same if
 * no entry of A (in the slice's coordinates) differs by more than `tolerance` relative to the largest
 * of any cell, and none of b relative to the largest b or what A makes of the domain.
 *
 * @example const { cells, regions, maps } = linearRegions(partition(net, { domain }));
 */
export function linearRegions(
  complex: Complex,
  { tolerance = 1e-9 }: { readonly tolerance?: number } = {},
): LinearRegions {
  const cells = complex.cellCount;
  const { A, b, outputs } = sliceMaps(complex);
  const size = (values: Float64Array) => values.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  // Slopes and offsets have units of their own, so that each is held against its like.
  const steepest = size(A);
  const width = tolerance * Math.max(size(b), steepest * size(complex.arrays.vertices));
  const near = (
    values: Float64Array,
    count: number,
    most: number,
    i: number,
    j: number,
  ): boolean => {
    for (let k = 0; k < count; k++) {
      if (!(Math.abs(values[count * i + k]! - values[count * j + k]!) <= most)) return false;
    }
    return true;
  };
  const same = (i: number, j: number) =>
    near(A, 2 * outputs, tolerance * steepest, i, j) && near(b, outputs, width, i, j);
  const { first, setOf: regionOf } = connectedCells(complex, same);
  return {
    cells,
    regions: first.length,
    maps: distinct(first, (i) => b[outputs * i]!, same, width),
    regionOf,
  };
}

/** How many maps differ: sorted by one of their entries, only near ones need comparing. */
function distinct(
  first: readonly number[],
  entry: (cell: number) => number,
  same: (i: number, j: number) => boolean,
  width: number,
): number {
  const sorted = [...first].sort((i, j) => entry(i) - entry(j));
  let count = 0;
  sorted.forEach((i, n) => {
    let known = false;
    for (let m = n - 1; m >= 0 && entry(i) - entry(sorted[m]!) <= width && !known; m--) {
      known = same(i, sorted[m]!);
    }
    if (!known) count++;
  });
  return count;
}
