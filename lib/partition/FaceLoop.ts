import type { Doubts } from "./Doubts";
import type { ExactGeometry } from "./exact/ExactGeometry";
import { grown, type HalfEdges } from "./HalfEdges";

/**
 * One face at a time: its corners, the values of an affine function there, and on which side of the
 * function's line the face lies.
 */
export class FaceLoop {
  /** Half-edges of the face, and the coordinates where they start: the first `corners` of each. */
  halfEdges = new Int32Array(1 << 6);
  xs = new Float64Array(1 << 6);
  ys = new Float64Array(1 << 6);
  /** Values of the last function at the corners; 0 if within the tolerance. */
  values = new Float64Array(1 << 6);
  corners = 0;
  /** Where that function is largest and smallest. */
  highest = 0;
  lowest = 0;
  /** A circle around the face: centre and radius squared, a bit more than needed. */
  cx = 0;
  cy = 0;
  r2 = 0;
  /** Units of an earlier stage, and their tests each, whose lines the function's line may run along; stage −1 for none. */
  knownStage = -1;
  knownTests = 1;
  knownUnit = -1;
  otherUnit = -1;

  /** Takes note of what float64 can't tell. */
  doubts: Doubts | undefined;

  constructor(
    private readonly faces: HalfEdges,
    /** The largest |s|, |t| in the domain. */
    private readonly extent: number,
    /** Settles the signs that float64 can't tell; it has been aimed at the function at hand. */
    readonly exact: ExactGeometry | undefined,
  ) {}

  /** Reads the corners of a face. */
  load(face: number): void {
    const { next, origin, points, faceEdge } = this.faces;
    const first = faceEdge[face]!;
    let n = 0;
    let h = first;
    do {
      if (n === this.halfEdges.length) this.grow();
      const v = origin[h]!;
      this.halfEdges[n] = h;
      this.xs[n] = points[2 * v]!;
      this.ys[n++] = points[2 * v + 1]!;
      h = next[h]!;
    } while (h !== first);
    this.corners = n;
  }

  private grow(): void {
    if (this.halfEdges.length > this.faces.halfEdgeCount) {
      throw new Error("the boundary of a face doesn't close: a bug in the refinement");
    }
    this.halfEdges = grown(this.halfEdges);
    this.values = grown(this.values);
    this.xs = grown(this.xs);
    this.ys = grown(this.ys);
  }

  /** Puts a circle around the loaded face. */
  encircle(): void {
    const { xs, ys, corners } = this;
    let [xmin, xmax, ymin, ymax] = [xs[0]!, xs[0]!, ys[0]!, ys[0]!];
    for (let i = 1; i < corners; i++) {
      const x = xs[i]!;
      const y = ys[i]!;
      if (x < xmin) xmin = x;
      else if (x > xmax) xmax = x;
      if (y < ymin) ymin = y;
      else if (y > ymax) ymax = y;
    }
    const cx = (xmin + xmax) / 2;
    const cy = (ymin + ymax) / 2;
    let r2 = 0;
    for (let i = 0; i < corners; i++) {
      const x = xs[i]! - cx;
      const y = ys[i]! - cy;
      const d2 = x * x + y * y;
      if (d2 > r2) r2 = d2;
    }
    this.cx = cx;
    this.cy = cy;
    this.r2 = r2 * (1 + 1e-12);
  }

  /**
   * On which side of the line ps x + pt y + p0 = 0 the face lies: 0 if on both, −1 if the function
   * vanishes on all of it. Values within the tolerance are set to 0; where that may be wrong, a
   * doubt is noted: line and vertex belong to a test of stage s.
   */
  side(ps: number, pt: number, p0: number, tolerance: number, s: number, test: number): -1 | 0 | 1 {
    const { xs, ys, values, corners } = this;
    let least = 0;
    let most = 0;
    let lowest = 0;
    let highest = 0;
    let zeros = 0;
    for (let i = 0; i < corners; i++) {
      let v = ps * xs[i]! + pt * ys[i]! + p0;
      if (v <= tolerance && v >= -tolerance) {
        v = this.exact === undefined ? 0 : this.settle(i, v);
        if (v === 0) zeros++;
      }
      if (v > most) {
        most = v;
        highest = i;
      } else if (v < least) {
        least = v;
        lowest = i;
      }
      values[i] = v;
    }
    this.highest = highest;
    this.lowest = lowest;
    if (zeros > 0 && this.exact === undefined) this.doubt(ps, pt, p0, tolerance, s, test);
    if (most > 0) return least < 0 ? 0 : 1;
    return -1;
  }

  /** A value whose sign is right, of a size as good as known. */
  private settle(i: number, value: number): number {
    const sign = this.exact!.sign(this.faces.origin[this.halfEdges[i]!]!);
    return sign * Math.max(Math.abs(value), Number.MIN_VALUE);
  }

  /** Notes the corners at which the function vanishes, apart from those where it is known to. */
  private doubt(
    ps: number,
    pt: number,
    p0: number,
    tolerance: number,
    s: number,
    test: number,
  ): void {
    const { doubts } = this;
    if (doubts === undefined || (ps === 0 && pt === 0 && p0 === 0)) return;
    if ((Math.abs(ps) + Math.abs(pt)) * this.extent + Math.abs(p0) <= tolerance) {
      doubts.note(-1, s, test);
      return;
    }
    const { halfEdges, values, corners, faces } = this;
    for (let i = 0; i < corners; i++) {
      if (values[i] !== 0) continue;
      const v = faces.origin[halfEdges[i]!]!;
      if (faces.vertexLayer[v] === s && faces.vertexTest[v] === test) continue;
      if (this.runsAlong(halfEdges[i]! >> 1, s, test)) continue;
      if (this.runsAlong(halfEdges[i === 0 ? corners - 1 : i - 1]! >> 1, s, test)) continue;
      doubts.note(v, s, test);
    }
  }

  /** Is the line of the test the line that made an edge? */
  private runsAlong(edge: number, s: number, test: number): boolean {
    const layer = this.faces.edgeLayer[edge]!;
    const maker = this.faces.edgeTest[edge]!;
    if (layer === s && maker === test) return true;
    if (layer < 0 || layer !== this.knownStage) return false;
    const unit = Math.floor(maker / this.knownTests);
    return unit === this.knownUnit || unit === this.otherUnit;
  }

  /**
   * The half-edge that ends where the values cross 0 on the way from corner `from` to corner `to`,
   * counterclockwise; a vertex is made there if there is none. Along a convex polygon they cross
   * once; of what rounding may show instead, the first crossing counts.
   */
  crossing(from: number, to: number, s: number, test: number): number {
    const { halfEdges, values, xs, ys, corners } = this;
    const sign = values[from]! > 0 ? 1 : -1;
    let i = from;
    while (i !== to) {
      const j = i + 1 === corners ? 0 : i + 1;
      const v = values[j]! * sign;
      if (v > 0) {
        i = j;
        continue;
      }
      if (v === 0) return halfEdges[i]!;
      const share = values[i]! / (values[i]! - values[j]!);
      const x = xs[i]! + share * (xs[j]! - xs[i]!);
      const y = ys[i]! + share * (ys[j]! - ys[i]!);
      // A half-edge of the loop still ends at the same corner if it has got a vertex meanwhile.
      const before = halfEdges[i === 0 ? corners - 1 : i - 1]!;
      const added = this.faces.splitEdge(halfEdges[i]!, before, x, y, s, test);
      this.exact?.crossed(this.faces, halfEdges[i]! >> 1, added >> 1, this.faces.vertexCount - 1);
      return added;
    }
    throw new Error("a face that a line crosses has no crossing: a bug in the refinement");
  }
}
