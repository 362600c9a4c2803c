import type * as tf from "@tensorflow/tfjs";
import { type Operator, reasonAgainst, type Shape } from "../spline/operators";
import { Graph, type GraphNode } from "./Graph";
import { activationOperators, READERS, readActivation } from "./layerReaders";

/** A layer that is not, or not yet, an operator of the dictionary. */
export class UnknownLayerError extends Error {
  override readonly name = "UnknownLayerError";

  constructor(
    readonly layerName: string,
    readonly className: string,
    readonly position: number,
    reason: string,
  ) {
    super(`layer ${position} "${layerName}" (${className}): ${reason}`);
  }
}

/** Reads a chain of TensorFlow.js layers into a graph, and says what it left out. */
export function readLayersModel(model: tf.LayersModel): { graph: Graph; notes: string[] } {
  const nodes: GraphNode[] = [];
  const notes: string[] = [];
  const inputShape = inputShapeOf(model);
  let previous: tf.layers.Layer | undefined;
  model.layers.forEach((layer, position) => {
    const refuse = (reason: string) =>
      new UnknownLayerError(layer.name, layer.getClassName(), position, reason);
    if (previous !== undefined && !follows(layer, previous)) {
      throw refuse("the model branches here; only chains of layers are read so far");
    }
    previous = layer;
    const shape: Shape = nodes.at(-1)?.operator.outputShape ?? inputShape;
    const last = position === model.layers.length - 1;
    for (const operator of operatorsOf(layer, shape, last, notes, refuse)) {
      nodes.push({ name: layer.name, operator, inputs: [nodes.length] });
    }
  });
  return { graph: new Graph(inputShape, nodes), notes };
}

function inputShapeOf(model: tf.LayersModel): number[] {
  if (model.inputs.length !== 1 || model.outputs.length !== 1) {
    throw new RangeError(
      `the model has ${model.inputs.length} inputs and ${model.outputs.length} outputs, ` +
        "expected one of each",
    );
  }
  const shape = model.inputs[0]!.shape.slice(1);
  if (shape.some((d) => d === null)) {
    throw new RangeError(`the model's input shape [${shape}] is open; give every dimension a size`);
  }
  return shape as number[];
}

function follows(layer: tf.layers.Layer, previous: tf.layers.Layer): boolean {
  return layer.inboundNodes.every((node) => node.inboundLayers.every((from) => from === previous));
}

function operatorsOf(
  layer: tf.layers.Layer,
  shape: Shape,
  last: boolean,
  notes: string[],
  refuse: (reason: string) => UnknownLayerError,
): Operator[] {
  const className = layer.getClassName();
  const reader = READERS[className];
  if (reader === undefined) {
    throw refuse(
      reasonAgainst(className) ??
        `not an operator this version knows; known are ${Object.keys(READERS).join(", ")}`,
    );
  }
  try {
    const operators = reader(layer, shape);
    const after = operators.at(-1)?.outputShape ?? shape;
    const activation = readActivation(layer);
    if (activation === "softmax" && last) {
      notes.push(`the softmax of "${layer.name}" is taken off: the outputs are logits`);
      return operators;
    }
    const nonlinearity = activationOperators(activation, after);
    return [...operators, ...nonlinearity];
  } catch (error) {
    throw error instanceof RangeError ? refuse(error.message) : error;
  }
}
