import type * as tf from "@tensorflow/tfjs";
import { Crop, type Operator, type Shape } from "../../spline/operators";
import { fragmentNodes } from "../fragmentNodes";
import { Graph, type GraphNode } from "../Graph";
import { readRecurrence, requireRecurrence } from "./readRecurrence";
import { appendDirection, appendMerge, appendStack, type MergeMode, type Placed } from "./unroll";

/** A SimpleRNN, unrolled over the steps of the sequence [T, D] that it reads. */
export function readSimpleRNN(
  layer: tf.layers.Layer,
  inputShape: Shape,
  shapes: readonly Shape[],
): Graph {
  requireOneInput(shapes);
  const nodes: GraphNode[] = [];
  // TensorFlow.js leaves the states of a layer that goes backwards in the order of processing.
  appendLayer(nodes, layer, inputShape, { name: "", reversed: false });
  return new Graph(inputShape, nodes);
}

/** Two SimpleRNNs in a Bidirectional wrapper. */
export function readBidirectional(
  layer: tf.layers.Layer,
  inputShape: Shape,
  shapes: readonly Shape[],
): Graph {
  requireOneInput(shapes);
  const { forwardLayer, backwardLayer, mergeMode } = layer as unknown as {
    readonly forwardLayer: tf.layers.Layer;
    readonly backwardLayer: tf.layers.Layer;
    readonly mergeMode: string | null;
  };
  requireMergeMode(mergeMode);
  const nodes: GraphNode[] = [];
  // TensorFlow.js turns the states of the second layer round, whichever of the two goes backwards.
  const directions: [Placed, Placed] = [
    appendLayer(nodes, forwardLayer, inputShape, { name: "forward ", reversed: false }),
    appendLayer(nodes, backwardLayer, inputShape, { name: "backward ", reversed: true }),
  ];
  appendMerge(nodes, directions, mergeMode, mergeMode);
  return new Graph(inputShape, nodes);
}

/** The layer inside a wrapper. */
export const innerOf = (wrapper: tf.layers.Layer): tf.layers.Layer =>
  (wrapper as unknown as { readonly layer: tf.layers.Layer }).layer;

/**
 * The inner layer of a TimeDistributed wrapper, once for each step, all steps with the same operators;
 * `read` reads that layer, its activation left out.
 */
export function readTimeDistributed(
  wrapper: tf.layers.Layer,
  inputShape: Shape,
  read: (inner: tf.layers.Layer, inputShape: Shape) => readonly Operator[] | Graph,
): readonly Operator[] | Graph {
  const inner = innerOf(wrapper);
  // A dense layer acts on the last axis, whatever stands before it.
  if (inner.getClassName() === "Dense") return read(inner, inputShape);
  const [steps, ...shape] = inputShape as [number, ...number[]];
  const fragment = fragmentNodes(read(inner, shape));
  if (fragment.length === 0) return [];
  const nodes: GraphNode[] = [];
  const ends = Array.from({ length: steps }, (_, t) => {
    const name = `t=${t + 1}`;
    const margins = [[t, steps - 1 - t] as const, ...shape.map(() => [0, 0] as const)];
    const base = nodes.push({ name, operator: new Crop(inputShape, margins), inputs: [0] });
    for (const { operator, inputs } of fragment) {
      nodes.push({ name, operator, inputs: inputs.map((v) => base + v) });
    }
    return nodes.length;
  });
  appendStack(nodes, ends, fragment.at(-1)!.operator.outputShape, "joined");
  return new Graph(inputShape, nodes);
}

function appendLayer(
  nodes: GraphNode[],
  layer: tf.layers.Layer,
  shape: Shape,
  { name, reversed }: { readonly name: string; readonly reversed: boolean },
): Placed {
  requireRecurrence(layer);
  const recurrence = readRecurrence(layer, shape.at(-1)!);
  const lastState = layer.getConfig().returnSequences !== true;
  return appendDirection(nodes, recurrence, { input: 0, shape, name }, { lastState, reversed });
}

/** @throws RangeError for what merges two directions into no spline, or not at all */
export function requireMergeMode(mode: string | null): asserts mode is MergeMode {
  if (mode === "concat" || mode === "sum" || mode === "ave") return;
  throw new RangeError(
    `mergeMode is ${JSON.stringify(mode)}, expected "concat", "sum" or "ave"; ` +
      (mode === "mul" ? "a product of two signals is quadratic" : "two outputs aren't read"),
  );
}

function requireOneInput(shapes: readonly Shape[]): void {
  if (shapes.length === 1) return;
  throw new RangeError(
    "its initial state is an input of the model; leave it out, and ask " +
      "SequenceNetwork.withInitialStates() for the network with initial states as inputs",
  );
}
