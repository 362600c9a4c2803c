import { type Comparison, scan } from "./scan";

/** A search: for each query the k codes at least distance. */
export interface Search extends Comparison {
  readonly k: number;
  /** For each query a code that is left out, or −1. */
  readonly exclude: Int32Array | undefined;
}

/** Indices and distances of the k nearest codes of each query, nearest first [queries × k]. */
export interface Found {
  readonly indices: Int32Array;
  /** As the scan gives them; +∞ where fewer than k codes were searched. */
  readonly distances: Float64Array;
}

/** Searches a range of codes; of codes at equal distance, those with the lowest indices are kept. */
export function nearestCodes(search: Search): Found {
  const { queryCount, k, exclude } = search;
  const indices = new Int32Array(queryCount * k).fill(-1);
  const distances = new Float64Array(queryCount * k).fill(Number.POSITIVE_INFINITY);
  scan(search, (q, n, found) => {
    const last = (q + 1) * k - 1;
    const left = exclude === undefined ? -1 : exclude[q]!;
    let worst = distances[last]!;
    for (let i = 0; i < found.length; i++) {
      const distance = found[i]!;
      if (distance >= worst || n + i === left) continue;
      insert(indices, distances, q * k, last, n + i, distance);
      worst = distances[last]!;
    }
  });
  return { indices, distances };
}

/** Puts a code into a sorted list behind those at equal distance; the last one falls out. */
function insert(
  indices: Int32Array,
  distances: Float64Array,
  first: number,
  last: number,
  index: number,
  distance: number,
): void {
  let at = last;
  for (; at > first && distances[at - 1]! > distance; at--) {
    distances[at] = distances[at - 1]!;
    indices[at] = indices[at - 1]!;
  }
  distances[at] = distance;
  indices[at] = index;
}

/** The k nearest of several ranges of codes, given in order. */
export function merge(parts: readonly Found[], queryCount: number, k: number): Found {
  const [first, ...rest] = parts;
  const { indices, distances } = first!;
  for (const part of rest) {
    for (let q = 0; q < queryCount; q++) {
      const last = (q + 1) * k - 1;
      for (let i = q * k; i <= last && part.distances[i]! < distances[last]!; i++) {
        insert(indices, distances, q * k, last, part.indices[i]!, part.distances[i]!);
      }
    }
  }
  return { indices, distances };
}
