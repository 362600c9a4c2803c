import type { Point } from "../../spline/planar";
import type { HalfEdges } from "../HalfEdges";
import { add, type Dyadic, dyadic, negative, quotient, signOf, times } from "./Dyadic";
import { type ExactMaps, type Line, minus } from "./ExactMaps";

/** A point in homogeneous coordinates: (X / W, Y / W), W > 0. */
type ExactPoint = readonly [Dyadic, Dyadic, Dyadic];

/**
 * Lines of edges and positions of vertices without rounding: which side of a line a vertex lies on
 * is the sign of a polynomial in the weights, and rational arithmetic finds it.
 */
export class ExactGeometry {
  /** Signs that were found in this way. */
  settled = 0;
  private readonly lines: Line[] = [];
  private readonly points: ExactPoint[] = [];
  /** The function at hand: of stage s, one scalar less another one or a number. */
  private s = 0;
  private scalar = 0;
  private other = -1;
  private knot = 0;
  private line: Line | undefined;

  /** `corners` of the domain in the slice's coordinates, `centre` where refinement has its origin. */
  constructor(
    private readonly maps: ExactMaps,
    corners: readonly Point[],
    centre: Point,
  ) {
    const one = dyadic(1);
    for (const corner of corners) {
      const [x, y] = [0, 1].map((i) => add(dyadic(corner[i]!), dyadic(-centre[i]!))) as [
        Dyadic,
        Dyadic,
      ];
      this.points.push([x, y, one]);
    }
    this.points.forEach((p, i) => {
      this.lines.push(cross(p, this.points[(i + 1) % corners.length]!));
    });
  }

  /** Turns to the function: scalar less `other` (if it is not −1), less a number. */
  aim(s: number, scalar: number, other: number, knot: number): void {
    this.s = s;
    this.scalar = scalar;
    this.other = other;
    this.knot = knot;
    this.line = undefined;
  }

  private aimed(): Line {
    if (this.line === undefined) {
      const first = this.maps.scalar(this.s, this.scalar);
      const second = this.other < 0 ? this.knot : this.maps.scalar(this.s, this.other);
      this.line = minus(first, second);
    }
    return this.line;
  }

  /** The sign of the function at hand at a vertex. */
  sign(vertex: number): -1 | 0 | 1 {
    this.settled++;
    const [x, y, w] = this.points[vertex]!;
    const [s, t, c] = this.aimed();
    return signOf(add(add(times(s, x), times(t, y)), times(c, w)));
  }

  /** An edge got a vertex, where the line at hand crosses it: finds the vertex' place. */
  crossed(faces: HalfEdges, edge: number, added: number, vertex: number): void {
    const line = this.lines[edge]!;
    this.lines[added] = line;
    const [x, y, w] = cross(line, this.aimed());
    const sign = signOf(w);
    if (sign === 0) throw new Error("a line crosses an edge that it is parallel to");
    const point: ExactPoint = sign > 0 ? [x, y, w] : [negative(x), negative(y), negative(w)];
    this.points[vertex] = point;
    faces.points[2 * vertex] = quotient(point[0], point[2]);
    faces.points[2 * vertex + 1] = quotient(point[1], point[2]);
  }

  /** The line at hand made an edge. */
  drew(edge: number): void {
    this.lines[edge] = this.aimed();
  }

  /** Codes of stage s have changed. */
  forget(s: number): void {
    this.maps.forget(s);
  }
}

/** The point on two lines, or the line through two points. */
function cross(a: Line | ExactPoint, b: Line | ExactPoint): ExactPoint {
  const minor = (i: number, j: number) => add(times(a[i]!, b[j]!), negative(times(a[j]!, b[i]!)));
  return [minor(1, 2), minor(2, 0), minor(0, 1)];
}
