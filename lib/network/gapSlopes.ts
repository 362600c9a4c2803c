import { euclideanNorm } from "../spline/magnitude";
import { Activation, type Operator, type Pieces } from "../spline/operators";
import type { Graph } from "./Graph";
import { rivalFunctional, rivalsAlong } from "./rivals";
import { generalDirection } from "./underflow";

/** Gaps of the units of one node to other pieces, in the order in which rivals are visited. */
export interface NodeGaps {
  /** The node's index. */
  readonly i: number;
  readonly operator: Operator;
  /** Of each gap, the unit and the other piece. */
  readonly units: readonly number[];
  readonly rivals: readonly number[];
}

/** How far a gradient may stray from what a forward pass says of it. */
const TOLERANCE = 1e-9;

/**
 * ‖g‖ of every gap ⟨g, x⟩ + h of these nodes on the cell of these codes: from rates along each axis of
 * the input, or gradient by gradient where these are fewer.
 */
export function gapSlopes(
  graph: Graph,
  codes: readonly Pieces[],
  nodes: readonly NodeGaps[],
): Float64Array[] {
  const inputs = graph.shapeOf(0).reduce((product, n) => product * n, 1);
  const gradients = nodes.reduce(
    (sum, { operator, units }) =>
      sum + (operator instanceof Activation ? new Set(units).size : units.length),
    0,
  );
  const found = gradients < inputs ? byGradients(graph, codes, nodes, inputs) : undefined;
  return found ?? byAxes(graph, codes, nodes, inputs);
}

function byAxes(
  graph: Graph,
  codes: readonly Pieces[],
  nodes: readonly NodeGaps[],
  inputs: number,
): Float64Array[] {
  const lengths = nodes.map(({ units }) => new Lengths(units.length));
  const direction = new Float64Array(inputs);
  for (let d = 0; d < inputs; d++) {
    direction[d] = 1;
    const moved = graph.pushforwardAll(codes, direction);
    direction[d] = 0;
    for (const [a, { i, operator }] of nodes.entries()) {
      let next = 0;
      rivalsAlong(operator, codes[i]!, graph.readBy(i, moved), (_, __, rate) => {
        lengths[a]!.add(next++, rate);
      });
    }
  }
  return nodes.map(({ units }, a) => Float64Array.from(units, (_, n) => lengths[a]!.of(n)));
}

/**
 * Undefined where numbers over- or underflow on the way back, which they may do although they don't
 * on the way forward: ⟨g, direction⟩ then isn't the rate at which the gap changes.
 */
function byGradients(
  graph: Graph,
  codes: readonly Pieces[],
  nodes: readonly NodeGaps[],
  inputs: number,
): Float64Array[] | undefined {
  const direction = generalDirection(inputs);
  const room = TOLERANCE * euclideanNorm(direction);
  const moved = graph.pushforwardAll(codes, direction);
  const slopes: Float64Array[] = [];
  for (const { i, operator, units, rivals } of nodes) {
    const rates: number[] = [];
    rivalsAlong(operator, codes[i]!, graph.readBy(i, moved), (_, __, rate) => rates.push(rate));
    const own = new Float64Array(units.length);
    for (let n = 0; n < own.length; n++) {
      if (n > 0 && operator instanceof Activation && units[n] === units[n - 1]) {
        own[n] = own[n - 1]!; // the same gradient, with the other sign
        continue;
      }
      const functional = rivalFunctional(operator, codes[i]!, units[n]!, rivals[n]!);
      const gradient = graph.pullbackFrom(codes, graph.functionalsRead(i, functional));
      own[n] = euclideanNorm(gradient);
      let rate = 0;
      for (let d = 0; d < inputs; d++) rate += gradient[d]! * direction[d]!;
      if (!(Math.abs(rate - rates[n]!) <= room * own[n]!)) return undefined;
    }
    slopes.push(own);
  }
  return slopes;
}

/** Lengths of many vectors whose entries come one by one; right where squares over- or underflow. */
class Lengths {
  private readonly largest: Float64Array;
  /** Sums of squares of entries divided by the largest so far. */
  private readonly sums: Float64Array;

  constructor(count: number) {
    this.largest = new Float64Array(count);
    this.sums = new Float64Array(count);
  }

  add(n: number, entry: number): void {
    if (entry === 0) return;
    const size = Math.abs(entry);
    const most = this.largest[n]!;
    if (size <= most) {
      this.sums[n]! += (size / most) ** 2;
      return;
    }
    this.sums[n] = 1 + this.sums[n]! * (most / size) ** 2;
    this.largest[n] = size;
  }

  of(n: number): number {
    return this.largest[n]! * Math.sqrt(this.sums[n]!);
  }
}
