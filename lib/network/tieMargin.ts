import { random } from "../random";
import { Activation } from "../spline/operators";
import type { Graph, Trace } from "./Graph";
import { rivalsAlong, rivalsAt } from "./rivals";

/** The smallest gap between the best and the second-best piece over all units of a forward pass. */
export function tieMargin(graph: Graph, { values, codes }: Trace): number {
  let moved: readonly Float64Array[] | undefined;
  return graph.nodes.reduce((least, { operator, inputs }, i) => {
    const above = inputs.length === 1 ? graph.nodes[inputs[0]! - 1]?.operator : undefined;
    const margin = operator.tieMargin(graph.readBy(i, values), above);
    if (margin > 0) return Math.min(least, margin);
    // An exact tie: of two functions, or of one? Along a random direction two of them part.
    moved ??= graph.pushforwardAll(codes, random(1).normals(values[0]!.length));
    return Math.min(least, marginBetweenFunctions(graph, i, values, codes, moved));
  }, Number.POSITIVE_INFINITY);
}

/** The margin of node i without the exact ties of pieces that move together. */
function marginBetweenFunctions(
  graph: Graph,
  i: number,
  values: Trace["values"],
  codes: Trace["codes"],
  moved: readonly Float64Array[],
): number {
  const { operator } = graph.nodes[i]!;
  const rates: number[] = [];
  rivalsAlong(operator, codes[i]!, graph.readBy(i, moved), (_, __, rate) => void rates.push(rate));
  let [least, next] = [Number.POSITIVE_INFINITY, 0];
  rivalsAt(operator, codes[i]!, graph.readBy(i, values), (unit, to, gap) => {
    const rate = rates[next++];
    if (gap === 0 && rate === 0) return;
    const parting = operator instanceof Activation ? jump(operator, unit, to) : 1;
    if (parting > 0) least = Math.min(least, gap * parting);
  });
  return least;

  /** |s_to − s_from|: by how much the two pieces of an activation part, per unit of their input. */
  function jump({ slopes, pieces, channels }: Activation, unit: number, to: number): number {
    const row = (unit % channels) * pieces;
    return Math.abs(slopes[row + to]! - slopes[row + codes[i]![unit]!]!);
  }
}
