import type { Neighbours } from "./nearestNeighbours";

/**
 * k-NN classification: for each query the most frequent label among its nearest k neighbours; of
 * equally frequent ones that of the nearest neighbour.
 *
 * The labels themselves come back, whatever numbers they are: `labels[n]` is the class of code n of the searched book; k may be less than what was searched
 * for. Throws RangeError otherwise.
 *
 * @example
 * const found = { k: 3, indices: Int32Array.of(4, 0, 1), distances: Float64Array.of(0, 0.1, 0.2) };
 * vote(found, [7, 7, 0, 0, 3])[0]; // 7
 * vote(found, [7, 7, 0, 0, 3], 1)[0]; // 3
 */
export function vote(
  { k: searched, indices }: Neighbours,
  labels: ArrayLike<number>,
  k: number = searched,
): Float64Array {
  if (!(Number.isInteger(k) && k >= 1 && k <= searched)) {
    throw new RangeError(`a vote of ${k} neighbours, expected 1 to ${searched}`);
  }
  return Float64Array.from({ length: indices.length / searched }, (_, q) => {
    const counts = new Map<number, number>(); // keeps the order in which classes came up
    for (let i = 0; i < k; i++) {
      const label = labelOf(labels, indices[q * searched + i]!);
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    let [winner, most] = [0, 0];
    for (const [label, count] of counts) if (count > most) [winner, most] = [label, count];
    return winner;
  });
}

/** How often neighbours have the class of the query. */
export interface SameClass {
  /** Mean over queries of the share of neighbours that have the query's class. */
  readonly mean: number;
  /**
   * Its 95 % confidence interval: ± 1.96 standard errors over queries. One query tells nothing of
   * their spread: the interval is [0, 1] then.
   */
  readonly low: number;
  readonly high: number;
  /** The share of each query. */
  readonly shares: Float64Array;
}

/**
 * The share of neighbours that have the class of their query.
 *
 * The neighbours of one query aren't independent, queries are: the interval is taken over queries,
 * of which there should be fifty or more. Throws RangeError unless every query has a label, and
 * without queries.
 *
 * @example
 * const found = { k: 2, indices: Int32Array.of(0, 1, 2, 3), distances: new Float64Array(4) };
 * sameClass(found, [5, 5, 5, 6], [5, 6]).mean; // 0.75
 */
export function sameClass(
  { k, indices }: Neighbours,
  labels: ArrayLike<number>,
  queryLabels: ArrayLike<number>,
): SameClass {
  const count = indices.length / k;
  if (queryLabels.length !== count) {
    throw new RangeError(`${queryLabels.length} labels for ${count} queries`);
  }
  if (count === 0) throw new RangeError("no queries: there is no share of neighbours to average");
  const shares = new Float64Array(count);
  indices.forEach((n, i) => {
    const q = Math.floor(i / k);
    if (labelOf(labels, n) === queryLabels[q]) shares[q]! += 1 / k;
  });
  const mean = shares.reduce((sum, s) => sum + s, 0) / count;
  if (count === 1) return { mean, low: 0, high: 1, shares };
  const variance = shares.reduce((sum, s) => sum + (s - mean) ** 2, 0) / (count - 1);
  const half = 1.96 * Math.sqrt(variance / count);
  return { mean, low: mean - half, high: mean + half, shares };
}

function labelOf(labels: ArrayLike<number>, n: number): number {
  const label = labels[n];
  if (label === undefined) {
    throw new RangeError(`a neighbour is code ${n}, but there are ${labels.length} labels`);
  }
  return label;
}
