import type { Graph } from "../network";
import {
  Activation,
  Dense,
  Maxout,
  MaxPool,
  makePieces,
  type Operator,
  type Readers,
  readersOf,
  SparseColumns,
  sizeOf,
} from "../spline/operators";
import type { FrozenMaps, Stage } from "./FrozenMaps";
import { type Nonlinearity, nonlinearities } from "./Nonlinearity";
import type { CheckedSlice } from "./Slice";

/** A stage's functions are made anew when each of its scalars has been corrected so often, on average. */
const REFRESH = 256;
/** Changes of more than this share of a signal are pushed forward whole. */
const SPARSE = 1 / 3;

interface GraphStage extends Stage {
  /** The affine operator in front of the comparison, inside a maxout. */
  readonly inner: Dense | undefined;
  /** Which pieces of which units a scalar is; undefined for an activation. */
  readonly comparers: Readers | undefined;
}

/** An affine function of the slice for each entry of a signal. */
interface Columns {
  readonly ds: Float64Array;
  readonly dt: Float64Array;
  readonly c: Float64Array;
}

/**
 * Frozen maps of any graph.
 *
 * A flip of unit k changes one entry of what its operator makes. The change is handed on from node
 * to node as the few entries that differ, each of them three numbers (∂s, ∂t, constant), through
 * columns of the affine operators; a convolution is never written out as a matrix. Each node keeps
 * what has arrived until the stage behind it is needed: skip connections cost nothing until then.
 */
export class GraphMaps implements FrozenMaps {
  readonly stages: readonly GraphStage[];
  /** What each node's input has changed by since the node looked at it. */
  private readonly inbox: readonly SparseColumns[];
  /** What an operator makes of a change, where several nodes read it; and its whole columns. */
  private readonly outbox: readonly SparseColumns[];
  /** Readers of each value: node and offset by turns. */
  private readonly readers: readonly (readonly number[])[];
  /** The stage of each node, −1 for an affine one. */
  private readonly stageOf: readonly number[];
  private readonly nodes: Graph["nodes"];
  /** Corrections of scalars of each stage since its functions were made anew; +∞ if never. */
  private readonly age: Float64Array;
  private readonly refreshes: Int32Array;
  /** Columns and magnitudes of each value, for making functions anew. */
  private readonly values: readonly Columns[];
  private readonly scratch: readonly (SparseColumns | undefined)[];

  /** `extent` is the largest |s|, |t| in the domain; the slice's origin is the domain's centre. */
  constructor(
    private readonly graph: Graph,
    slice: CheckedSlice,
    private readonly extent: number,
    depth: number,
  ) {
    const chosen = nonlinearities(graph).slice(0, depth);
    const last = chosen.at(-1)?.node ?? -1;
    this.nodes = graph.nodes.slice(0, last + 1); // nothing behind the last stage is asked for
    const stageOf = this.nodes.map(() => -1);
    chosen.forEach(({ node }, s) => {
      stageOf[node] = s;
    });
    this.stageOf = stageOf;
    this.stages = chosen.map((nonlinearity) => this.makeStage(nonlinearity));
    this.inbox = this.nodes.map(({ operator }) => new SparseColumns(sizeOf(operator.inputShape)));
    this.outbox = this.nodes.map(({ operator }) => new SparseColumns(sizeOf(operator.outputShape)));
    this.scratch = this.nodes.map((_, i) => {
      const inner = this.stages[stageOf[i]!]?.inner;
      return inner && new SparseColumns(inner.outputSize);
    });
    this.readers = this.readersOf();
    this.age = new Float64Array(chosen.length).fill(Number.POSITIVE_INFINITY);
    this.refreshes = new Int32Array(chosen.length);
    const sizes = [graph.inputShape, ...this.nodes.map(({ operator }) => operator.outputShape)];
    this.values = sizes.map((shape, v) =>
      v === 0 ? { ds: slice.e1, dt: slice.e2, c: slice.origin } : columnsOf(sizeOf(shape)),
    );
  }

  private makeStage(nonlinearity: Nonlinearity): GraphStage {
    const { operator, sources, node } = nonlinearity;
    const D = sizeOf(operator.inputShape);
    const inner =
      operator instanceof Maxout
        ? new Dense(operator.W, operator.b, D, operator.b.length)
        : undefined;
    const scalars = inner?.outputSize ?? D;
    const { inputs } = this.nodes[node]!;
    const pooled = operator instanceof MaxPool && inputs.length === 1;
    const feeder = pooled && inputs[0]! > 0 ? inputs[0]! - 1 : -1;
    const fed = feeder >= 0 && this.nodes[feeder]!.operator instanceof Activation;
    return {
      nonlinearity,
      ds: new Float64Array(scalars),
      dt: new Float64Array(scalars),
      at0: new Float64Array(scalars),
      size: new Float64Array(scalars),
      code: makePieces(operator.units, operator.pieces),
      feed: fed ? this.stageOf[feeder]! : -1,
      inner,
      comparers: sources && readersOf(sources, scalars),
    };
  }

  private readersOf(): number[][] {
    const readers: number[][] = [[], ...this.nodes.map(() => [])];
    this.nodes.forEach(({ inputs }, i) => {
      let offset = 0;
      for (const v of inputs) {
        readers[v]!.push(i, offset);
        offset += sizeOf(this.graph.shapeOf(v));
      }
    });
    return readers;
  }

  restart(): void {
    for (const { code, size } of this.stages) {
      code.fill(0);
      size.fill(0);
    }
    for (const columns of this.inbox) columns.clear();
    this.age.fill(Number.POSITIVE_INFINITY);
    this.refreshes.fill(0);
  }

  scan(s: number, from: number, cx: number, cy: number, r2: number): number {
    const { ds, dt, at0, code, nonlinearity } = this.stages[s]!;
    const knot = nonlinearity.knots![0]!;
    let k = from;
    for (; k < code.length; k++) {
      const gs = ds[k]!;
      const gt = dt[k]!;
      const u = gs * cx + gt * cy + at0[k]! - knot;
      if (!(u * u > r2 * (gs * gs + gt * gt) && u > 0 === (code[k] === 1))) break;
    }
    return k;
  }

  expect(): void {}

  flip(s: number, k: number, piece: number): void {
    const stage = this.stages[s]!;
    const { nonlinearity, code, ds, dt, at0 } = stage;
    const { operator, sources, node } = nonlinearity;
    const before = code[k]!;
    code[k] = piece;
    if (sources !== undefined) {
      const i = placeOf(sources[k * operator.pieces + before]!);
      const j = placeOf(sources[k * operator.pieces + piece]!);
      this.hand(node + 1, k, ds[j]! - ds[i]!, dt[j]! - dt[i]!, at0[j]! - at0[i]!);
      return;
    }
    const { slopes, intercepts, channels, pieces } = operator as Activation;
    const row = (k % channels) * pieces;
    const slope = slopes[row + piece]! - slopes[row + before]!;
    const intercept = intercepts[row + piece]! - intercepts[row + before]!;
    this.hand(node + 1, k, slope * ds[k]!, slope * dt[k]!, slope * at0[k]! + intercept);
  }

  /** Entry k of value v has changed: tells its readers. */
  private hand(v: number, k: number, ds: number, dt: number, c: number): void {
    const readers = this.readers[v]!;
    for (let at = 0; at < readers.length; at += 2) {
      this.inbox[readers[at]!]!.add(readers[at + 1]! + k, ds, dt, c);
    }
  }

  ready(s: number): void {
    const first = s === 0 ? 0 : this.stages[s - 1]!.nonlinearity.node + 1;
    const last = this.stages[s]!.nonlinearity.node;
    for (let i = first; i <= last; i++) if (this.inbox[i]!.count > 0) this.pass(i);
    if (this.age[s]! > REFRESH * this.stages[s]!.ds.length) this.refresh(s);
  }

  /** Lets a node look at what has arrived, and hands on what comes of it. */
  private pass(i: number): void {
    const { operator } = this.nodes[i]!;
    const inbox = this.inbox[i]!;
    const s = this.stageOf[i]!;
    if (s < 0) {
      const readers = this.readers[i + 1]!;
      const direct = readers.length === 2 && readers[1] === 0;
      const to = direct ? this.inbox[readers[0]!]! : this.outbox[i]!;
      push(operator, inbox, to);
      if (!direct) this.handAll(i + 1, to);
    } else if (this.stages[s]!.comparers === undefined) this.passActivation(s, inbox);
    else this.passMaximum(s, i, inbox);
    inbox.clear();
  }

  private handAll(v: number, change: SparseColumns): void {
    const { touched, ds, dt, c } = change;
    for (let at = 0; at < change.count; at++) {
      const k = touched[at]!;
      this.hand(v, k, ds[k]!, dt[k]!, c[k]!);
    }
    change.clear();
  }

  private passActivation(s: number, change: SparseColumns): void {
    const stage = this.stages[s]!;
    const { slopes, channels, pieces } = stage.nonlinearity.operator as Activation;
    const v = stage.nonlinearity.node + 1;
    const { touched, ds, dt, c, count } = change;
    for (let at = 0; at < count; at++) {
      const k = touched[at]!;
      stage.ds[k]! += ds[k]!;
      stage.dt[k]! += dt[k]!;
      stage.at0[k]! += c[k]!;
      const slope = slopes[(k % channels) * pieces + stage.code[k]!]!;
      if (slope !== 0) this.hand(v, k, slope * ds[k]!, slope * dt[k]!, slope * c[k]!);
    }
    this.age[s]! += count;
  }

  private passMaximum(s: number, i: number, inbox: SparseColumns): void {
    const stage = this.stages[s]!;
    const { operator } = stage.nonlinearity;
    const { starts, outputs } = stage.comparers!;
    const change = stage.inner === undefined ? inbox : this.scratch[i]!;
    if (stage.inner !== undefined) push(stage.inner, inbox, change);
    const { touched, ds, dt, c, count } = change;
    for (let at = 0; at < count; at++) {
      const j = touched[at]!;
      let [s1, t1, c1] = [ds[j]!, dt[j]!, c[j]!];
      if (stage.feed >= 0) {
        // Read off the activation itself: what it switches off is exactly 0, and ties with other zeros.
        const feed = this.stages[stage.feed]!;
        const { slopes, intercepts, channels, pieces } = feed.nonlinearity.operator as Activation;
        const piece = (j % channels) * pieces + feed.code[j]!;
        s1 = slopes[piece]! * feed.ds[j]! - stage.ds[j]!;
        t1 = slopes[piece]! * feed.dt[j]! - stage.dt[j]!;
        c1 = slopes[piece]! * feed.at0[j]! + intercepts[piece]! - stage.at0[j]!;
        stage.ds[j] = slopes[piece]! * feed.ds[j]!;
        stage.dt[j] = slopes[piece]! * feed.dt[j]!;
        stage.at0[j] = slopes[piece]! * feed.at0[j]! + intercepts[piece]!;
      } else {
        stage.ds[j]! += s1;
        stage.dt[j]! += t1;
        stage.at0[j]! += c1;
      }
      for (let u = starts[j]!; u < starts[j + 1]!; u++) {
        const k = Math.floor(outputs[u]! / operator.pieces);
        if (outputs[u] === k * operator.pieces + stage.code[k]!) {
          this.hand(i + 1, k, s1, t1, c1);
        }
      }
    }
    this.age[s]! += count;
    if (change !== inbox) change.clear();
  }

  /** Makes the functions that stage s reads anew, from the input on. */
  private refresh(s: number): void {
    const { values, nodes } = this;
    const last = this.stages[s]!.nonlinearity.node;
    for (let i = 0; i < last; i++) {
      const t = this.stageOf[i]!;
      const code = t < 0 ? makePieces(0, 1) : this.stages[t]!.code;
      const from = this.readBy(i);
      const to = values[i + 1]!;
      const { operator } = nodes[i]!;
      operator.pushforward(code, from.ds, to.ds);
      operator.pushforward(code, from.dt, to.dt);
      operator.apply(code, from.c, to.c);
    }
    const stage = this.stages[s]!;
    const from = this.readBy(last);
    const none = makePieces(0, 1);
    if (stage.inner === undefined) {
      stage.ds.set(from.ds);
      stage.dt.set(from.dt);
      stage.at0.set(from.c);
    } else {
      stage.inner.pushforward(none, from.ds, stage.ds);
      stage.inner.pushforward(none, from.dt, stage.dt);
      stage.inner.apply(none, from.c, stage.at0);
    }
    this.age[s] = 0;
    if (this.refreshes[s]!++ % 16 === 0) this.measure(s);
  }

  private readBy(i: number): Columns {
    const { graph } = this;
    const part = (name: keyof Columns) =>
      graph.readBy(
        i,
        this.values.map((value) => value[name]),
      );
    return { ds: part("ds"), dt: part("dt"), c: part("c") };
  }

  /**
   * Raises `size` of stage s to the sum of the magnitudes of the terms that each scalar is the sum
   * of: of what the nonlinear operators before make, at their steepest pieces, through |J|.
   */
  private measure(s: number): void {
    const { nodes } = this;
    const { graph } = this;
    const stage = this.stages[s]!;
    const last = stage.nonlinearity.node;
    const magnitudes: Float64Array[] = [this.reach(0)];
    for (let i = 0; i < last; i++) {
      const { operator } = nodes[i]!;
      magnitudes.push(
        this.stageOf[i]! >= 0 ? this.steepest(i) : absolute(operator, graph.readBy(i, magnitudes)),
      );
    }
    const read = graph.readBy(last, magnitudes);
    const found = stage.inner === undefined ? read : absolute(stage.inner, read);
    const { size } = stage;
    for (let j = 0; j < size.length; j++) if (found[j]! > size[j]!) size[j] = found[j]!;
  }

  /** The largest magnitude of each entry of a value on the slice. */
  private reach(v: number): Float64Array {
    const { ds, dt, c } = this.values[v]!;
    return c.map(
      (value, k) => (Math.abs(ds[k]!) + Math.abs(dt[k]!)) * this.extent + Math.abs(value),
    );
  }

  /** The largest magnitude of what a nonlinear node makes, whichever pieces it takes. */
  private steepest(i: number): Float64Array {
    const stage = this.stages[this.stageOf[i]!]!;
    const { operator, sources } = stage.nonlinearity;
    const read = stage.at0.map(
      (value, j) =>
        (Math.abs(stage.ds[j]!) + Math.abs(stage.dt[j]!)) * this.extent + Math.abs(value),
    );
    return Float64Array.from({ length: operator.units }, (_, k) => {
      let most = 0;
      for (let r = 0; r < operator.pieces; r++) {
        if (sources !== undefined) {
          most = Math.max(most, read[placeOf(sources[k * operator.pieces + r]!)]!);
          continue;
        }
        const { slopes, intercepts, channels, pieces } = operator as Activation;
        const piece = (k % channels) * pieces + r;
        most = Math.max(most, Math.abs(slopes[piece]!) * read[k]! + Math.abs(intercepts[piece]!));
      }
      return most;
    });
  }
}

/** A place that is padding holds ~p, and repeats the piece that reads p. */
const placeOf = (source: number): number => (source < 0 ? ~source : source);

const columnsOf = (size: number): Columns => ({
  ds: new Float64Array(size),
  dt: new Float64Array(size),
  c: new Float64Array(size),
});

/** Pushes a change through an affine operator. */
function push(operator: Operator, change: SparseColumns, to: SparseColumns): void {
  const { touched, ds, dt, c, count, size } = change;
  if (operator.spread !== undefined && count < Math.max(2, SPARSE * size)) {
    for (let at = 0; at < count; at++) {
      const i = touched[at]!;
      operator.spread(i, ds[i]!, dt[i]!, c[i]!, to);
    }
    return;
  }
  const none = makePieces(0, 1);
  to.touch(0, to.size);
  const whole = new Float64Array(to.size);
  for (const name of ["ds", "dt", "c"] as const) {
    operator.pushforward(none, change[name], whole);
    for (let k = 0; k < to.size; k++) to[name][k]! += whole[k]!;
  }
}

/** |J| x + |c| of an affine operator, column by column. */
function absolute(operator: Operator, x: Float64Array): Float64Array {
  const none = makePieces(0, 1);
  const sum = new Float64Array(sizeOf(operator.outputShape));
  operator.apply(none, new Float64Array(x.length), sum);
  for (let k = 0; k < sum.length; k++) sum[k] = Math.abs(sum[k]!);
  const column = new SparseColumns(sum.length);
  const unit = new SparseColumns(x.length);
  for (let i = 0; i < x.length; i++) {
    if (x[i] === 0) continue;
    unit.add(i, 1, 0, 0);
    push(operator, unit, column);
    for (let at = 0; at < column.count; at++) {
      const k = column.touched[at]!;
      sum[k]! += Math.abs(column.ds[k]!) * x[i]!;
    }
    column.clear();
    unit.clear();
  }
  return sum;
}
