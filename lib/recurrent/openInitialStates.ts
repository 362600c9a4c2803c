import { Graph, type GraphNode, RecurrentStep, SplineNetwork } from "../network";
import { Dense, Reshape, Selection, sizeOf } from "../spline/operators";

/** Reads numbers `from` … `from + length − 1` of a flat signal. */
class Part extends Selection {
  readonly kind = "part";

  constructor(total: number, from: number, length: number) {
    super(
      [total],
      [length],
      Int32Array.from({ length }, (_, i) => from + i),
    );
  }
}

/**
 * The same network with its initial states as inputs too: reads the sequence and behind it h⁰ of every
 * recurrence, flat, in the order in which they are unrolled.
 */
export function openInitialStates({ graph, notes }: SplineNetwork): SplineNetwork {
  const D = sizeOf(graph.inputShape);
  const firsts = graph.nodes
    .map(({ operator }) => operator)
    .filter((operator) => operator instanceof RecurrentStep && operator.step === 0);
  const total = firsts.reduce((sum, { outputShape }) => sum + outputShape[0]!, D);
  const nodes: GraphNode[] = [];
  const moved: number[] = []; // value of the old graph → value of the new one
  nodes.push({ name: "sequence", operator: new Part(total, 0, D), inputs: [0] });
  moved.push(
    nodes.push({ name: "sequence", operator: new Reshape([D], graph.inputShape), inputs: [1] }),
  );
  let from = D;
  for (const { name, operator, inputs } of graph.nodes) {
    const reads = inputs.map((v) => moved[v]!);
    if (operator instanceof RecurrentStep && operator.step === 0) {
      const { stateSize, inputSize, joined, b } = operator.recurrence;
      const part = new Part(total, from, stateSize);
      from += stateSize;
      const state = nodes.push({ name: `${name} initial state`, operator: part, inputs: [0] });
      const step = new Dense(joined, b, inputSize + stateSize, stateSize);
      moved.push(nodes.push({ name, operator: step, inputs: [...reads, state] }));
    } else {
      moved.push(nodes.push({ name, operator, inputs: reads }));
    }
  }
  return new SplineNetwork(new Graph([total], nodes), notes);
}
