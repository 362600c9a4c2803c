import type { Graph } from "../network";
import { Activation, Dense, makePieces, sizeOf } from "../spline/operators";
import type { FrozenMaps, Stage } from "./FrozenMaps";
import { type Nonlinearity, nonlinearities } from "./Nonlinearity";
import type { CheckedSlice } from "./Slice";

/** The affine map from one stage's outputs to what the next stage's units read. */
interface Link {
  readonly rows: number;
  readonly columns: number;
  /** Columns one after the other [columns × rows]. */
  readonly W: Float64Array;
  readonly b: Float64Array;
}

interface DenseStage extends Stage {
  readonly width: number;
  /** Slopes and intercepts of the pieces of each unit [width × R]. */
  readonly slopes: Float64Array;
  readonly intercepts: Float64Array;
}

/** A stage after next as a function of the outputs of stage s, two columns a unit, kept while they hold. */
interface Columns {
  /** W″ S′ W′ with S′ the slopes that the codes below stand for [width × rows]. */
  readonly values: Float64Array;
  /** The code of the stage in between for which each column was made [width × padded]. */
  readonly codes: Uint8Array;
  readonly words: Int32Array;
  readonly padded: number;
  /** Corrections since a column was made anew; −1 where it never was. */
  readonly age: Int32Array;
}

/** Columns and functions are made anew after so many corrections per unit of width. */
const REFRESH = 4;

/**
 * Frozen maps of a chain of dense layers and activations of each unit.
 *
 * A flip of unit k changes what the next stage reads by a rank-one term, W[:, k] times three
 * numbers, O(width); what the stage after next reads by (W″ S′ W′)[:, k] times the same numbers.
 * That column is kept for every k together with the code S′ it was made for; where the cells
 * visited one after the other are neighbours, few units of S′ have changed since, and it too is
 * corrected in O(width). Later stages are computed anew when they are needed.
 */
export class DenseChain implements FrozenMaps {
  readonly stages: readonly DenseStage[];
  private readonly dirty: Uint8Array;
  private readonly age: Int32Array;
  private readonly columns: readonly (Columns | undefined)[];
  private readonly extent: number;

  /** `extent` is the largest |s|, |t| in the domain; the slice's origin is the domain's centre. */
  constructor(graph: Graph, slice: CheckedSlice, extent: number, depth: number) {
    const chosen = nonlinearities(graph).slice(0, depth);
    this.extent = extent;
    this.links = chosen.map((nonlinearity, s) => readLink(graph, chosen[s - 1], nonlinearity));
    this.stages = chosen.map(makeStage);
    const S = this.stages.length;
    this.dirty = new Uint8Array(S).fill(1);
    this.age = new Int32Array(S);
    this.measured = new Int32Array(S);
    this.columns = this.stages.map((stage, s) =>
      s + 2 < S
        ? makeColumns(stage.width, this.stages[s + 1]!.width, this.stages[s + 2]!.width)
        : undefined,
    );
    const widest = this.stages.reduce((most, { width }) => Math.max(most, width), 0);
    this.offsets = new Int32Array(widest);
    this.factors = new Float64Array(widest);
    if (S > 0) this.first(slice);
  }

  private readonly links: readonly Link[];
  /** Columns to be added, and times what. */
  private readonly offsets: Int32Array;
  private readonly factors: Float64Array;

  /** True if each stage reads an affine function of the stage before alone, and all are activations. */
  static fits({ nodes }: Graph): boolean {
    return (
      nodes.every(
        ({ operator, inputs }, i) =>
          inputs.length === 1 &&
          inputs[0] === i &&
          (operator.units === 0 || operator instanceof Activation) &&
          operator.pieces <= 0x100,
      ) && nodes.every(({ operator }) => operator.inputShape.length === 1)
    );
  }

  restart(): void {
    this.stages.forEach(({ code, size }, s) => {
      code.fill(0);
      if (s === 0) return; // what stage 0 reads never changes
      this.dirty[s] = 1;
      size.fill(0);
    });
    this.age.fill(0);
    this.measured.fill(0);
    for (const columns of this.columns) columns?.age.fill(-1);
  }

  ready(s: number): void {
    if (this.dirty[s] === 1) this.recompute(s);
  }

  expect(s: number, flips: number): void {
    const next = this.stages[s + 1];
    if (next === undefined) return;
    if (4 * flips > this.stages[s]!.width) this.dirty[s + 1] = 1;
    if (flips > 6 && s + 2 < this.stages.length) this.dirty[s + 2] = 1;
  }

  flip(s: number, k: number, piece: number): void {
    const stage = this.stages[s]!;
    const R = stage.nonlinearity.operator.pieces;
    const { slopes, intercepts, code } = stage;
    const before = code[k]!;
    const slope = slopes[k * R + piece]! - slopes[k * R + before]!;
    const intercept = intercepts[k * R + piece]! - intercepts[k * R + before]!;
    code[k] = piece;
    const S = this.stages.length;
    if (s + 1 >= S) return;
    const ts = slope * stage.ds[k]!;
    const tt = slope * stage.dt[k]!;
    const t0 = slope * stage.at0[k]! + intercept;
    if (this.dirty[s + 1] === 0) {
      const { W, rows } = this.links[s + 1]!;
      addOuter(this.stages[s + 1]!, W, k * rows, ts, tt, t0);
      if (++this.age[s + 1]! > REFRESH * rows) this.dirty[s + 1] = 1;
    }
    if (s + 2 < S && this.dirty[s + 2] === 0) {
      const { rows } = this.links[s + 2]!;
      const column = this.updateColumn(s, k, piece > before);
      addOuter(this.stages[s + 2]!, this.columns[s]!.values, column * rows, ts, tt, t0);
      if (++this.age[s + 2]! > REFRESH * rows) this.dirty[s + 2] = 1;
    }
    for (let later = s + 3; later < S; later++) this.dirty[later] = 1;
  }

  /**
   * Brings column k of W″ S′ W′ up to date with the code of the stage in between, and says where it
   * is. There are two of each, one for either direction of the flip: a walk around a face crosses a
   * line forth at one end and back at the other.
   */
  private updateColumn(s: number, k: number, up: boolean): number {
    const { values, codes, words, padded, age } = this.columns[s]!;
    const between = this.stages[s + 1]!;
    const { W: inner } = this.links[s + 1]!;
    const { W: outer, rows } = this.links[s + 2]!;
    const { slopes, width } = between;
    const code = between.code;
    const current = this.codeWords[s + 1]!;
    const R = between.nonlinearity.operator.pieces;
    const column = up ? 2 * k + 1 : 2 * k;
    const start = column * rows;
    const { offsets, factors } = this;
    let count = 0;
    if (age[column]! < 0 || age[column]! > REFRESH * width) {
      values.fill(0, start, start + rows);
      for (let j = 0; j < width; j++) {
        const factor = slopes[j * R + code[j]!]! * inner[k * width + j]!;
        codes[column * padded + j] = code[j]!;
        if (factor === 0) continue;
        offsets[count] = j * rows;
        factors[count++] = factor;
      }
      age[column] = 0;
    } else {
      const offset = (column * padded) >> 2;
      for (let w = 0; w < padded >> 2; w++) {
        if (words[offset + w] === current[w]) continue;
        const end = Math.min(4 * w + 4, width);
        for (let j = 4 * w; j < end; j++) {
          const earlier = codes[column * padded + j]!;
          const now = code[j]!;
          if (earlier === now) continue;
          offsets[count] = j * rows;
          factors[count++] =
            (slopes[j * R + now]! - slopes[j * R + earlier]!) * inner[k * width + j]!;
          codes[column * padded + j] = now;
        }
      }
      age[column]! += count;
    }
    addColumns(values, start, rows, outer, offsets, factors, count);
    return column;
  }

  private get codeWords(): readonly Int32Array[] {
    this.cachedWords ??= this.stages.map(({ code }) => new Int32Array(code.buffer));
    return this.cachedWords;
  }
  private cachedWords: Int32Array[] | undefined;

  /** What stage 0 reads: it never changes. */
  private first(slice: CheckedSlice): void {
    const { W, b, rows, columns } = this.links[0]!;
    const { ds, dt, at0, size } = this.stages[0]!;
    at0.set(b);
    for (let k = 0; k < rows; k++) size[k] = Math.abs(b[k]!);
    for (let i = 0; i < columns; i++) {
      const [x, y, o] = [slice.e1[i]!, slice.e2[i]!, slice.origin[i]!];
      const magnitude = (Math.abs(x) + Math.abs(y)) * this.extent + Math.abs(o);
      for (let k = 0; k < rows; k++) {
        const w = W[i * rows + k]!;
        ds[k]! += w * x;
        dt[k]! += w * y;
        at0[k]! += w * o;
        size[k]! += Math.abs(w) * magnitude;
      }
    }
    this.dirty[0] = 0;
  }

  /** What stage s reads, from what the stage before reads and its code. */
  private recompute(s: number): void {
    const from = this.stages[s - 1]!;
    const to = this.stages[s]!;
    const { W, b, rows } = this.links[s]!;
    const R = from.nonlinearity.operator.pieces;
    to.ds.fill(0);
    to.dt.fill(0);
    to.at0.set(b);
    for (let k = 0; k < from.width; k++) {
      const slope = from.slopes[k * R + from.code[k]!]!;
      const intercept = from.intercepts[k * R + from.code[k]!]!;
      if (slope === 0 && intercept === 0) continue;
      addOuter(
        to,
        W,
        k * rows,
        slope * from.ds[k]!,
        slope * from.dt[k]!,
        slope * from.at0[k]! + intercept,
      );
    }
    if (this.measured[s]!++ % 16 === 0) this.measure(s);
    this.dirty[s] = 0;
    this.age[s] = 0;
  }

  private readonly measured: Int32Array;

  /** Raises `size` to the sum of the magnitudes of the terms that each function is the sum of. */
  private measure(s: number): void {
    const from = this.stages[s - 1]!;
    const { size } = this.stages[s]!;
    const { W, b, rows } = this.links[s]!;
    const R = from.nonlinearity.operator.pieces;
    const sums = b.map(Math.abs);
    for (let k = 0; k < from.width; k++) {
      let slope = 0; // the steepest piece: which one is taken changes from cell to cell
      let intercept = 0;
      for (let r = 0; r < R; r++) {
        slope = Math.max(slope, Math.abs(from.slopes[k * R + r]!));
        intercept = Math.max(intercept, Math.abs(from.intercepts[k * R + r]!));
      }
      const reach = (Math.abs(from.ds[k]!) + Math.abs(from.dt[k]!)) * this.extent;
      const magnitude = slope * (reach + Math.abs(from.at0[k]!)) + intercept;
      for (let j = 0; j < rows; j++) sums[j]! += Math.abs(W[k * rows + j]!) * magnitude;
    }
    for (let j = 0; j < rows; j++) if (sums[j]! > size[j]!) size[j] = sums[j]!;
  }
}

/** Adds a column times (ts, tt, t0) to the functions that a stage reads. */
function addOuter(
  stage: Stage,
  W: Float64Array,
  start: number,
  ts: number,
  tt: number,
  t0: number,
): void {
  const { ds, dt, at0 } = stage;
  const rows = ds.length;
  for (let j = 0; j < rows; j++) {
    const w = W[start + j]!;
    ds[j]! += w * ts;
    dt[j]! += w * tt;
    at0[j]! += w * t0;
  }
}

/** Adds multiples of columns of W to an array, four columns at a time. */
function addColumns(
  to: Float64Array,
  start: number,
  rows: number,
  W: Float64Array,
  offsets: Int32Array,
  factors: Float64Array,
  count: number,
): void {
  let i = 0;
  for (; i + 3 < count; i += 4) {
    const o0 = offsets[i]!;
    const o1 = offsets[i + 1]!;
    const o2 = offsets[i + 2]!;
    const o3 = offsets[i + 3]!;
    const f0 = factors[i]!;
    const f1 = factors[i + 1]!;
    const f2 = factors[i + 2]!;
    const f3 = factors[i + 3]!;
    for (let j = 0; j < rows; j++) {
      to[start + j]! += f0 * W[o0 + j]! + f1 * W[o1 + j]! + (f2 * W[o2 + j]! + f3 * W[o3 + j]!);
    }
  }
  for (; i < count; i++) {
    const o = offsets[i]!;
    const f = factors[i]!;
    for (let j = 0; j < rows; j++) to[start + j]! += f * W[o + j]!;
  }
}

function makeStage(nonlinearity: Nonlinearity): DenseStage {
  const operator = nonlinearity.operator as Activation;
  const width = operator.units;
  const R = operator.pieces;
  const rows = operator.channels * R;
  return {
    nonlinearity,
    feed: -1,
    width,
    ds: new Float64Array(width),
    dt: new Float64Array(width),
    at0: new Float64Array(width),
    size: new Float64Array(width),
    code: new Uint8Array(new ArrayBuffer((width + 3) & ~3), 0, width),
    slopes: Float64Array.from({ length: width * R }, (_, i) => operator.slopes[i % rows]!),
    intercepts: Float64Array.from({ length: width * R }, (_, i) => operator.intercepts[i % rows]!),
  };
}

function makeColumns(width: number, between: number, rows: number): Columns {
  const padded = (between + 3) & ~3;
  const codes = new Uint8Array(2 * width * padded);
  return {
    values: new Float64Array(2 * width * rows),
    codes,
    words: new Int32Array(codes.buffer),
    padded,
    age: new Int32Array(2 * width).fill(-1),
  };
}

/** Folds the affine operators between two nonlinear ones into one matrix, column by column. */
function readLink(graph: Graph, from: Nonlinearity | undefined, to: Nonlinearity): Link {
  const first = from === undefined ? 0 : from.node + 1;
  const columns = sizeOf(graph.shapeOf(first));
  const rows = sizeOf(to.operator.inputShape);
  const nodes = graph.nodes.slice(first, to.node);
  const none = makePieces(0, 1);
  const run = (x: Float64Array, affine: boolean) =>
    nodes.reduce((value, { operator }) => {
      const y = new Float64Array(sizeOf(operator.outputShape));
      if (affine) operator.apply(none, value, y);
      else operator.pushforward(none, value, y);
      return y;
    }, x);
  const W = new Float64Array(columns * rows);
  const only = nodes[0]?.operator;
  if (nodes.length === 1 && only instanceof Dense) {
    for (let k = 0; k < rows; k++) {
      for (let i = 0; i < columns; i++) W[i * rows + k] = only.W[k * columns + i]!;
    }
    return { rows, columns, W, b: only.b ?? new Float64Array(rows) };
  }
  for (let i = 0; i < columns; i++) {
    const unit = new Float64Array(columns);
    unit[i] = 1;
    W.set(run(unit, false), i * rows);
  }
  return { rows, columns, W, b: run(new Float64Array(columns), true) };
}
