import type { FaceLoop } from "./FaceLoop";
import { type Stage, TOLERANCE } from "./FrozenMaps";
import { grown, type HalfEdges } from "./HalfEdges";

/**
 * Cuts faces where the largest of several affine functions changes.
 *
 * Where two functions both win, the line on which they are equal cuts the face, and each part is
 * left with one function fewer. A line may run on where a third function is larger than both; when
 * all is cut, such stretches are taken out again, so that the parts are exactly those on which one
 * function is the largest. On ties the lowest index is.
 */
export class Envelope {
  /** Parts of the faces that were cut, the last ones last, and the piece that wins on each. */
  parts = new Int32Array(1 << 6);
  pieces = new Int32Array(1 << 6);
  partCount = 0;
  /** Candidates of a face, as a stack. */
  private candidates: Int32Array;
  private end = 0;
  /** Values of each candidate at each corner, and the best candidate at each corner. */
  private heights = new Float64Array(1 << 8);
  private best = new Int32Array(1 << 6);
  /** Two candidates each of which wins somewhere; `loop` has the second's lead at each corner. */
  private first = 0;
  private second = 0;

  constructor(
    private readonly faces: HalfEdges,
    private readonly loop: FaceLoop,
    private readonly stages: readonly Stage[],
  ) {
    this.candidates = new Int32Array(1 << 6);
  }

  /** The piece of unit k that is the largest all over the loaded face; −1 if there is none. */
  winner(s: number, k: number): number {
    return this.settle(s, k, 0, this.enlist(s, k));
  }

  /** Cuts a face by unit k of stage s, and pushes its parts with their pieces. */
  cut(s: number, k: number, face: number): void {
    const from = this.partCount;
    const newest = this.faces.vertexCount;
    this.divide(s, k, face, 0, this.enlist(s, k));
    this.join(from, newest);
  }

  private enlist(s: number, k: number): number {
    const { nonlinearity } = this.stages[s]!;
    const R = nonlinearity.operator.pieces;
    while (this.candidates.length < 2 * R) this.candidates = grown(this.candidates);
    let count = 0;
    for (let r = 0; r < R; r++) {
      if (nonlinearity.sources![k * R + r]! >= 0) this.candidates[count++] = r;
    }
    return count;
  }

  private divide(s: number, k: number, face: number, low: number, high: number): void {
    this.loop.load(face);
    const winner = this.settle(s, k, low, high);
    if (winner >= 0) {
      if (this.partCount === this.parts.length) {
        this.parts = grown(this.parts);
        this.pieces = grown(this.pieces);
      }
      this.parts[this.partCount] = face;
      this.pieces[this.partCount++] = winner;
      return;
    }
    const { loop, first, second, end } = this;
    const a = loop.crossing(loop.highest, loop.lowest, s, k);
    const b = loop.crossing(loop.lowest, loop.highest, s, k);
    const right = this.faces.splitFace(a, b, s, k);
    loop.exact?.drew((this.faces.halfEdgeCount >> 1) - 1);
    this.divide(s, k, face, end, this.copyWithout(first, low, end));
    this.divide(s, k, right, end, this.copyWithout(second, low, end));
  }

  /** Pushes the candidates low … end − 1 but for one, and returns where they end. */
  private copyWithout(piece: number, low: number, end: number): number {
    while (this.candidates.length < 2 * end) this.candidates = grown(this.candidates);
    let to = end;
    for (let at = low; at < end; at++) {
      if (this.candidates[at] !== piece) this.candidates[to++] = this.candidates[at]!;
    }
    return to;
  }

  /**
   * The candidate among low … high − 1 that is the largest all over the loaded face. If there is
   * none, −1, and two that each win somewhere; those that win nowhere beside them are dropped, and
   * `end` is where the rest ends.
   */
  private settle(s: number, k: number, low: number, high: number): number {
    const stage = this.stages[s]!;
    const { loop, candidates } = this;
    const base = k * stage.nonlinearity.operator.pieces;
    const sources = stage.nonlinearity.sources!;
    const { size } = stage;
    this.end = high;
    for (;;) {
      this.measure(stage, s, base, low);
      const { heights, best } = this;
      const n = loop.corners;
      const count = this.end - low;
      let failing = -1; // a corner at which the best of corner 0 is not the best
      for (let c = 0; c < count; c++) {
        const error = size[sources[base + candidates[low + c]!]!]!;
        let i = 0;
        for (; i < n; i++) {
          const b = best[i]!;
          const lead = heights[b * n + i]! - heights[c * n + i]!;
          const better = sources[base + candidates[low + b]!]!;
          if (lead > TOLERANCE * (error + size[better]!)) break;
          if (loop.exact !== undefined && b !== c) {
            loop.exact.aim(s, better, sources[base + candidates[low + c]!]!, 0);
            if (loop.exact.sign(this.faces.origin[loop.halfEdges[i]!]!) > 0) break;
          }
        }
        if (i === n) {
          if (loop.exact === undefined) this.doubt(s, k, low, c);
          return candidates[low + c]!;
        }
        if (c === best[0]) failing = i;
      }
      this.first = candidates[low + best[0]!]!;
      this.second = candidates[low + best[failing]!]!;
      const side = this.compare(s, k, this.second, this.first);
      if (side === 0) return -1;
      this.end = this.drop(side > 0 ? this.first : this.second, low);
    }
  }

  /** Evaluates the candidates at the corners of the loaded face. */
  private measure(stage: Stage, s: number, base: number, low: number): void {
    const { ds, dt, at0, nonlinearity } = stage;
    const { corners: n, xs, ys } = this.loop;
    const count = this.end - low;
    while (this.heights.length < n * count) this.heights = grown(this.heights);
    while (this.best.length < n) this.best = grown(this.best);
    const { heights, best } = this;
    for (let c = 0; c < count; c++) {
      const j = nonlinearity.sources![base + this.candidates[low + c]!]!;
      for (let i = 0; i < n; i++) {
        const v = ds[j]! * xs[i]! + dt[j]! * ys[i]! + at0[j]!;
        heights[c * n + i] = v;
        if (c === 0 || this.leads(stage, s, base, low, c, i)) best[i] = c;
      }
    }
  }

  /** Is candidate c larger at corner i than the best one of those before? */
  private leads(
    { size, nonlinearity }: Stage,
    s: number,
    base: number,
    low: number,
    c: number,
    i: number,
  ): boolean {
    const { loop, heights, candidates } = this;
    const n = loop.corners;
    const b = this.best[i]!;
    const lead = heights[c * n + i]! - heights[b * n + i]!;
    if (loop.exact === undefined) return lead > 0;
    const [j, k] = [c, b].map((at) => nonlinearity.sources![base + candidates[low + at]!]!);
    if (Math.abs(lead) > TOLERANCE * (size[j!]! + size[k!]!)) return lead > 0;
    loop.exact.aim(s, j!, k!, 0);
    return loop.exact.sign(this.faces.origin[loop.halfEdges[i]!]!) > 0;
  }

  private drop(piece: number, low: number): number {
    let to = low;
    for (let at = low; at < this.end; at++) {
      if (this.candidates[at] !== piece) this.candidates[to++] = this.candidates[at]!;
    }
    return to;
  }

  /** On which side of the line where two pieces are equal the loaded face lies: 1 if the first one is larger. */
  private compare(s: number, k: number, piece: number, other: number): -1 | 0 | 1 {
    const { nonlinearity, ds, dt, at0, size, feed } = this.stages[s]!;
    const base = k * nonlinearity.operator.pieces;
    const i = nonlinearity.sources![base + piece]!;
    const j = nonlinearity.sources![base + other]!;
    const tolerance = TOLERANCE * (size[i]! + size[j]!);
    const { loop } = this;
    loop.exact?.aim(s, i, j, 0);
    // A ReLU's unit reaches the 0 of another on its own line.
    loop.knownStage = feed;
    loop.knownTests = this.stages[feed]?.nonlinearity.knots?.length ?? 1;
    loop.knownUnit = i;
    loop.otherUnit = j;
    const side = loop.side(ds[i]! - ds[j]!, dt[i]! - dt[j]!, at0[i]! - at0[j]!, tolerance, s, k);
    loop.knownStage = -1;
    return side;
  }

  /** Notes doubts about the winner: candidates that come as close as the tolerance at a corner. */
  private doubt(s: number, k: number, low: number, winner: number): void {
    const { heights, candidates } = this;
    const n = this.loop.corners;
    const { size, nonlinearity } = this.stages[s]!;
    const base = k * nonlinearity.operator.pieces;
    const sizeOf = (c: number): number =>
      size[nonlinearity.sources![base + candidates[low + c]!]!]!;
    for (let c = 0; c < this.end - low; c++) {
      if (c === winner) continue;
      const tolerance = TOLERANCE * (sizeOf(c) + sizeOf(winner));
      for (let i = 0; i < n; i++) {
        if (heights[winner * n + i]! - heights[c * n + i]! > tolerance) continue;
        this.compare(s, k, candidates[low + winner]!, candidates[low + c]!);
        break;
      }
    }
  }

  /** Joins neighbouring parts of the same piece, from part `from` on. */
  private join(from: number, newest: number): void {
    const { parts, pieces, faces } = this;
    for (let joined = true; joined; ) {
      joined = false;
      for (let a = from; a < this.partCount; a++) {
        for (let b = a + 1; b < this.partCount; b++) {
          if (pieces[a] !== pieces[b] || !faces.mergeFaces(parts[a]!, parts[b]!, newest)) continue;
          this.partCount--;
          parts[b] = parts[this.partCount]!;
          pieces[b] = pieces[this.partCount]!;
          joined = true;
          b--;
        }
      }
    }
  }
}
