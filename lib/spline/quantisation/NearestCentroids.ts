/** Points and the centroid that each is nearest to: the state of Lloyd's iteration. */
export class NearestCentroids {
  /** The cell of each point [N]. */
  readonly codes: Uint32Array;
  /** Squared distance of each point to the centroid of its cell [N]. */
  readonly distances: Float64Array;
  private readonly counts: Uint32Array;
  private readonly halfSquares: Float64Array;
  // What counts as no distance, squared: rounding of a mean of equal points.
  private readonly nothing: number;

  constructor(
    private readonly points: Float64Array,
    private readonly dimension: number,
    private readonly cells: number,
  ) {
    const count = points.length / dimension;
    this.codes = new Uint32Array(count);
    this.distances = new Float64Array(count);
    this.counts = new Uint32Array(cells);
    this.halfSquares = new Float64Array(cells);
    const half = halfSquares(points, dimension, new Float64Array(count));
    this.nothing = 2e-24 * half.reduce((a, b) => Math.max(a, b));
  }

  /**
   * Gives each point to the largest piece ⟨a_r, x⟩ − ½‖a_r‖², which is the nearest centroid; tells
   * how many points moved, all of them if they had no cell before.
   */
  assign(centroids: Float64Array, first: boolean): number {
    const { points, dimension: D, cells, codes, distances } = this;
    const half = halfSquares(centroids, D, this.halfSquares);
    let moved = 0;
    for (let n = 0, p = 0; n < codes.length; n++, p += D) {
      let best = Number.NEGATIVE_INFINITY;
      let code = 0;
      let r = 0;
      // Four centroids at a time: each coordinate of the point is read once for all of them.
      for (; r + 4 <= cells; r += 4) {
        const a = r * D;
        let v0 = -half[r]!;
        let v1 = -half[r + 1]!;
        let v2 = -half[r + 2]!;
        let v3 = -half[r + 3]!;
        for (let i = 0; i < D; i++) {
          const x = points[p + i]!;
          v0 += x * centroids[a + i]!;
          v1 += x * centroids[a + D + i]!;
          v2 += x * centroids[a + 2 * D + i]!;
          v3 += x * centroids[a + 3 * D + i]!;
        }
        if (v0 > best) {
          best = v0;
          code = r;
        }
        if (v1 > best) {
          best = v1;
          code = r + 1;
        }
        if (v2 > best) {
          best = v2;
          code = r + 2;
        }
        if (v3 > best) {
          best = v3;
          code = r + 3;
        }
      }
      for (; r < cells; r++) {
        let value = -half[r]!;
        for (let i = 0, a = r * D; i < D; i++) value += points[p + i]! * centroids[a + i]!;
        if (value > best) {
          best = value;
          code = r;
        }
      }
      if (first || codes[n] !== code) moved++;
      codes[n] = code;
      let square = 0;
      for (let i = 0, a = code * D; i < D; i++) square += (points[p + i]! - centroids[a + i]!) ** 2;
      distances[n] = square;
    }
    return moved;
  }

  /** Gives each empty cell the point that is farthest from its centroid, if any is away from it. */
  fillEmpty(): void {
    const { codes, distances, counts, cells } = this;
    counts.fill(0);
    for (let n = 0; n < codes.length; n++) counts[codes[n]!]!++;
    for (let r = 0; r < cells; r++) {
      if (counts[r]! > 0) continue;
      let [farthest, at] = [this.nothing, -1];
      for (let n = 0; n < codes.length; n++) {
        if (distances[n]! > farthest && counts[codes[n]!]! > 1) {
          farthest = distances[n]!;
          at = n;
        }
      }
      if (at < 0) return; // every point lies on its centroid: there is nothing to better
      counts[codes[at]!]!--;
      counts[r] = 1;
      codes[at] = r;
      distances[at] = 0;
    }
  }

  /** Moves each centroid to the mean of its points; one without points stays. */
  average(centroids: Float64Array): void {
    const { points, dimension: D, codes, counts, cells } = this;
    for (let r = 0; r < cells; r++) {
      if (counts[r]! > 0) centroids.fill(0, r * D, (r + 1) * D);
    }
    for (let n = 0, p = 0; n < codes.length; n++) {
      for (let i = 0, a = codes[n]! * D; i < D; i++, a++, p++) centroids[a]! += points[p]!;
    }
    for (let r = 0; r < cells; r++) {
      if (counts[r] === 0) continue;
      for (let i = 0; i < D; i++) centroids[r * D + i]! /= counts[r]!;
    }
  }
}

function halfSquares(rows: Float64Array, dimension: number, into: Float64Array): Float64Array {
  for (let r = 0, p = 0; r < into.length; r++) {
    let square = 0;
    for (let i = 0; i < dimension; i++, p++) square += rows[p]! * rows[p]!;
    into[r] = square / 2;
  }
  return into;
}
