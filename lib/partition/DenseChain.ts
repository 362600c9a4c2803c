import type { Graph } from "../network";
import { Activation, Dense, makePieces, sizeOf } from "../spline/operators";
import { type DenseKernel, denseKernel, evenly, floatBytes, SHORT } from "./denseKernel";
import type { FrozenMaps, Stage } from "./FrozenMaps";
import { type Nonlinearity, nonlinearities } from "./Nonlinearity";
import type { CheckedSlice } from "./Slice";

/** The affine map from one stage's outputs to what the next stage's units read. */
interface Link {
  readonly rows: number;
  readonly columns: number;
  /** From one column to the next: the even number next to `rows`. */
  readonly stride: number;
  /** Columns one after the other [columns × stride]. */
  readonly W: Float64Array;
  readonly b: Float64Array;
}

interface DenseStage extends Stage {
  readonly width: number;
  /** Slopes and intercepts of the pieces of each unit [width × R]. */
  readonly slopes: Float64Array;
  readonly intercepts: Float64Array;
  /** Of units with two pieces: 1 for those on the upper one, −1 for the others [width]. */
  readonly signs: Float64Array;
}

/** A stage after next as a function of the outputs of stage s, two columns a unit, kept while they hold. */
interface Columns {
  /** W″ S′ W′ with S′ the slopes that the codes below stand for [2 width × stride]. */
  readonly values: Float64Array;
  /** The code of the stage in between for which each column was made [width × padded]. */
  readonly codes: Uint8Array;
  readonly words: Int32Array;
  readonly padded: number;
  /** Corrections since a column was made anew; −1 where it never was. */
  readonly age: Int32Array;
}

/** Columns and functions are made anew after so many corrections for each term of their sums. */
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
    const widths = chosen.map(({ operator }) => operator.units);
    const widest = Math.max(0, ...widths);
    this.extent = extent;
    this.kernel = denseKernel(widest, bytesOf(widths));
    this.links = chosen.map((nonlinearity, s) =>
      readLink(graph, chosen[s - 1], nonlinearity, this.kernel),
    );
    this.stages = chosen.map((nonlinearity) => makeStage(nonlinearity, this.kernel));
    const S = this.stages.length;
    this.dirty = new Uint8Array(S).fill(1);
    this.age = new Int32Array(S);
    this.measured = new Int32Array(S);
    this.columns = this.stages.map(({ width }, s) =>
      s + 2 < S ? makeColumns(width, widths[s + 1]!, widths[s + 2]!, this.kernel) : undefined,
    );
    this.offsets = this.kernel.integers(widest);
    this.factors = this.kernel.floats(widest);
    if (S > 0) this.first(slice);
  }

  private readonly kernel: DenseKernel;
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
    this.stages.forEach(({ code, size, signs }, s) => {
      code.fill(0);
      signs.fill(-1);
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

  scan(s: number, k: number, cx: number, cy: number, r2: number): number {
    const stage = this.stages[s]!;
    const knot = stage.nonlinearity.knots![0]!;
    return this.kernel.scan(stage, stage.signs, k, cx, cy, r2, knot);
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
    stage.signs[k] = piece > 0 ? 1 : -1;
    const S = this.stages.length;
    if (s + 1 >= S) return;
    const ts = slope * stage.ds[k]!;
    const tt = slope * stage.dt[k]!;
    const t0 = slope * stage.at0[k]! + intercept;
    if (this.dirty[s + 1] === 0) {
      const { W, columns, stride } = this.links[s + 1]!;
      this.kernel.addOuter(this.stages[s + 1]!, W, k * stride, ts, tt, t0);
      if (++this.age[s + 1]! > REFRESH * columns) this.dirty[s + 1] = 1;
    }
    if (s + 2 < S && this.dirty[s + 2] === 0) {
      const { columns, stride } = this.links[s + 2]!;
      const column = this.updateColumn(s, k, piece > before);
      const { values } = this.columns[s]!;
      this.kernel.addOuter(this.stages[s + 2]!, values, column * stride, ts, tt, t0);
      if (++this.age[s + 2]! > REFRESH * columns) this.dirty[s + 2] = 1;
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
    const { W: inner, stride: step } = this.links[s + 1]!;
    const { W: outer, rows, stride } = this.links[s + 2]!;
    const { slopes, width } = between;
    const code = between.code;
    const current = this.codeWords[s + 1]!;
    const R = between.nonlinearity.operator.pieces;
    const column = up ? 2 * k + 1 : 2 * k;
    const start = column * stride;
    const { offsets, factors } = this;
    let count = 0;
    if (age[column]! < 0 || age[column]! > REFRESH * width) {
      values.fill(0, start, start + rows);
      for (let j = 0; j < width; j++) {
        const factor = slopes[j * R + code[j]!]! * inner[k * step + j]!;
        codes[column * padded + j] = code[j]!;
        if (factor === 0) continue;
        offsets[count] = j * stride;
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
          offsets[count] = j * stride;
          factors[count++] =
            (slopes[j * R + now]! - slopes[j * R + earlier]!) * inner[k * step + j]!;
          codes[column * padded + j] = now;
        }
      }
      age[column]! += count;
    }
    this.kernel.addColumns(values, start, rows, outer, offsets, factors, count);
    return column;
  }

  private get codeWords(): readonly Int32Array[] {
    this.cachedWords ??= this.stages.map(({ code }) => new Int32Array(code.buffer));
    return this.cachedWords;
  }
  private cachedWords: Int32Array[] | undefined;

  /** What stage 0 reads: it never changes. */
  private first(slice: CheckedSlice): void {
    const { W, b, rows, columns, stride } = this.links[0]!;
    const { ds, dt, at0, size } = this.stages[0]!;
    at0.set(b);
    for (let k = 0; k < rows; k++) size[k] = Math.abs(b[k]!);
    for (let i = 0; i < columns; i++) {
      const [x, y, o] = [slice.e1[i]!, slice.e2[i]!, slice.origin[i]!];
      const magnitude = (Math.abs(x) + Math.abs(y)) * this.extent + Math.abs(o);
      for (let k = 0; k < rows; k++) {
        const w = W[i * stride + k]!;
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
    const link = this.links[s]!;
    if (link.rows < SHORT) rowByRow(from, to, link);
    else this.columnByColumn(from, to, link);
    const before = this.measured[s]!++;
    if (before % (before < 256 ? 16 : 256) === 0) this.measure(s);
    this.dirty[s] = 0;
    this.age[s] = 0;
  }

  private columnByColumn(from: DenseStage, to: DenseStage, { W, b, stride }: Link): void {
    const R = from.nonlinearity.operator.pieces;
    to.ds.fill(0);
    to.dt.fill(0);
    to.at0.set(b);
    for (let k = 0; k < from.width; k++) {
      const slope = from.slopes[k * R + from.code[k]!]!;
      const intercept = from.intercepts[k * R + from.code[k]!]!;
      if (slope === 0 && intercept === 0) continue;
      this.kernel.addOuter(
        to,
        W,
        k * stride,
        slope * from.ds[k]!,
        slope * from.dt[k]!,
        slope * from.at0[k]! + intercept,
      );
    }
  }

  private readonly measured: Int32Array;

  /** Raises `size` to the sum of the magnitudes of the terms that each function is the sum of. */
  private measure(s: number): void {
    const from = this.stages[s - 1]!;
    const { size } = this.stages[s]!;
    const { W, b, rows, stride } = this.links[s]!;
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
      for (let j = 0; j < rows; j++) sums[j]! += Math.abs(W[k * stride + j]!) * magnitude;
    }
    for (let j = 0; j < rows; j++) if (sums[j]! > size[j]!) size[j] = sums[j]!;
  }
}

/** What a stage reads, from what the stage before reads and its code: for few rows, without a call a column. */
function rowByRow(from: DenseStage, to: DenseStage, { W, b, rows, stride }: Link): void {
  const { slopes, intercepts, code, ds, dt, at0, width } = from;
  const R = from.nonlinearity.operator.pieces;
  for (let j = 0; j < rows; j++) {
    let [s, t, c] = [0, 0, b[j]!];
    for (let k = 0; k < width; k++) {
      const piece = k * R + code[k]!;
      const slope = slopes[piece]!;
      const w = W[k * stride + j]!;
      s += w * (slope * ds[k]!);
      t += w * (slope * dt[k]!);
      c += w * (slope * at0[k]! + intercepts[piece]!);
    }
    to.ds[j] = s;
    to.dt[j] = t;
    to.at0[j] = c;
  }
}

/** Bytes that all arrays of a chain take that its inner loops work on, without the first link's. */
function bytesOf(widths: readonly number[]): number {
  let bytes = floatBytes(2 * Math.max(0, ...widths));
  widths.forEach((width, s) => {
    bytes += 4 * floatBytes(width);
    if (s > 0) bytes += floatBytes(widths[s - 1]! * evenly(width));
    if (s > 1) bytes += floatBytes(2 * widths[s - 2]! * evenly(width));
  });
  return bytes;
}

function makeStage(nonlinearity: Nonlinearity, kernel: DenseKernel): DenseStage {
  const operator = nonlinearity.operator as Activation;
  const width = operator.units;
  const R = operator.pieces;
  const rows = operator.channels * R;
  return {
    nonlinearity,
    feed: -1,
    width,
    ds: kernel.floats(width),
    dt: kernel.floats(width),
    at0: kernel.floats(width),
    signs: kernel.floats(width).fill(-1),
    size: new Float64Array(width),
    code: new Uint8Array(new ArrayBuffer((width + 3) & ~3), 0, width),
    slopes: Float64Array.from({ length: width * R }, (_, i) => operator.slopes[i % rows]!),
    intercepts: Float64Array.from({ length: width * R }, (_, i) => operator.intercepts[i % rows]!),
  };
}

function makeColumns(width: number, between: number, rows: number, kernel: DenseKernel): Columns {
  const padded = (between + 3) & ~3;
  const codes = new Uint8Array(2 * width * padded);
  return {
    values: kernel.floats(2 * width * evenly(rows)),
    codes,
    words: new Int32Array(codes.buffer),
    padded,
    age: new Int32Array(2 * width).fill(-1),
  };
}

/** Folds the affine operators between two nonlinear ones into one matrix, column by column. */
function readLink(
  graph: Graph,
  from: Nonlinearity | undefined,
  to: Nonlinearity,
  kernel: DenseKernel,
): Link {
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
  const stride = evenly(rows);
  const W =
    from === undefined ? new Float64Array(columns * stride) : kernel.floats(columns * stride);
  const only = nodes[0]?.operator;
  if (nodes.length === 1 && only instanceof Dense) {
    for (let k = 0; k < rows; k++) {
      for (let i = 0; i < columns; i++) W[i * stride + k] = only.W[k * columns + i]!;
    }
    return { rows, columns, stride, W, b: only.b ?? new Float64Array(rows) };
  }
  for (let i = 0; i < columns; i++) {
    const unit = new Float64Array(columns);
    unit[i] = 1;
    W.set(run(unit, false), i * stride);
  }
  return { rows, columns, stride, W, b: run(new Float64Array(columns), true) };
}
