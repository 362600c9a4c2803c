import type { Point } from "../planar";

/**
 * What is left of a convex polygon after cuts along lines. Each edge remembers which cut made it.
 * Its memory is used again for the next polygon: cutting allocates nothing.
 */
export class ClippedPolygon {
  /** Whether nothing with an area is left. */
  empty = false;
  private length = 0;
  // Corners, and the label of the edge that leaves each: −1 for the edges it began with.
  private x: Float64Array;
  private y: Float64Array;
  private label: Int32Array;
  private nextX: Float64Array;
  private nextY: Float64Array;
  private nextLabel: Int32Array;
  private lead: Float64Array;
  // A circle around all corners.
  private middleX = 0;
  private middleY = 0;
  private reach = 0;

  /** From the corners [n × 2] of a convex polygon, counter-clockwise. */
  constructor(private readonly corners: Float64Array) {
    const room = 64 + corners.length;
    this.x = new Float64Array(room);
    this.y = new Float64Array(room);
    this.label = new Int32Array(room);
    this.nextX = new Float64Array(room);
    this.nextY = new Float64Array(room);
    this.nextLabel = new Int32Array(room);
    this.lead = new Float64Array(room);
    this.restart();
  }

  /** Back to the polygon it began with. */
  restart(): void {
    const { corners } = this;
    this.length = corners.length / 2;
    for (let i = 0; i < this.length; i++) {
      this.x[i] = corners[2 * i]!;
      this.y[i] = corners[2 * i + 1]!;
      this.label[i] = -1;
    }
    this.empty = false;
    this.enclose();
  }

  /**
   * Keeps the points p with nx (p.x − x) + ny (p.y − y) + c ≥ 0; the new edge is labelled. The
   * foot (x, y) may be any point: one near the line keeps the sign accurate far from the origin.
   */
  cut(nx: number, ny: number, x: number, y: number, c: number, label: number): void {
    if (this.empty) return;
    const middle = nx * (this.middleX - x) + ny * (this.middleY - y) + c;
    if (middle >= 0 && middle * middle >= (nx * nx + ny * ny) * this.reach) return;
    const { length, lead } = this;
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = 0; i < length; i++) {
      const value = nx * (this.x[i]! - x) + ny * (this.y[i]! - y) + c;
      lead[i] = value;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    if (least >= 0) return;
    if (most <= 0) this.empty = true;
    else this.split(label);
  }

  /** Its area, 0 if empty. */
  area(): number {
    if (this.empty) return 0;
    const [x0, y0] = [this.x[0]!, this.y[0]!];
    let twice = 0;
    for (let i = 1; i + 1 < this.length; i++) {
      twice +=
        (this.x[i]! - x0) * (this.y[i + 1]! - y0) - (this.y[i]! - y0) * (this.x[i + 1]! - x0);
    }
    return twice / 2;
  }

  /** Corners and labels of edges, without edges of at most the given length; none if empty. */
  outline(shortest: number): { polygon: Point[]; across: number[] } {
    const polygon: Point[] = [];
    const across: number[] = [];
    for (let i = 0; i < this.length && !this.empty; i++) {
      const next = i + 1 === this.length ? 0 : i + 1;
      const away = Math.hypot(this.x[next]! - this.x[i]!, this.y[next]! - this.y[i]!);
      if (away <= shortest) continue;
      polygon.push([this.x[i]!, this.y[i]!]);
      across.push(this.label[i]!);
    }
    return polygon.length < 3 ? { polygon: [], across: [] } : { polygon, across };
  }

  private split(label: number): void {
    const { length, lead } = this;
    if (length + 2 > this.x.length) this.grow();
    const { x, y, nextX, nextY, nextLabel } = this;
    let kept = 0;
    for (let i = 0; i < length; i++) {
      const next = i + 1 === length ? 0 : i + 1;
      const a = lead[i]!;
      const b = lead[next]!;
      const edge = this.label[i]!;
      const leaving = a >= 0 && b < 0;
      if (a >= 0) {
        nextX[kept] = x[i]!;
        nextY[kept] = y[i]!;
        // A corner on the line that is left behind is where the new edge begins.
        nextLabel[kept++] = leaving && a === 0 ? label : edge;
      }
      if ((a > 0 && b < 0) || (a < 0 && b > 0)) {
        const t = a / (a - b);
        nextX[kept] = x[i]! + t * (x[next]! - x[i]!);
        nextY[kept] = y[i]! + t * (y[next]! - y[i]!);
        nextLabel[kept++] = leaving ? label : edge;
      }
    }
    [this.x, this.nextX] = [this.nextX, this.x];
    [this.y, this.nextY] = [this.nextY, this.y];
    [this.label, this.nextLabel] = [this.nextLabel, this.label];
    this.length = kept;
    this.enclose();
  }

  private enclose(): void {
    let [x, y] = [0, 0];
    for (let i = 0; i < this.length; i++) {
      x += this.x[i]!;
      y += this.y[i]!;
    }
    this.middleX = x / this.length;
    this.middleY = y / this.length;
    let reach = 0;
    for (let i = 0; i < this.length; i++) {
      const [dx, dy] = [this.x[i]! - this.middleX, this.y[i]! - this.middleY];
      reach = Math.max(reach, dx * dx + dy * dy);
    }
    this.reach = reach;
  }

  private grow(): void {
    const room = 2 * this.x.length;
    for (const name of ["x", "y", "nextX", "nextY", "lead"] as const) {
      const wider = new Float64Array(room);
      wider.set(this[name]);
      this[name] = wider;
    }
    for (const name of ["label", "nextLabel"] as const) {
      const wider = new Int32Array(room);
      wider.set(this[name]);
      this[name] = wider;
    }
  }
}
