import type { Graph } from "../../network";
import {
  type Activation,
  Maxout,
  type MaxPool,
  makePieces,
  type Operator,
  sizeOf,
} from "../../spline/operators";
import type { Point } from "../../spline/planar";
import type { Stage } from "../FrozenMaps";
import type { CheckedSlice } from "../Slice";
import { add, type Dyadic, dyadic, negative, times, ZERO } from "./Dyadic";

/** An affine function of the slice, exactly: ∂/∂s, ∂/∂t and the value at the domain's centre. */
export type Line = readonly [Dyadic, Dyadic, Dyadic];

interface Row {
  readonly places: readonly number[];
  readonly weights: readonly Dyadic[];
  readonly offset: Dyadic;
}

/**
 * The functions of a frozen network without any rounding: weights are float64 numbers, and all that
 * is done to them is to add and multiply. Entry by entry, as they are asked for. Weights are what
 * operators pull back: of batch normalisation the float64 scale and shift, of an average over n
 * entries the float64 next to 1/n.
 */
export class ExactMaps {
  /** Entries of values that are known while the codes before them stay as they are. */
  private readonly known: Map<number, Line>[];
  private readonly rows: Map<number, Row>[];
  private readonly stageOf: Map<number, Stage>;

  /** `centre` is where the slice's coordinates, as refinement sees them, are 0. */
  constructor(
    private readonly graph: Graph,
    private readonly stages: readonly Stage[],
    private readonly slice: CheckedSlice,
    private readonly centre: Point,
  ) {
    this.known = [...graph.nodes, undefined].map(() => new Map());
    this.rows = graph.nodes.map(() => new Map());
    this.stageOf = new Map(stages.map((stage) => [stage.nonlinearity.node, stage]));
  }

  /** Forgets what depends on the code of stage s. */
  forget(s: number): void {
    const { node } = this.stages[s]!.nonlinearity;
    for (let v = node + 1; v < this.known.length; v++) this.known[v]!.clear();
  }

  /** What scalar j of stage s is a function of the slice. */
  scalar(s: number, j: number): Line {
    const { node, operator } = this.stages[s]!.nonlinearity;
    return operator instanceof Maxout
      ? this.combine(node, maxoutRow(operator, j))
      : this.read(node, j);
  }

  /** Entry k of value v of the graph. */
  private entry(v: number, k: number): Line {
    if (v === 0) return this.input(k);
    const known = this.known[v]!.get(k);
    if (known !== undefined) return known;
    const made = this.make(v - 1, k);
    this.known[v]!.set(k, made);
    return made;
  }

  private input(i: number): Line {
    const { origin, e1, e2 } = this.slice;
    const [s, t] = [dyadic(e1[i]!), dyadic(e2[i]!)];
    const moved = add(times(dyadic(this.centre[0]), s), times(dyadic(this.centre[1]), t));
    return [s, t, add(dyadic(origin[i]!), moved)];
  }

  private make(node: number, k: number): Line {
    const { operator } = this.graph.nodes[node]!;
    const stage = this.stageOf.get(node);
    if (stage === undefined) return this.combine(node, this.rowOf(node, operator, k));
    const { sources } = stage.nonlinearity;
    const piece = stage.code[k]!;
    if (operator instanceof Maxout) {
      return this.combine(node, maxoutRow(operator, k * operator.pieces + piece));
    }
    if (sources !== undefined) {
      const source = (operator as MaxPool).sources[k * operator.pieces + piece]!;
      return this.read(node, source < 0 ? ~source : source);
    }
    const { slopes, channels, pieces } = operator as Activation;
    const slope = dyadic(slopes[(k % channels) * pieces + piece]!);
    const [x, y, c] = this.read(node, k);
    const offset = interceptOf(operator as Activation, k, piece);
    return [times(slope, x), times(slope, y), add(times(slope, c), offset)];
  }

  /** Entry p of what a node reads: of the values side by side. */
  private read(node: number, p: number): Line {
    let place = p;
    for (const v of this.graph.nodes[node]!.inputs) {
      const size = sizeOf(this.graph.shapeOf(v));
      if (place < size) return this.entry(v, place);
      place -= size;
    }
    throw new RangeError(`node ${node} reads no entry ${p}`);
  }

  private combine(node: number, { places, weights, offset }: Row): Line {
    let [s, t, c] = [ZERO, ZERO, offset];
    places.forEach((place, i) => {
      const line = this.read(node, place);
      s = add(s, times(weights[i]!, line[0]));
      t = add(t, times(weights[i]!, line[1]));
      c = add(c, times(weights[i]!, line[2]));
    });
    return [s, t, c];
  }

  /** Row k of an affine operator. */
  private rowOf(node: number, operator: Operator, k: number): Row {
    const known = this.rows[node]!.get(k);
    if (known !== undefined) return known;
    const none = makePieces(0, 1);
    const functional = new Float64Array(sizeOf(operator.outputShape));
    const offsets = new Float64Array(functional.length);
    const weights = new Float64Array(sizeOf(operator.inputShape));
    functional[k] = 1;
    operator.pullback(none, functional, weights);
    operator.apply(none, new Float64Array(weights.length), offsets);
    const row = rowFrom(weights, offsets[k]!);
    this.rows[node]!.set(k, row);
    return row;
  }
}

/**
 * The value at 0 of a piece of unit k, from that of the first piece on such that pieces meet at the
 * knots without any gap; intercepts as they are kept do so up to rounding.
 */
function interceptOf(
  { slopes, intercepts, knots, channels, pieces }: Activation,
  k: number,
  piece: number,
): Dyadic {
  const row = (k % channels) * pieces;
  let c = dyadic(intercepts[row]!);
  for (let r = 1; r <= piece; r++) {
    const bend = add(dyadic(slopes[row + r - 1]!), dyadic(-slopes[row + r]!));
    c = add(c, times(bend, dyadic(knots[r - 1]!)));
  }
  return c;
}

function maxoutRow({ W, b }: Maxout, j: number): Row {
  const D = W.length / b.length;
  return rowFrom(W.subarray(j * D, (j + 1) * D), b[j]!);
}

function rowFrom(weights: Float64Array, offset: number): Row {
  const places = [...weights.keys()].filter((i) => weights[i] !== 0);
  return { places, weights: places.map((i) => dyadic(weights[i]!)), offset: dyadic(offset) };
}

/** The function less another one, or less a number. */
export function minus(line: Line, other: Line | number): Line {
  if (typeof other === "number") return [line[0], line[1], add(line[2], dyadic(-other))];
  return [0, 1, 2].map((i) => add(line[i]!, negative(other[i]!))) as unknown as Line;
}
