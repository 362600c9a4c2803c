import { CodeLog } from "./CodeLog";
import { Decisions } from "./Decisions";
import { Doubts } from "./Doubts";
import { Envelope } from "./Envelope";
import type { ExactGeometry } from "./exact/ExactGeometry";
import { FaceLoop } from "./FaceLoop";
import { type FrozenMaps, type Stage, TOLERANCE } from "./FrozenMaps";
import { grown, HalfEdges, type Outline } from "./HalfEdges";

const NONE = -1;

/** How a polygon is refined. */
export interface RefinementOptions {
  /**
   * Let each layer cut a copy of the cell at hand, which is forgotten with it: memory stays as small
   * as the cells of one layer in one cell, and there is no complex in the end.
   */
  readonly isolated?: boolean;
  /** Settles what float64 can't decide, if wanted. */
  readonly exact?: ExactGeometry | undefined;
}

/** Where a stage's cuts are made. */
interface Place {
  readonly faces: HalfEdges;
  readonly loop: FaceLoop;
  readonly envelope: Envelope;
}

/** The cell that is open at a stage: where its tests, decisions and parts lie on the stacks, and which part comes next. */
class Frame {
  face = 0;
  lowTest = 0;
  count = 0;
  opened = 0;
  lowLeaf = 0;
  lowOrder = 0;
  parts = 0;
  at = 0;
}

/**
 * Refines a polygon cell by cell, layer by layer, depth first, into the cells of a network.
 *
 * A test is what may cut a cell: an activation's unit at one of its knots, or a maximum's unit. In
 * each cell of the layers before, the units that change their piece are found; they cut it one
 * after the other; and its parts are visited in an order in which most are neighbours of the one
 * before, so that few units change from one to the next.
 *
 * What comes of a polygon depends on nothing but itself, however many were refined before.
 */
export class Refinement {
  log: CodeLog;
  doubts: Doubts;
  /** Number of cells after 1, 2, … layers. */
  cellsPerLayer: number[] = [];
  /** The face of the cell at hand, in `faces`. */
  face = NONE;
  faces: HalfEdges;
  readonly exact: ExactGeometry | undefined;
  readonly isolated: boolean;

  private loop: FaceLoop;
  private envelope: Envelope;
  /** Where each stage makes its cuts: all in one place, unless they are isolated. */
  private readonly places: readonly Place[];
  private readonly frames: readonly Frame[];
  private begun = false;
  private readonly decisions = new Decisions();
  /** Stacks that the stages share: tests that cross a face and places among them, parts, orders of parts. */
  private tests = new Int32Array(1 << 8);
  private testCount = 0;
  private leaves = new Int32Array(1 << 8);
  private leafCount = 0;
  private order = new Int32Array(1 << 8);
  private orderCount = 0;
  private trail = new Int32Array(1 << 8);
  /** Which leaf a face is, in the walk at hand. */
  private leafOf = new Int32Array(1 << 8);
  /** Units that change their piece at the next cell, and to which; −1 for none. */
  private readonly targets: Int32Array[];
  private readonly pending: Int32Array[];
  private readonly pendingCount: Int32Array;
  private random = 1;
  /** So many tests may still cross what counts as a part. */
  private most = 0;

  constructor(
    readonly maps: FrozenMaps,
    outline: Outline,
    /** The largest |s|, |t| in the domain. */
    extent: number,
    { isolated = false, exact }: RefinementOptions = {},
  ) {
    const { stages } = maps;
    this.isolated = isolated;
    this.exact = exact;
    this.doubts = new Doubts(stages);
    this.log = new CodeLog(stages);
    const makePlace = (): Place => {
      const faces = new HalfEdges(outline);
      const loop = new FaceLoop(faces, extent, exact);
      return { faces, loop, envelope: new Envelope(faces, loop, stages) };
    };
    const shared = makePlace();
    this.places = stages.map((_, s) => (isolated && s > 0 ? makePlace() : shared));
    this.frames = stages.map(() => new Frame());
    this.targets = stages.map(({ code }) => new Int32Array(code.length).fill(-1));
    this.pending = stages.map(({ code }) => new Int32Array(code.length));
    this.pendingCount = new Int32Array(stages.length);
    ({ faces: this.faces, loop: this.loop, envelope: this.envelope } = shared);
    this.restart(outline);
  }

  /** Once a polygon has been refined to its end, starts with another one of the domain as if it were the first. */
  restart(outline: Outline): void {
    const { stages } = this.maps;
    const first = this.places[0];
    this.maps.restart();
    this.log = new CodeLog(stages);
    this.doubts = new Doubts(stages);
    for (const { loop } of this.places) loop.doubts = this.isolated ? undefined : this.doubts;
    this.cellsPerLayer = stages.map(() => 0);
    this.random = 1;
    this.begun = false;
    if (first !== undefined) ({ faces: this.faces } = first);
    this.faces.restart(outline);
  }

  /** Goes on to the next cell, whose face is `face`; false if there is none left. */
  next(): boolean {
    const last = this.maps.stages.length;
    let s = last - 1;
    let face = NONE;
    if (!this.begun) {
      this.begun = true;
      s = 0;
      face = 0;
    }
    while (s >= 0) {
      if (face === NONE) {
        face = this.nextPart(s);
        s += face === NONE ? -1 : 1;
      } else if (s === last) {
        this.face = face;
        if (!this.isolated) this.log.cell();
        return true;
      } else {
        face = this.open(s, face);
        if (face !== NONE) s++;
      }
    }
    return false;
  }

  /**
   * Splits a face, a cell of the layers before stage s, into the cells of stage s too, which
   * `nextPart` visits. If nothing crosses it, it is the only one, is entered, and returned.
   */
  private open(s: number, face: number): number {
    const frame = this.frames[s]!;
    frame.face = this.turnTo(s, face);
    this.maps.ready(s);
    const stage = this.maps.stages[s]!;
    frame.lowTest = this.testCount;
    frame.parts = 0;
    frame.at = 0;
    this.classify(s, stage, frame.face);
    const count = this.testCount - frame.lowTest;
    frame.count = count;
    if (count === 0) {
      this.settle(s);
      this.cellsPerLayer[s]!++;
      return frame.face;
    }
    frame.lowLeaf = this.leafCount;
    frame.lowOrder = this.orderCount;
    frame.opened = this.decisions.open(count, stage.nonlinearity);
    const highTest = this.testCount;
    for (let position = 0; position < count; position++) this.pushTest(position);
    this.cut(s, stage, frame.face, frame.lowTest, highTest, this.testCount);
    frame.parts = this.leafCount - frame.lowLeaf;
    this.cellsPerLayer[s]! += frame.parts;
    this.walk(s, frame.lowLeaf, this.leafCount);
    this.testCount = highTest;
    return NONE;
  }

  /** Turns to the place where stage s cuts, and returns what the face is called there. */
  private turnTo(s: number, face: number): number {
    const { faces, loop, envelope } = this.places[s]!;
    this.faces = faces;
    this.loop = loop;
    this.envelope = envelope;
    if (!this.isolated || s === 0) return face;
    faces.restartWith(this.places[s - 1]!.faces, face);
    return 0;
  }

  /**
   * Instead of refining the polygon, cuts it by the lines of the first layer until at most
   * `most(their number)` of them cross each part; returns the parts. A maximum's lines don't divide.
   */
  divide(most: (lines: number) => number): Int32Array {
    const stage = this.maps.stages[0];
    if (stage === undefined || stage.nonlinearity.sources !== undefined) return Int32Array.of(0);
    this.maps.ready(0);
    this.classify(0, stage, 0);
    const count = this.testCount;
    for (let position = 0; position < count; position++) this.pushTest(position);
    this.decisions.open(count, stage.nonlinearity);
    this.most = most(count);
    this.cut(0, stage, 0, 0, count, this.testCount);
    return this.leaves.slice(0, this.leafCount);
  }

  /** Enters the next part of the face that is open at stage s, and returns its face; closes it if there is none. */
  private nextPart(s: number): number {
    const frame = this.frames[s]!;
    const { at, parts, lowLeaf, lowOrder } = frame;
    if (at < parts) {
      const leaf = this.order[lowOrder + at]!;
      this.enter(s, frame, leaf, at === 0 ? -1 : this.order[lowOrder + at - 1]!);
      frame.at++;
      return this.leaves[lowLeaf + leaf]!;
    }
    if (parts > 0) {
      this.decisions.close(frame.opened);
      this.leafCount = lowLeaf;
      this.orderCount = lowOrder;
    }
    this.testCount = frame.lowTest;
    return NONE;
  }

  /** Pushes the tests that cross a face; units that don't cross it are sent to their pieces. */
  private classify(s: number, stage: Stage, face: number): void {
    this.loop.load(face);
    this.loop.encircle();
    if (stage.nonlinearity.sources !== undefined) this.classifyMaxima(s, stage);
    else if (stage.nonlinearity.knots!.length > 1) this.classifyKnots(s, stage);
    else this.classifyUnits(s, stage);
  }

  /**
   * Finds the units of one knot that cross the loaded face, pushes them, and sends every other one
   * to its piece.
   */
  private classifyUnits(s: number, stage: Stage): void {
    const { cx, cy, r2 } = this.loop;
    const knot = stage.nonlinearity.knots![0]!;
    const { ds, dt, at0, code, size } = stage;
    const { exact, maps } = this;
    const n = code.length;
    for (let k = 0; k < n; k++) {
      // Most units are clear of the face, and have their piece already.
      if (exact === undefined) k = maps.scan(s, k, cx, cy, r2);
      if (k >= n) break;
      const gs = ds[k]!;
      const gt = dt[k]!;
      const u = gs * cx + gt * cy + at0[k]! - knot;
      // The circle around the face lies on one side of the unit's line.
      if (u * u > r2 * (gs * gs + gt * gt)) {
        const piece = u > 0 ? 1 : 0;
        if (code[k] === piece && exact === undefined) continue; // its neighbour wasn't clear
        if (Math.abs(u) > TOLERANCE * (size[k]! + Math.abs(knot))) {
          if (code[k] !== piece) this.send(s, k, piece);
          continue;
        }
      }
      const side = this.sideOf(s, stage, k, k, 0);
      if (side === 0) this.pushTest(k);
      else if (code[k] !== (side > 0 ? 1 : 0)) this.send(s, k, side > 0 ? 1 : 0);
    }
  }

  /** The same for activations of more pieces: test k (R − 1) + r is unit k at knot r. */
  private classifyKnots(s: number, stage: Stage): void {
    const { cx, cy, r2 } = this.loop;
    const { ds, dt, at0, code, size } = stage;
    const knots = stage.nonlinearity.knots!;
    for (let k = 0; k < code.length; k++) {
      let piece = 0;
      const g2 = ds[k]! * ds[k]! + dt[k]! * dt[k]!;
      for (let r = 0; r < knots.length; r++) {
        const test = k * knots.length + r;
        const u = ds[k]! * cx + dt[k]! * cy + at0[k]! - knots[r]!;
        let side = u > 0 ? 1 : -1;
        const tolerance = TOLERANCE * (size[k]! + Math.abs(knots[r]!));
        if (!(u * u > r2 * g2 && Math.abs(u) > tolerance)) {
          side = this.sideOf(s, stage, test, k, r);
          if (side === 0) this.pushTest(test);
        }
        if (side > 0) piece = r + 1;
      }
      if (code[k] !== piece) this.send(s, k, piece);
    }
  }

  /** The same for maxima: a piece that leads by more than the face is wide wins all over it. */
  private classifyMaxima(s: number, stage: Stage): void {
    const { cx, cy, r2 } = this.loop;
    const { ds, dt, at0, size, code, nonlinearity } = stage;
    const sources = nonlinearity.sources!;
    const R = nonlinearity.operator.pieces;
    for (let k = 0; k < code.length; k++) {
      const base = k * R;
      const piece = code[k]!;
      const i = sources[base + piece]!;
      let clear = i >= 0;
      if (clear) {
        const gs = ds[i]!;
        const gt = dt[i]!;
        const u = gs * cx + gt * cy + at0[i]!;
        for (let r = 0; r < R; r++) {
          const j = sources[base + r]!;
          if (j < 0 || r === piece) continue;
          const s2 = gs - ds[j]!;
          const t2 = gt - dt[j]!;
          const lead = u - (ds[j]! * cx + dt[j]! * cy + at0[j]!);
          const g2 = s2 * s2 + t2 * t2;
          if (lead * lead > r2 * g2 && lead > TOLERANCE * (size[i]! + size[j]!)) continue;
          if (r > piece && lead === 0 && g2 === 0 && this.exact === undefined) continue; // the same function: the lower index wins
          clear = false;
          break;
        }
      }
      if (clear) continue;
      const winner = this.envelope.winner(s, k);
      if (winner < 0) this.pushTest(k);
      else if (winner !== piece) this.send(s, k, winner);
    }
  }

  /** On which side of unit k's line at knot r the loaded face lies. */
  private sideOf(s: number, stage: Stage, test: number, k: number, r: number): -1 | 0 | 1 {
    const knot = stage.nonlinearity.knots![r]!;
    const tolerance = TOLERANCE * (stage.size[k]! + Math.abs(knot));
    this.exact?.aim(s, k, -1, knot);
    return this.loop.side(stage.ds[k]!, stage.dt[k]!, stage.at0[k]! - knot, tolerance, s, test);
  }

  private pushTest(test: number): void {
    if (this.testCount === this.tests.length) this.tests = grown(this.tests);
    this.tests[this.testCount++] = test;
  }

  /**
   * Cuts a face by the tests at the places low … high − 1, all of which cross it, and pushes its
   * parts as leaves. The test that cuts is drawn at random, so that the tree of cuts is shallow
   * whatever their order.
   */
  private cut(
    s: number,
    stage: Stage,
    face: number,
    base: number,
    low: number,
    high: number,
  ): void {
    if (high - low <= this.most) {
      if (this.leafCount === this.leaves.length) this.leaves = grown(this.leaves);
      this.leaves[this.leafCount++] = face;
      this.decisions.store();
      return;
    }
    this.random = (Math.imul(this.random, 1664525) + 1013904223) | 0;
    const position = this.tests[low + ((this.random >>> 8) % (high - low))]!;
    const test = this.tests[base + position]!;
    if (stage.nonlinearity.sources !== undefined) {
      const { envelope } = this;
      const from = envelope.partCount;
      envelope.cut(s, test, face);
      const to = envelope.partCount;
      for (let at = from; at < to; at++) {
        this.decisions.set(position, envelope.pieces[at]!);
        this.descend(s, stage, envelope.parts[at]!, base, low, high, position);
      }
      envelope.partCount = from;
      return;
    }
    const { loop, faces } = this;
    loop.load(face);
    this.sideOfTest(s, stage, test);
    const a = loop.crossing(loop.highest, loop.lowest, s, test);
    const b = loop.crossing(loop.lowest, loop.highest, s, test);
    const right = faces.splitFace(a, b, s, test);
    this.exact?.drew((faces.halfEdgeCount >> 1) - 1);
    this.decisions.set(position, 1);
    this.descend(s, stage, face, base, low, high, position);
    this.decisions.set(position, 0);
    this.descend(s, stage, right, base, low, high, position);
  }

  /** Cuts one part by those of the tests that cross it too; the others are decided on it. */
  private descend(
    s: number,
    stage: Stage,
    part: number,
    base: number,
    low: number,
    high: number,
    done: number,
  ): void {
    const from = this.testCount;
    if (high - low > 1) {
      this.loop.load(part);
      const maximum = stage.nonlinearity.sources !== undefined;
      for (let at = low; at < high; at++) {
        const position = this.tests[at]!;
        if (position === done) continue;
        const test = this.tests[base + position]!;
        if (maximum) {
          const winner = this.envelope.winner(s, test);
          if (winner < 0) this.pushTest(position);
          else this.decisions.set(position, winner);
        } else {
          const side = this.sideOfTest(s, stage, test);
          if (side === 0) this.pushTest(position);
          else this.decisions.set(position, side > 0 ? 1 : 0);
        }
      }
    }
    this.cut(s, stage, part, base, from, this.testCount);
    this.testCount = from;
  }

  private sideOfTest(s: number, stage: Stage, test: number): -1 | 0 | 1 {
    const knots = stage.nonlinearity.knots!.length;
    if (knots === 1) return this.sideOf(s, stage, test, test, 0);
    const k = Math.floor(test / knots);
    return this.sideOf(s, stage, test, k, test - k * knots);
  }

  /** Puts leaves low … high − 1 in an order in which most are neighbours of the one before: along a tree. */
  private walk(s: number, low: number, high: number): void {
    const { next, face, faceEdge, edgeLayer } = this.faces;
    if (this.leafOf.length < faceEdge.length) this.leafOf = extended(this.leafOf, faceEdge.length);
    const { leafOf, leaves } = this;
    for (let leaf = low; leaf < high; leaf++) leafOf[leaves[leaf]!] = leaf - low;
    for (let leaf = low; leaf < high; leaf++) {
      const first = leaves[leaf]!;
      if (leafOf[first]! < 0) continue; // visited
      // The trail: half-edges by which faces were entered, and where their loops have been read to.
      let depth = 0;
      let entry = faceEdge[first]!;
      let h = entry;
      this.pushOrder(leafOf[first]!);
      leafOf[first] = -1;
      for (;;) {
        const other = edgeLayer[h >> 1] === s ? face[h ^ 1]! : -1;
        if (other >= 0 && leafOf[other]! >= 0) {
          if (2 * depth + 2 > this.trail.length) this.trail = grown(this.trail);
          this.trail[2 * depth] = entry;
          this.trail[2 * depth + 1] = h;
          depth++;
          entry = h ^ 1;
          h = entry;
          this.pushOrder(leafOf[other]!);
          leafOf[other] = -1;
          continue;
        }
        h = next[h]!;
        while (h === entry && depth > 0) {
          depth--;
          h = next[this.trail[2 * depth + 1]!]!;
          entry = this.trail[2 * depth]!;
        }
        if (h === entry) break;
      }
    }
  }

  private pushOrder(leaf: number): void {
    if (this.orderCount === this.order.length) this.order = grown(this.order);
    this.order[this.orderCount++] = leaf;
  }

  /** Goes from one leaf to another, or to the first one: units take what was decided about them there. */
  private enter(s: number, frame: Frame, leaf: number, before: number): void {
    const { decisions, tests } = this;
    const { lowTest: base, count, opened } = frame;
    const knots = this.maps.stages[s]!.nonlinearity.knots?.length ?? 1;
    let position = decisions.nextChange(opened, leaf, before, 0);
    while (position < count) {
      const test = tests[base + position]!;
      if (knots === 1) {
        this.send(s, test, decisions.get(opened, leaf, position));
        position = decisions.nextChange(opened, leaf, before, position + 1);
        continue;
      }
      // Knots come in order: the last one below decides; those that don't cross are below the first.
      const k = Math.floor(test / knots);
      let at = position;
      while (at > 0 && tests[base + at - 1]! >= k * knots) at--;
      let piece = tests[base + at]! - k * knots;
      for (; at < count && tests[base + at]! < (k + 1) * knots; at++) {
        if (decisions.get(opened, leaf, at) === 1) piece = tests[base + at]! - k * knots + 1;
      }
      this.send(s, k, piece);
      position = decisions.nextChange(opened, leaf, before, at);
    }
    this.settle(s);
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
      if (!this.isolated) this.log.change(s, k, piece);
    }
    if (count > 0) this.exact?.forget(s);
  }
}

function extended(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(array);
  return larger;
}
