import { type ActivationSpec, activationOf, Dense } from "../spline/operators";
import { Graph, type GraphNode } from "./Graph";

/** Weights of one fully connected layer: W [out][in], b [out]. */
export interface WeightLayer {
  readonly W: readonly (readonly number[])[];
  readonly b: readonly number[];
}

/** How plain weights become a network. */
export interface FromWeightsOptions {
  /**
   * The nonlinearity after every layer but the last: one for all, or one for each of them. By name
   * ("relu", "leakyRelu", "abs", "relu6", "hardTanh", "hardSigmoid", "softThreshold", "linear") or
   * with parameters ({ kind: "leakyRelu", slope: 0.1 }, { kind: "prelu", slopes: [0.1, 0.2] }).
   */
  readonly activation?: ActivationSpec | readonly ActivationSpec[];
}

/** Checks plain weights once, here, and builds the graph dense, activation, …, dense. */
export function readWeights(
  layers: readonly WeightLayer[],
  { activation = "relu" }: FromWeightsOptions,
): Graph {
  if (layers.length === 0) throw new RangeError("a network needs at least one layer, got none");
  const activations = activationsOf(activation, layers.length - 1);
  const nodes: GraphNode[] = [];
  const inputSize = layers[0]!.W[0]?.length ?? 0;
  let width = inputSize;
  layers.forEach((layer, l) => {
    const dense = readLayer(layer, width, l);
    nodes.push({ name: `dense ${l + 1}`, operator: dense, inputs: [nodes.length] });
    width = dense.outputSize;
    const operator = l < layers.length - 1 ? activationOf(activations[l]!, [width]) : null;
    if (operator === null) return;
    nodes.push({ name: `${operator.kind} ${l + 1}`, operator, inputs: [nodes.length] });
  });
  return new Graph([inputSize], nodes);
}

function activationsOf(
  activation: ActivationSpec | readonly ActivationSpec[],
  hidden: number,
): readonly ActivationSpec[] {
  if (!isList(activation)) return Array.from({ length: hidden }, () => activation);
  if (activation.length === hidden) return activation;
  throw new RangeError(
    `${activation.length} activations, expected ${hidden}: one for each layer but the last`,
  );
}

const isList = (
  activation: ActivationSpec | readonly ActivationSpec[],
): activation is readonly ActivationSpec[] => Array.isArray(activation);

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
