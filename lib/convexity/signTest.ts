import type { Graph, SplineNetwork } from "../network";
import { makePieces, type Operator, sizeOf } from "../spline/operators";
import { added, type Curvature, isConvex, scaled } from "./Curvature";
import { testedOutputs } from "./testedOutputs";

/** A place where the rules of the sign test break, and how often they do in that operator. */
export interface Obstacle {
  /** Name of the operator in the graph. */
  readonly node: string;
  /**
   * "weight": a negative weight bends a convex argument down. "decreasing": a piece of a
   * nonlinearity does, which falls in an argument that isn't affine. "not convex": the nonlinearity
   * itself isn't.
   */
  readonly reason: "weight" | "decreasing" | "not convex";
  /** Output unit and input unit of the lowest weight or slope, or of the first such unit. */
  readonly row: number;
  readonly column: number;
  /** The lowest weight, or slope of a piece. */
  readonly value?: number;
  /** Number of such weights, pieces or units in the operator. */
  readonly count: number;
}

/** What the signs of the weights say: convexity for certain, or nothing. */
export interface SignTest {
  /** Whether each output tested is certified to be convex on all of the input space. */
  readonly certified: boolean;
  /** What is known of each output of the network [C]. */
  readonly curvature: readonly Curvature[];
  /** Where the rules break; empty if all outputs are certified. */
  readonly obstacles: readonly Obstacle[];
  /** "certified convex", or "not certified, because …": never "not convex". */
  toString(): string;
}

/** Larger operators are taken as a whole: their outputs share the worst shape among them. */
const LARGEST = 4e6;

/**
 * The sign test: is the network convex by the signs of its weights alone, whatever their sizes?
 *
 * Each coordinate of each value is affine, convex, concave or unknown, and operators pass this on:
 * an affine operator adds up its arguments with the signs of its weights; a convex nonlinearity
 * keeps an affine argument convex, and a convex one if it is nondecreasing. For a chain of layers
 * this is the theorem of the spline theory of networks (Balestriero & Baraniuk 2018; input-convex
 * networks, Amos, Xu & Kolter 2017): weights from layer 2 on nonnegative, their nonlinearities
 * convex and nondecreasing. Of layer 1 the nonlinearity need only be convex; a skip connection from
 * the input may have any sign; so may pooling and batch normalisation before the first
 * nonlinearity, while after it γ must not be negative.
 *
 * The converse is false for given weights: a network that isn't certified may well be convex. So
 * the answer is "certified" or "not certified, because …". It holds for the exact network; rounding
 * of its evaluation is not considered. Operators with more than 4·10⁶ entries (of their
 * matrix) are taken as a whole, which may certify less, never more.
 *
 * @throws RangeError unless `output` is an output of the network
 * @example
 * const net = SplineNetwork.fromWeights([{ W: [[1], [-1]], b: [0, 0] }, { W: [[1, -1]], b: [0] }]);
 * String(signTest(net)); // not certified, because dense 2: 1 weight …, W[0][1] = -1
 */
export function signTest(
  net: SplineNetwork,
  { output }: { readonly output?: number } = {},
): SignTest {
  const tested = testedOutputs(net, output);
  const { curvature, obstacles } = propagate(net.graph);
  const certified = tested.every((c) => isConvex(curvature[c]!));
  const reasons = certified ? [] : obstacles;
  return {
    certified,
    curvature,
    obstacles: reasons,
    toString: () =>
      certified ? "certified convex" : `not certified, because ${reasons.map(sentence).join("; ")}`,
  };
}

function propagate(graph: Graph): { curvature: Curvature[]; obstacles: Obstacle[] } {
  const values: Curvature[][] = [Array(sizeOf(graph.inputShape)).fill("affine")];
  const obstacles: Obstacle[] = [];
  for (const { name, operator, inputs } of graph.nodes) {
    const offences = new Offences(name);
    const from = inputs.flatMap((value) => values[value]!);
    values.push(through(operator, from, offences));
    obstacles.push(...offences.worst());
  }
  return { curvature: values.at(-1)!, obstacles };
}

/**
 * The shapes behind an operator. A unit is the largest of its pieces, each an affine function of
 * the operator's input (one piece: that function itself), so that it is convex if all of them are.
 */
function through(operator: Operator, from: Curvature[], offences: Offences): Curvature[] {
  const { pieces, convex, nondecreasing } = operator;
  const outputs = sizeOf(operator.outputShape);
  const largest = (shapes: readonly Curvature[]): Curvature => {
    if (pieces === 1) return shapes[0]!;
    return shapes.every(isConvex) ? "convex" : "unknown";
  };
  if (!convex) {
    for (let k = 0; k < outputs; k++) offences.unit(k, 0);
    return Array(outputs).fill("unknown");
  }
  const whole = from.reduce(added);
  if (whole === "affine") return Array(outputs).fill(largest([whole]));
  const small = outputs * pieces * from.length <= LARGEST;
  if (!small && nondecreasing) return Array(outputs).fill(largest([whole]));
  const rows = new FrozenRows(operator);
  const pieceShape = (k: number, r: number): Curvature => {
    const row = rows.of(k, r);
    let shape: Curvature = "affine";
    for (let j = 0; j < row.length; j++) {
      const part = scaled(from[j]!, row[j]!);
      if (row[j]! < 0 && part === "concave") {
        offences.weight(pieces === 1 ? "weight" : "decreasing", k, j, row[j]!);
      }
      shape = added(shape, part);
    }
    return shape;
  };
  const to: Curvature[] = [];
  for (let k = 0; k < outputs; k++) {
    to.push(largest(Array.from({ length: pieces }, (_, r) => pieceShape(k, r))));
    // Of a large operator the first row that breaks the rules gives up the others with it.
    if (!small && !isConvex(to[k]!)) return Array(outputs).fill("unknown");
  }
  return to;
}

/** Rows of an operator's matrix under a frozen code, whatever the operator is: pulled back one by one. */
class FrozenRows {
  private readonly unit: Float64Array;
  private readonly row: Float64Array;

  constructor(private readonly operator: Operator) {
    this.unit = new Float64Array(sizeOf(operator.outputShape));
    this.row = new Float64Array(sizeOf(operator.inputShape));
  }

  /** Row k where all units take piece r; overwritten by the next. */
  of(k: number, r: number): Float64Array {
    const { operator, unit, row } = this;
    unit[k] = 1;
    operator.pullback(makePieces(operator.units, operator.pieces).fill(r), unit, row.fill(0));
    unit[k] = 0;
    return row;
  }
}

/** What breaks the rules in one operator, counted; the worst weight is remembered. */
class Offences {
  private readonly byReason = new Map<Obstacle["reason"], Obstacle>();

  constructor(private readonly node: string) {}

  weight(reason: "weight" | "decreasing", row: number, column: number, value: number): void {
    const before = this.byReason.get(reason);
    const count = (before?.count ?? 0) + 1;
    const worst = before === undefined || value < before.value!;
    const kept = worst ? { node: this.node, reason, row, column, value } : before;
    this.byReason.set(reason, { ...kept, count });
  }

  unit(row: number, column: number): void {
    const reason = "not convex";
    const first = this.byReason.get(reason) ?? { node: this.node, reason, row, column, count: 0 };
    this.byReason.set(reason, { ...first, count: first.count + 1 });
  }

  worst(): Obstacle[] {
    return [...this.byReason.values()];
  }
}

function sentence({ node, reason, row, column, value, count }: Obstacle): string {
  const number = (noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
  if (reason === "weight") {
    const worst = `W[${row}][${column}] = ${Number(value!.toPrecision(4))}`;
    return `${node}: ${number("negative weight")} on convex arguments, the lowest ${worst}`;
  }
  if (reason === "decreasing") {
    const worst = `unit ${row}, slope ${Number(value!.toPrecision(4))}`;
    return `${node}: ${number("piece")} falling in convex arguments, the steepest in ${worst}`;
  }
  return `${node}: ${number("unit")} of a nonlinearity that isn't convex, the first is ${row}`;
}
