import type { Operator } from "../spline/operators";
import { Graph, type GraphNode } from "./Graph";

/** Nodes of what a reader makes: value 0 is what it reads; a list of operators is a chain. */
export function fragmentNodes(made: readonly Operator[] | Graph): readonly GraphNode[] {
  if (made instanceof Graph) return made.nodes;
  return made.map((operator, i) => ({ name: "", operator, inputs: [i] }));
}
