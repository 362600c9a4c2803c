import type { Complex } from "./Complex";

/** Cells joined to connected sets. */
export interface ConnectedCells {
  /** The first cell of each set. */
  readonly first: readonly number[];
  /** The set of each cell, counted from 0 [cells]. */
  readonly setOf: Int32Array;
}

/** Joins neighbours that are alike. */
export function connectedCells(
  complex: Complex,
  alike: (i: number, j: number) => boolean,
): ConnectedCells {
  const setOf = new Int32Array(complex.cellCount).fill(-1);
  const first: number[] = [];
  for (let start = 0; start < setOf.length; start++) {
    if (setOf[start]! >= 0) continue;
    const set = first.push(start) - 1;
    const open = [start];
    setOf[start] = set;
    for (let i = open.pop(); i !== undefined; i = open.pop()) {
      for (const j of complex.neighbours(i)) {
        if (setOf[j]! >= 0 || !alike(i, j)) continue;
        setOf[j] = set;
        open.push(j);
      }
    }
  }
  return { first, setOf };
}
