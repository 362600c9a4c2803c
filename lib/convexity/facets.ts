import { codeChanges, type SplineNetwork } from "../network";
import type { Complex, Edge, Point } from "../partition";
import { euclideanNorm } from "../spline/magnitude";

/** A facet between two cells: where the affine map of a network changes on a line or in a plane. */
export interface Facet {
  /** A point in the middle of the facet, in the input space [D]. */
  readonly point: Float64Array;
  /**
   * Unit vector across the facet, from the first cell to the second [D]: its normal, in a slice
   * whose directions are orthonormal.
   */
  readonly normal: Float64Array;
  /** Slopes of all outputs along that vector, on the first cell and on the second [C]. */
  readonly before: Float64Array;
  readonly after: Float64Array;
  /** How far from the point along that vector both cells reach. */
  readonly reach: number;
}

/** The facets of a network of one input on an interval: its kinks, and changes of code without one. */
export function intervalFacets(net: SplineNetwork, low: number, high: number): Facet[] {
  const crossings = Array.from(codeChanges(net, [low], [high]), (t) => (1 - t) * low + t * high);
  const ends = [low, ...crossings, high];
  const slopes = ends.slice(1).map((end, i) => net.affineMap([(ends[i]! + end) / 2]).A);
  return crossings.map((x, i) => ({
    point: Float64Array.of(x),
    normal: Float64Array.of(1),
    before: slopes[i]!,
    after: slopes[i + 1]!,
    reach: Math.min(x - ends[i]!, ends[i + 2]! - x),
  }));
}

/** The facets of a complex: its interior edges, with the slopes on both sides. */
export function* complexFacets(complex: Complex): Generator<Facet, void> {
  const { slice, cellCount, network } = complex;
  const C = network.outputSize;
  const slopes = new Float64Array(cellCount * 2 * C);
  for (let i = 0; i < cellCount; i++) slopes.set(complex.sliceMap(i).A, 2 * C * i);
  const along = (cell: number, [dx, dy]: Point, scale: number) =>
    Float64Array.from({ length: C }, (_, c) => {
      const at = 2 * (C * cell + c);
      return (slopes[at]! * dx + slopes[at + 1]! * dy) / scale;
    });
  for (const edge of complex.interiorEdges()) {
    const { middle, across } = crossing(edge);
    const vector = slice.e1.map((e, i) => across[0] * e + across[1] * slice.e2[i]!);
    const length = euclideanNorm(vector);
    const reach = Math.min(
      room(complex.polygon(edge.left), middle, [-across[0], -across[1]]),
      room(complex.polygon(edge.right), middle, across),
    );
    yield {
      point: complex.toInput(...middle),
      normal: vector.map((v) => v / length),
      before: along(edge.left, across, length),
      after: along(edge.right, across, length),
      reach: reach * length,
    };
  }
}

/** The middle of an edge, and the unit vector across it from left to right. */
function crossing({ from, to }: Edge): { middle: Point; across: Point } {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  return {
    middle: [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2],
    across: [dy / length, -dx / length],
  };
}

/** How far a ray from a point on the boundary of a convex polygon, inwards, stays inside. */
function room(polygon: readonly Point[], [px, py]: Point, [dx, dy]: Point): number {
  let farthest = Number.POSITIVE_INFINITY;
  polygon.forEach(([qx, qy], i) => {
    const [rx, ry] = polygon[(i + 1) % polygon.length]!;
    const approach = (ry - qy) * dx - (rx - qx) * dy; // > 0 towards the line through q and r
    const distance = (rx - qx) * (py - qy) - (ry - qy) * (px - qx);
    if (approach > 0) farthest = Math.min(farthest, Math.max(0, distance) / approach);
  });
  return farthest;
}
