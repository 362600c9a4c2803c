import { CodeLog } from "./CodeLog";
import type { FrozenMaps, Stage } from "./FrozenMaps";
import { grown, HalfEdges } from "./HalfEdges";

/**
 * The one tolerance: a unit is taken to vanish at a vertex if |u| ≤ 2⁻⁴³ · (sum of the magnitudes of
 * the terms that u is the sum of), which is a few hundred times what rounding does to that sum.
 */
export const TOLERANCE = 2 ** -43;

/** Refines a polygon cell by cell, layer by layer, depth first, into the cells of a network. */
export class Refinement {
  readonly faces: HalfEdges;
  readonly log: CodeLog;
  /** Faces in the order of their numbers as cells. */
  cells = new Int32Array(1 << 8);
  cellCount = 0;
  readonly cellsPerLayer: number[];
  /** Vertices that lie too close to a unit's line to tell on which side. */
  undecided = 0;

  /** The loop of the face at hand: its half-edges, and the values of a function where they start. */
  private loop = new Int32Array(1 << 6);
  private values = new Float64Array(1 << 6);
  private xs = new Float64Array(1 << 6);
  private ys = new Float64Array(1 << 6);
  private corners = 0;
  /** Stacks that recursion shares: tests that cross a face, leaves, steps of walks. */
  private tests = new Int32Array(1 << 8);
  private testCount = 0;
  private leaves = new Int32Array(1 << 8);
  private leafCount = 0;
  private steps = new Int32Array(1 << 8);
  private stepCount = 0;
  private trail = new Int32Array(1 << 8);
  /** Units that change their piece at the next cell, and to which; −1 for none. */
  private readonly targets: Int32Array[];
  private pending: Int32Array[];
  private readonly pendingCount: Int32Array;
  private visited = new Int32Array(1 << 8);
  private visits = 0;
  private random = 1;
  /** The plane that cuts, and the tolerance at it. */
  private ps = 0;
  private pt = 0;
  private p0 = 0;
  private tolerance = 0;
  /** Where the last function classified is largest and smallest on the loop. */
  private highest = 0;
  private lowest = 0;
  /** Tests beside the one that made an edge whose lines coincide with it. */
  private readonly coincident = new Map<number, number[]>();

  constructor(
    readonly maps: FrozenMaps,
    corners: Float64Array,
    /** The largest |s|, |t| in the polygon. */
    private readonly extent: number,
    private readonly visit: (refinement: Refinement, face: number) => void = () => {},
  ) {
    this.faces = new HalfEdges(corners);
    this.log = new CodeLog(maps);
    this.cellsPerLayer = maps.stages.map(() => 0);
    this.targets = maps.stages.map(({ code }) => new Int32Array(code.length).fill(-1));
    this.pending = maps.stages.map(({ code }) => new Int32Array(code.length));
    this.pendingCount = new Int32Array(maps.stages.length);
  }

  run(): void {
    this.refine(0, 0);
  }

  /** Splits a face, a cell of the layers before stage s, into the cells of all layers. */
  private refine(s: number, face: number): void {
    if (s === this.maps.stages.length) {
      this.emit(face);
      return;
    }
    this.maps.ready(s);
    const stage = this.maps.stages[s]!;
    const lowTest = this.testCount;
    const lowLeaf = this.leafCount;
    const lowStep = this.stepCount;
    this.classifyUnits(s, stage, face);
    if (this.testCount === lowTest) {
      this.settle(s);
      this.cellsPerLayer[s]!++;
      this.refine(s + 1, face);
      return;
    }
    const highTest = this.testCount;
    this.cut(s, stage, face, lowTest, highTest);
    this.cellsPerLayer[s]! += this.leafCount - lowLeaf;
    this.startAt(s, stage, this.leaves[lowLeaf]!, lowTest, highTest);
    this.walk(s, this.leaves[lowLeaf]!);
    this.testCount = lowTest;
    this.leafCount = lowLeaf;
    const highStep = this.stepCount;
    for (let at = lowStep; at < highStep; at++) {
      const step = this.steps[at]!;
      if (step >= 0) this.cross(s, step);
      else {
        this.settle(s);
        this.refine(s + 1, ~step);
      }
    }
    this.stepCount = lowStep;
  }

  private emit(face: number): void {
    if (this.cellCount === this.cells.length) this.cells = grown(this.cells);
    this.cells[this.cellCount++] = face;
    this.log.cell();
    this.visit(this, face);
  }

  /** Reads the loop of a face. */
  private load(face: number): void {
    const { next, origin, points, faceEdge } = this.faces;
    const first = faceEdge[face]!;
    let n = 0;
    let h = first;
    do {
      if (n === this.loop.length) {
        this.loop = grown(this.loop);
        this.values = grown(this.values);
        this.xs = grown(this.xs);
        this.ys = grown(this.ys);
      }
      const v = origin[h]!;
      this.loop[n] = h;
      this.xs[n] = points[2 * v]!;
      this.ys[n++] = points[2 * v + 1]!;
      h = next[h]!;
    } while (h !== first);
    this.corners = n;
  }

  /** Finds the tests that cross a face, pushes them, and sends every other unit to its piece. */
  private classifyUnits(s: number, stage: Stage, face: number): void {
    this.load(face);
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
    r2 *= 1 + 1e-12;
    const knots = stage.nonlinearity.knots!;
    if (knots.length > 1) {
      this.classifyKnots(s, stage, cx, cy, r2);
      return;
    }
    const knot = knots[0]!;
    const { ds, dt, at0, code } = stage;
    const n = code.length;
    for (let k = 0; k < n; k++) {
      const gs = ds[k]!;
      const gt = dt[k]!;
      const u = gs * cx + gt * cy + at0[k]! - knot;
      // The circle around the face lies on one side of the unit's line.
      if (u * u > r2 * (gs * gs + gt * gt)) {
        const piece = u > 0 ? 1 : 0;
        if (code[k] !== piece) this.send(s, k, piece);
        continue;
      }
      this.setPlane(stage, k, 0);
      const side = this.classify(s, k);
      if (side === 0) this.pushTest(k);
      else if (code[k] !== (side > 0 ? 1 : 0)) this.send(s, k, side > 0 ? 1 : 0);
    }
  }

  /** The same for activations of more than two pieces: test k (R − 1) + r is unit k at knot r. */
  private classifyKnots(s: number, stage: Stage, cx: number, cy: number, r2: number): void {
    const { ds, dt, at0, code } = stage;
    const knots = stage.nonlinearity.knots!;
    for (let k = 0; k < code.length; k++) {
      let piece = 0;
      const g2 = ds[k]! * ds[k]! + dt[k]! * dt[k]!;
      for (let r = 0; r < knots.length; r++) {
        const u = ds[k]! * cx + dt[k]! * cy + at0[k]! - knots[r]!;
        let side = u > 0 ? 1 : -1;
        if (!(u * u > r2 * g2)) {
          this.setPlane(stage, k, r);
          side = this.classify(s, k * knots.length + r);
          if (side === 0) this.pushTest(k * knots.length + r);
        }
        if (side > 0) piece = r + 1;
      }
      if (code[k] !== piece) this.send(s, k, piece);
    }
  }

  private setPlane(stage: Stage, k: number, r: number): void {
    const knot = stage.nonlinearity.knots![r]!;
    this.ps = stage.ds[k]!;
    this.pt = stage.dt[k]!;
    this.p0 = stage.at0[k]! - knot;
    this.tolerance = TOLERANCE * (stage.size[k]! + Math.abs(knot));
  }

  /**
   * On which side of the plane the loaded face lies: 0 if on both, −1 if it vanishes on all of it.
   * Values within the tolerance are set to 0.
   */
  private classify(s: number, test: number): -1 | 0 | 1 {
    const { xs, ys, values, corners, ps, pt, p0, tolerance } = this;
    let least = 0;
    let most = 0;
    let lowest = 0;
    let highest = 0;
    let met = 0;
    for (let i = 0; i < corners; i++) {
      let v = ps * xs[i]! + pt * ys[i]! + p0;
      if (v <= tolerance && v >= -tolerance) {
        v = 0;
        if (this.meets(s, test, i)) met++;
      } else if (v > most) {
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
    if (most === 0 && least === 0) {
      // The unit is 0 all over the slice, or the cell is too small to tell.
      if ((Math.abs(ps) + Math.abs(pt)) * this.extent > tolerance) this.undecided++;
      return -1;
    }
    this.undecided += met;
    if (most > 0) return least < 0 ? 0 : 1;
    return -1;
  }

  /** Is it a surprise that a line meets this corner, or has the line made the corner or a side at it? */
  private meets(s: number, test: number, i: number): boolean {
    const { origin, vertexLayer, vertexTest, edgeLayer, edgeTest } = this.faces;
    const h = this.loop[i]!;
    const v = origin[h]!;
    if (vertexLayer[v] === s && vertexTest[v] === test) return false;
    const after = h >> 1;
    if (edgeLayer[after] === s && edgeTest[after] === test) return false;
    const before = this.loop[i === 0 ? this.corners - 1 : i - 1]! >> 1;
    return edgeLayer[before] !== s || edgeTest[before] !== test;
  }

  private pushTest(test: number): void {
    if (this.testCount === this.tests.length) this.tests = grown(this.tests);
    this.tests[this.testCount++] = test;
  }

  /**
   * Cuts a face by the tests low … high − 1, all of which cross it, and pushes its parts as leaves.
   * The test that cuts is drawn at random, so that the tree of cuts is shallow whatever their order.
   */
  private cut(s: number, stage: Stage, face: number, low: number, high: number): void {
    if (low === high) {
      if (this.leafCount === this.leaves.length) this.leaves = grown(this.leaves);
      this.leaves[this.leafCount++] = face;
      return;
    }
    this.random = (Math.imul(this.random, 1664525) + 1013904223) | 0;
    const chosen = low + ((this.random >>> 8) % (high - low));
    const test = this.tests[chosen]!;
    const knots = stage.nonlinearity.knots!.length;
    const k = knots === 1 ? test : Math.floor(test / knots);
    const r = test - k * knots;
    this.load(face);
    this.setPlane(stage, k, r);
    this.classify(s, test);
    const a = this.corner(s, test, this.highest, this.lowest);
    const b = this.corner(s, test, this.lowest, this.highest);
    const right = this.faces.splitFace(a, b, s, test);
    this.faces.side[this.faces.faceEdge[face]!] = r + 1;
    this.faces.side[this.faces.faceEdge[right]!] = r;
    this.descend(s, stage, face, low, high, test, true);
    this.descend(s, stage, right, low, high, test, false);
  }

  /** Cuts one part by those of the tests that cross it too. */
  private descend(
    s: number,
    stage: Stage,
    part: number,
    low: number,
    high: number,
    test: number,
    left: boolean,
  ): void {
    const from = this.testCount;
    if (high - low > 1) {
      this.load(part);
      const knots = stage.nonlinearity.knots!.length;
      for (let at = low; at < high; at++) {
        const other = this.tests[at]!;
        if (other === test) continue;
        const k = knots === 1 ? other : Math.floor(other / knots);
        this.setPlane(stage, k, other - k * knots);
        const side = this.classify(s, other);
        if (side === 0) this.pushTest(other);
        else if (left && this.values[0] === 0 && this.values[1] === 0) {
          this.coincide(this.loop[0]!, other, side); // corners 0 and 1 are the ends of the chord
        }
      }
    }
    this.cut(s, stage, part, from, this.testCount);
    this.testCount = from;
  }

  /**
   * The half-edge of the loaded face that ends where the values cross 0 on the way from corner
   * `from` to corner `to`, counterclockwise. Along a convex polygon they do so once; of what
   * rounding may show instead, the first crossing counts.
   */
  private corner(s: number, test: number, from: number, to: number): number {
    const { loop, values, xs, ys, corners } = this;
    const sign = values[from]! > 0 ? 1 : -1;
    let i = from;
    while (i !== to) {
      const j = i + 1 === corners ? 0 : i + 1;
      const v = values[j]! * sign;
      if (v > 0) {
        i = j;
        continue;
      }
      if (v === 0) return loop[i]!;
      const share = values[i]! / (values[i]! - values[j]!);
      const x = xs[i]! + share * (xs[j]! - xs[i]!);
      const y = ys[i]! + share * (ys[j]! - ys[i]!);
      // A half-edge of the loop still ends at the same corner if it has got a vertex meanwhile.
      const before = loop[i === 0 ? corners - 1 : i - 1]!;
      const added = this.faces.splitEdge(loop[i]!, before, x, y, s, test);
      if (this.coincident.size > 0) this.inherit(loop[i]!, added);
      return added;
    }
    throw new Error("a face that a line crosses has no crossing"); // unreachable: the ends differ in sign
  }

  /** Lets the new part of an edge know which other lines it lies on. */
  private inherit(h: number, added: number): void {
    const tests = this.coincident.get(h >> 1);
    if (tests !== undefined)
      this.coincident.set(added >> 1, (h & 1) === 0 ? tests : tests.map((t) => ~t));
  }

  /** Notes that the line of another test runs along the chord that has just been drawn. */
  private coincide(h: number, test: number, side: -1 | 1): void {
    const tests = this.coincident.get(h >> 1) ?? [];
    this.coincident.set(h >> 1, [...tests, ((h & 1) === 0) === side > 0 ? test : ~test]);
  }

  /** Sends the units of the tests to their pieces on a leaf, where the walk starts. */
  private startAt(s: number, stage: Stage, leaf: number, low: number, high: number): void {
    this.load(leaf);
    const knots = stage.nonlinearity.knots!.length;
    for (let at = low; at < high; at++) {
      const test = this.tests[at]!;
      const k = knots === 1 ? test : Math.floor(test / knots);
      const r = test - k * knots;
      this.setPlane(stage, k, r);
      const side = this.classify(s, test);
      // Knots come in order: the last one below decides.
      if (side > 0) this.send(s, k, r + 1);
      else if (r === 0 || at === low || this.tests[at - 1] !== test - 1) this.send(s, k, r);
    }
  }

  /** Lists the leaves around a first one in an order in which most are neighbours of the one before. */
  private walk(s: number, first: number): void {
    const { next, face, faceEdge, edgeLayer } = this.faces;
    if (this.visited.length < faceEdge.length)
      this.visited = extended(this.visited, faceEdge.length);
    const { visited } = this;
    const visit = ++this.visits;
    // The trail: half-edges by which faces were entered, and where their loops have been read to.
    let depth = 0;
    let entry = faceEdge[first]!;
    let h = entry;
    visited[first] = visit;
    this.pushStep(~first);
    for (;;) {
      const other = edgeLayer[h >> 1] === s ? face[h ^ 1]! : -1;
      if (other >= 0 && visited[other] !== visit) {
        if (2 * depth + 2 > this.trail.length) this.trail = grown(this.trail);
        this.trail[2 * depth] = entry;
        this.trail[2 * depth + 1] = h;
        depth++;
        entry = h ^ 1;
        h = entry;
        visited[other] = visit;
        this.pushStep(entry);
        this.pushStep(~other);
        continue;
      }
      h = next[h]!;
      while (h === entry) {
        if (depth === 0) {
          while (this.steps[this.stepCount - 1]! >= 0) this.stepCount--; // nothing follows the last leaf
          return;
        }
        depth--;
        this.pushStep(entry ^ 1);
        h = next[this.trail[2 * depth + 1]!]!;
        entry = this.trail[2 * depth]!;
      }
    }
  }

  private pushStep(step: number): void {
    if (this.stepCount === this.steps.length) this.steps = grown(this.steps);
    this.steps[this.stepCount++] = step;
  }

  /** Goes over an edge to the face on the left of h: its unit takes the piece on this side. */
  private cross(s: number, h: number): void {
    const knots = this.maps.stages[s]!.nonlinearity.knots!.length;
    const test = this.faces.edgeTest[h >> 1]!;
    this.send(s, knots === 1 ? test : Math.floor(test / knots), this.faces.side[h]!);
    if (this.coincident.size === 0) return;
    for (const signed of this.coincident.get(h >> 1) ?? []) {
      const other = signed < 0 ? ~signed : signed;
      const k = Math.floor(other / knots);
      const above = signed >= 0 === ((h & 1) === 0);
      this.send(s, k, other - k * knots + (above ? 1 : 0));
    }
  }

  /** Lets a unit take a piece at the next cell; the last word counts. */
  private send(s: number, k: number, piece: number): void {
    const target = this.targets[s]!;
    if (target[k] === -1) this.pending[s]![this.pendingCount[s]!++] = k;
    target[k] = piece;
  }

  /** Lets all units take the pieces they were sent to. */
  private settle(s: number): void {
    const { code } = this.maps.stages[s]!;
    const target = this.targets[s]!;
    const pending = this.pending[s]!;
    const count = this.pendingCount[s]!;
    this.pendingCount[s] = 0;
    if (count > 1) this.maps.expect(s, count);
    for (let at = 0; at < count; at++) {
      const k = pending[at]!;
      const piece = target[k]!;
      target[k] = -1;
      if (code[k] === piece) continue;
      this.maps.flip(s, k, piece);
      this.log.change(s, k, piece);
    }
  }
}

function extended(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(array);
  return larger;
}
