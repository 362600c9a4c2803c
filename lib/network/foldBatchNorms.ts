import { BatchNorm, Conv2d, Dense, foldBatchNorm } from "../spline/operators";
import { Graph, type GraphNode } from "./Graph";

/**
 * The same network with each batch normalisation merged into the dense operator or convolution that
 * it reads, where nothing else reads that one; and a sentence on each merger.
 */
export function foldBatchNorms(graph: Graph): { graph: Graph; folded: string[] } {
  const readers = graph.nodes.map(() => 0);
  for (const { inputs } of graph.nodes) for (const v of inputs) if (v > 0) readers[v - 1]!++;
  const nodes: GraphNode[] = [];
  const folded: string[] = [];
  const renumbered = [0]; // the new number of each old value
  for (const { name, operator, inputs } of graph.nodes) {
    const before = inputs[0]! > 0 ? graph.nodes[inputs[0]! - 1]!.operator : undefined;
    const at = renumbered[inputs[0]!]!;
    const linear = before instanceof Dense || before instanceof Conv2d;
    if (operator instanceof BatchNorm && linear && readers[inputs[0]! - 1] === 1) {
      const target = nodes[at - 1]!;
      nodes[at - 1] = { ...target, operator: foldBatchNorm<Dense | Conv2d>(before, operator) };
      folded.push(`the batch normalisation "${name}" is folded into "${target.name}"`);
      renumbered.push(at);
      continue;
    }
    nodes.push({ name, operator, inputs: inputs.map((v) => renumbered[v]!) });
    renumbered.push(nodes.length);
  }
  return { graph: new Graph(graph.inputShape, nodes), folded };
}
