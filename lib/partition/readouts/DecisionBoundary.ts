import type { Point } from "../../spline/planar";
import type { Complex } from "../Complex";
import { classPieces } from "./classPieces";
import { SliceMetric } from "./SliceMetric";
import { sliceMaps } from "./sliceMaps";

/** A straight part of the boundary between two classes. */
export interface BoundarySegment {
  readonly from: Point;
  readonly to: Point;
  /** The two classes, the lower one first. */
  readonly classes: readonly [number, number];
  /** The cell that it crosses; −1 if it runs along an edge of the complex. */
  readonly cell: number;
}

/** Where the boundary between two classes passes from a cell to the next, and bends. */
export interface BoundaryFold {
  readonly at: Point;
  readonly classes: readonly [number, number];
  /** The edge that it crosses there. */
  readonly edge: number;
  /** Angle by which it turns, in radians of the input space, from 0 to π. */
  readonly angle: number;
}

/**
 * The exact decision boundary on a complex: straight segments, one for each cell and pair of
 * classes that meet in it, in flat arrays of S segments.
 *
 * @example
 * const boundary = partition(net, { domain }).decisionBoundary();
 * boundary instanceof DecisionBoundary; // true
 * const curvature = boundary.folds().reduce((sum, { angle }) => sum + angle, 0); // of all of it
 */
export class DecisionBoundary {
  constructor(
    private readonly complex: Complex,
    /** Both ends of every segment, x and y [S × 4]. */
    readonly points: Float64Array,
    /** The two classes of every segment, the lower one first [S × 2]. */
    readonly pairs: Int32Array,
    /** The cell that each segment crosses [S]; −1 along an edge. */
    readonly cells: Int32Array,
    /** The edges of the complex on which both ends lie [S × 2]; −1 where three classes meet. */
    readonly edges: Int32Array,
  ) {}

  /** S, the number of segments. */
  get count(): number {
    return this.cells.length;
  }

  /** Segment s; throws RangeError unless 0 ≤ s < count. */
  segment(s: number): BoundarySegment {
    if (!(Number.isInteger(s) && s >= 0 && s < this.count)) {
      throw new RangeError(`segment ${s} of ${this.count}`);
    }
    const [x1, y1, x2, y2] = this.points.subarray(4 * s, 4 * s + 4) as unknown as number[];
    return {
      from: [x1!, y1!],
      to: [x2!, y2!],
      classes: [this.pairs[2 * s]!, this.pairs[2 * s + 1]!],
      cell: this.cells[s]!,
    };
  }

  /** Length in the input space: between two classes, or of all of the boundary. */
  length(classes?: readonly [number, number]): number {
    const metric = new SliceMetric(this.complex.slice);
    let sum = 0;
    for (let s = 0; s < this.count; s++) {
      const [c, d] = [this.pairs[2 * s]!, this.pairs[2 * s + 1]!];
      if (classes !== undefined && (c !== Math.min(...classes) || d !== Math.max(...classes))) {
        continue;
      }
      const at = 4 * s;
      sum += metric.length(
        this.points[at + 2]! - this.points[at]!,
        this.points[at + 3]! - this.points[at + 1]!,
      );
    }
    return sum;
  }

  /**
   * The folds: where two segments of one pair of classes meet on an edge.
   *
   * With v = A_c − A_d in the two cells, cos θ = ⟨v, v'⟩ / (‖v‖ ‖v'‖) (Balestriero et al. 2019).
   */
  folds(): BoundaryFold[] {
    const { outputs, A } = sliceMaps(this.complex);
    const metric = new SliceMetric(this.complex.slice);
    const normal = (s: number): readonly [number, number] => {
      const [c, d] = [this.pairs[2 * s]!, this.pairs[2 * s + 1]!];
      const first = outputs * this.cells[s]!;
      const [p, q] = outputs === 1 ? [first, undefined] : [first + c, first + d];
      const along = (axis: number) => A[2 * p + axis]! - (q === undefined ? 0 : A[2 * q + axis]!);
      return metric.gradient(along(0), along(1));
    };
    const waiting = new Map<string, number>();
    const folds: BoundaryFold[] = [];
    for (let end = 0; end < 2 * this.count; end++) {
      const s = end >> 1;
      const edge = this.edges[end]!;
      if (edge < 0 || this.cells[s]! < 0) continue;
      const classes = [this.pairs[2 * s]!, this.pairs[2 * s + 1]!] as const;
      const key = `${edge},${classes}`;
      const other = waiting.get(key);
      if (other === undefined) waiting.set(key, s);
      if (other === undefined || this.cells[other] === this.cells[s]) continue;
      const [[ax, ay], [bx, by]] = [normal(other), normal(s)];
      const angle = Math.atan2(Math.abs(ax * by - ay * bx), ax * bx + ay * by);
      folds.push({ at: [this.points[2 * end]!, this.points[2 * end + 1]!], classes, edge, angle });
    }
    return folds;
  }
}

/**
 * The exact decision boundary of a network on the complex of a slice.
 *
 * Inside a cell the class scores are affine, so that the part of the cell in which a class wins is a
 * convex polygon; its sides within the cell are the boundary. Where a boundary runs along an edge of
 * the complex it is found there. A network with one output decides by its sign. Ends of segments in
 * neighbouring cells are equal to the last bit, unless scores tie within 1e-12 of their size.
 *
 * @example
 * const boundary = decisionBoundary(partition(net, { domain }));
 * boundary.count; // straight segments; boundary.length() adds them up
 */
export function decisionBoundary(complex: Complex): DecisionBoundary {
  const [points, pairs, cells, edges]: [number[], number[], number[], number[]] = [[], [], [], []];
  const { edgeVertices, edgeCells, vertices } = complex.arrays;
  // Of the cell on the left of an edge, and of the one on its right.
  const winners = new Int32Array(2 * complex.edgeCount).fill(-1);
  const SEVERAL = -2;
  const parts = new Map<number, EdgePart[]>();
  for (const { cell, class: c, corners, sides } of classPieces(complex)) {
    const n = sides.length;
    const isWhole = sides.every((side) => side >= 0);
    for (let k = 0; k < n; k++) {
      const side = sides[k]!;
      const next = (k + 1) % n;
      if (side >= 0) {
        const half = 2 * side + (edgeCells[2 * side] === cell ? 0 : 1);
        winners[half] = winners[half] === -1 || winners[half] === c ? c : SEVERAL;
        if (isWhole) continue;
        const [from, to] = half % 2 === 0 ? [k, next] : [next, k];
        const part = [from, to].flatMap((at) => [corners[2 * at]!, corners[2 * at + 1]!]);
        parts.set(half, [...(parts.get(half) ?? []), { class: c, ends: part }]);
        continue;
      }
      const other = ~side;
      if (other < c) continue; // the other class has it too
      points.push(corners[2 * k]!, corners[2 * k + 1]!, corners[2 * next]!, corners[2 * next + 1]!);
      pairs.push(c, other);
      cells.push(cell);
      edges.push(Math.max(-1, sides[(k + n - 1) % n]!), Math.max(-1, sides[next]!));
    }
  }
  const along = (e: number, left: number, right: number, ends: readonly number[]) => {
    if (left === right) return;
    points.push(...ends);
    pairs.push(Math.min(left, right), Math.max(left, right));
    cells.push(-1);
    edges.push(e, e);
  };
  for (let e = 0; e < complex.edgeCount; e++) {
    const [left, right] = [winners[2 * e]!, winners[2 * e + 1]!];
    const [p, q] = [2 * edgeVertices[2 * e]!, 2 * edgeVertices[2 * e + 1]!];
    const whole = [vertices[p]!, vertices[p + 1]!, vertices[q]!, vertices[q + 1]!];
    if (left >= 0 && right >= 0) along(e, left, right, whole);
    if (left !== SEVERAL || right !== SEVERAL) continue;
    // Scores are continuous: the winner changes in the same points on both sides.
    const [ours, theirs] = [2 * e, 2 * e + 1].map((half) => inOrder(parts.get(half)!, whole));
    ours!.forEach((part, i) => {
      const other = theirs![i];
      if (other !== undefined) along(e, part.class, other.class, part.ends);
    });
  }
  return new DecisionBoundary(
    complex,
    Float64Array.from(points),
    Int32Array.from(pairs),
    Int32Array.from(cells),
    Int32Array.from(edges),
  );
}

/** The part of an edge on one side of which a class wins, in the direction of the edge. */
interface EdgePart {
  readonly class: number;
  /** x and y of both ends. */
  readonly ends: readonly number[];
}

/** The parts of an edge from its first vertex to its last. */
function inOrder(parts: readonly EdgePart[], [x1, y1, x2, y2]: readonly number[]): EdgePart[] {
  const position = ({ ends: [x, y] }: EdgePart) =>
    (x! - x1!) * (x2! - x1!) + (y! - y1!) * (y2! - y1!);
  return [...parts].sort((a, b) => position(a) - position(b));
}
