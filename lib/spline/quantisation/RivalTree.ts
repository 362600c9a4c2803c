import type { Point } from "../planar";
import type { PowerDiagram } from "./PowerDiagram";

/** A box is divided no further when so few may have a cell in it. */
const FEW = 8;

/**
 * Which circles may have a cell in which part of a box: a quadtree. A circle is dropped from a part
 * if the one of least power in its middle has less power than it everywhere in the part.
 *
 * So wherever x lies in the cell of r, a list of x's part contains r and all that tie with it there:
 * those with r in a common list are all that can bound the cell of r.
 */
export class RivalTree {
  /** Lists of the parts that aren't divided further. */
  private readonly leaves: Uint32Array[] = [];
  /** The leaves that contain each circle. */
  private readonly places: number[][];
  private readonly root: Part;
  private readonly deepest: number;
  private readonly seen: Uint32Array;

  constructor(
    private readonly diagram: PowerDiagram,
    low: Point,
    high: Point,
  ) {
    const { cells } = diagram;
    this.deepest = 4 + Math.ceil(Math.log2(cells) / 2);
    this.places = Array.from({ length: cells }, () => []);
    this.seen = new Uint32Array(cells).fill(cells);
    const all = Uint32Array.from({ length: cells }, (_, r) => r);
    const half: Point = [(high[0] - low[0]) / 2, (high[1] - low[1]) / 2];
    this.root = this.divide(all, low[0] + half[0], low[1] + half[1], half[0], half[1], 0, 0);
    this.leaves.forEach((list, leaf) => {
      for (const r of list) this.places[r]!.push(leaf);
    });
  }

  /** Whether r may have a cell at all. */
  has(r: number): boolean {
    return this.places[r]!.length > 0;
  }

  /** Calls with each that may bound the cell of r, once. */
  rivals(r: number, take: (rival: number) => void): void {
    const { seen } = this;
    for (const leaf of this.places[r]!) {
      const list = this.leaves[leaf]!;
      for (let i = 0; i < list.length; i++) {
        const j = list[i]!;
        if (seen[j] === r) continue;
        seen[j] = r;
        if (j !== r) take(j);
      }
    }
  }

  /** Whether another one has less power than r at a point of the box. */
  beats(r: number, x: number, y: number): boolean {
    let part = this.root;
    while (part.parts !== undefined) {
      part = part.parts[(x < part.x ? 0 : 1) + (y < part.y ? 0 : 2)]!;
    }
    const list = this.leaves[part.leaf]!;
    return !list.includes(r) || list.some((j) => this.lead(j, r, x, y) > 0);
  }

  // The part with the given middle and half widths; `stale` counts the divisions that didn't help.
  private divide(
    above: Uint32Array,
    x: number,
    y: number,
    wide: number,
    high: number,
    depth: number,
    stale: number,
  ): Part {
    const list = this.kept(above, x, y, wide, high);
    const still = depth > 0 && list.length > 0.9 * above.length ? stale + 1 : 0;
    if (list.length <= FEW || depth === this.deepest || still === 2) {
      return { x, y, leaf: this.leaves.push(list) - 1 };
    }
    const [w, h] = [wide / 2, high / 2];
    const parts = [0, 1, 2, 3].map((k) =>
      this.divide(list, k & 1 ? x + w : x - w, k & 2 ? y + h : y - h, w, h, depth + 1, still),
    );
    return { x, y, leaf: -1, parts };
  }

  private kept(list: Uint32Array, x: number, y: number, wide: number, high: number): Uint32Array {
    const { centroids, radii } = this.diagram;
    let [best, least] = [0, Number.POSITIVE_INFINITY];
    for (let i = 0; i < list.length; i++) {
      const j = list[i]!;
      const power = (x - centroids[2 * j]!) ** 2 + (y - centroids[2 * j + 1]!) ** 2 - radii[j]!;
      if (power < least) {
        least = power;
        best = j;
      }
    }
    // The lead over the best is largest in one of the corners.
    return list.filter((j) => {
      const across = wide * Math.abs(centroids[2 * j]! - centroids[2 * best]!);
      const along = high * Math.abs(centroids[2 * j + 1]! - centroids[2 * best + 1]!);
      return this.lead(j, best, x, y) + across + along >= 0;
    });
  }

  /** Half of how much less the power of j is than that of r. */
  private lead(j: number, r: number, x: number, y: number): number {
    const { centroids, radii } = this.diagram;
    const xj = centroids[2 * j]!;
    const yj = centroids[2 * j + 1]!;
    const xr = centroids[2 * r]!;
    const yr = centroids[2 * r + 1]!;
    return (
      (xj - xr) * (x - (xj + xr) / 2) +
      (yj - yr) * (y - (yj + yr) / 2) +
      (radii[j]! - radii[r]!) / 2
    );
  }
}

/** A box: its middle, and its four parts, or else its leaf. */
interface Part {
  readonly x: number;
  readonly y: number;
  readonly leaf: number;
  readonly parts?: readonly Part[];
}
