import { Dense, Relu } from "../spline/operators";
import { Graph, type GraphNode } from "./Graph";

/** Weights of one fully connected layer: W [out][in], b [out]. */
export interface WeightLayer {
  readonly W: readonly (readonly number[])[];
  readonly b: readonly number[];
}

/** How plain weights become a network. */
export interface FromWeightsOptions {
  /** The nonlinearity after every layer but the last. */
  readonly activation?: "relu";
}

/** Checks plain weights once, here, and builds the graph dense, relu, …, dense. */
export function readWeights(
  layers: readonly WeightLayer[],
  { activation = "relu" }: FromWeightsOptions,
): Graph {
  if (activation !== "relu") {
    throw new RangeError(`activation "${String(activation)}" is not known, expected "relu"`);
  }
  if (layers.length === 0) throw new RangeError("a network needs at least one layer, got none");
  const nodes: GraphNode[] = [];
  const inputSize = layers[0]!.W[0]?.length ?? 0;
  let width = inputSize;
  layers.forEach((layer, l) => {
    const dense = readLayer(layer, width, l);
    nodes.push({ name: `dense ${l + 1}`, operator: dense, input: nodes.length });
    width = dense.outputSize;
    if (l === layers.length - 1) return;
    nodes.push({ name: `relu ${l + 1}`, operator: new Relu([width]), input: nodes.length });
  });
  return new Graph([inputSize], nodes);
}

function readLayer({ W, b }: WeightLayer, inputSize: number, l: number): Dense {
  const where = `layer ${l + 1} of the weights`;
  const outputSize = W.length;
  if (outputSize === 0 || inputSize === 0) throw new RangeError(`${where}: W is empty`);
  W.forEach((row, k) => {
    if (row.length !== inputSize) {
      throw new RangeError(
        `${where}: row ${k} of W has ${row.length} entries, expected ${inputSize} (W is [out][in])`,
      );
    }
  });
  if (b.length !== outputSize) {
    throw new RangeError(`${where}: b has ${b.length} entries, but W has ${outputSize} rows`);
  }
  const flat = Float64Array.from(W.flat());
  const offset = Float64Array.from(b);
  for (const [name, values] of [
    ["W", flat],
    ["b", offset],
  ] as const) {
    const bad = values.findIndex((v) => !Number.isFinite(v));
    if (bad >= 0) {
      throw new RangeError(`${where}: ${name} is ${values[bad]} at flat index ${bad}, not finite`);
    }
  }
  return new Dense(flat, offset, inputSize, outputSize);
}
