import {
  appendDirection,
  appendMerge,
  Graph,
  type GraphNode,
  type MergeMode,
  type Placed,
  Recurrence,
  type RecurrenceWeights,
  SplineNetwork,
} from "../network";
import { Dense, GlobalAveragePool, GlobalMaxPool } from "../spline/operators";

/** A layer that reads its sequence from both ends. */
export interface BidirectionalWeights {
  readonly directions: readonly [RecurrenceWeights, RecurrenceWeights];
  /** "concat" if left out. */
  readonly merge?: MergeMode;
}

/** What the output layer reads of the states of the last layer. */
export type RecurrentHead = "last" | "all" | "mean" | "max";

/** Weights of a whole recurrent network. */
export interface RecurrentWeights {
  /** T, the number of steps. */
  readonly steps: number;
  /** From the input upwards. */
  readonly layers: readonly (RecurrenceWeights | BidirectionalWeights)[];
  /**
   * What the output reads: the last state ("last", if left out), every state ("all": an output at
   * every time), or the mean or the maximum of all states.
   */
  readonly head?: RecurrentHead;
  /** W [C][H] and b [C]; the states themselves are the output if left out. */
  readonly output?: {
    readonly W: readonly (readonly number[])[];
    readonly b?: readonly number[];
  };
}

/**
 * A recurrent network unrolled over T steps: a spline network of the whole sequence [T, D] (Wang,
 * Balestriero & Baraniuk 2019). Everything a network can be asked, it can be asked: affine map, code,
 * templates; {@link SequenceNetwork} asks about time.
 *
 * Throws RangeError for weights that don't fit together, and for activations that are no spline.
 *
 * @example
 * const sum = recurrentNetwork({
 *   steps: 3, layers: [{ W: [[1]], Wr: [[1]], activation: "linear" }],
 * });
 * [...sum.forward([1, 2, 3])]; // [6]
 * [...sum.affineMap([1, 2, 3]).A]; // [1, 1, 1]
 */
export function recurrentNetwork(weights: RecurrentWeights): SplineNetwork {
  const { steps, layers, head = "last", output } = weights;
  if (!(Number.isInteger(steps) && steps >= 1)) {
    throw new RangeError(`a recurrent network has 1 step or more, got ${steps}`);
  }
  if (layers.length === 0) throw new RangeError("a recurrent network needs one layer or more");
  const nodes: GraphNode[] = [];
  const inputSize = firstOf(layers[0]!).W[0]?.length ?? 0;
  let signal: Placed = { input: 0, shape: [steps, inputSize] };
  layers.forEach((layer, l) => {
    const lastState = l === layers.length - 1 && head === "last";
    signal = appendLayer(nodes, layer, { ...signal, name: `recurrent ${l + 1} ` }, { lastState });
  });
  appendHead(nodes, signal, head, output);
  return new SplineNetwork(new Graph([steps, inputSize], nodes));
}

const isBidirectional = (
  layer: RecurrenceWeights | BidirectionalWeights,
): layer is BidirectionalWeights => "directions" in layer;

const firstOf = (layer: RecurrenceWeights | BidirectionalWeights): RecurrenceWeights =>
  isBidirectional(layer) ? layer.directions[0] : layer;

function appendLayer(
  nodes: GraphNode[],
  layer: RecurrenceWeights | BidirectionalWeights,
  place: Placed & { readonly name: string },
  states: { readonly lastState: boolean },
): Placed {
  if (!isBidirectional(layer)) {
    return appendDirection(nodes, Recurrence.of(layer), place, states);
  }
  const [forward, backward] = layer.directions;
  const directions: [Placed, Placed] = [
    appendDirection(
      nodes,
      Recurrence.of({ ...forward, backward: false }),
      { ...place, name: `${place.name}forward ` },
      states,
    ),
    appendDirection(
      nodes,
      Recurrence.of({ ...backward, backward: true }),
      { ...place, name: `${place.name}backward ` },
      states,
    ),
  ];
  return appendMerge(nodes, directions, layer.merge ?? "concat", place.name.trim());
}

function appendHead(
  nodes: GraphNode[],
  { input, shape }: Placed,
  head: RecurrentHead,
  output: RecurrentWeights["output"],
): void {
  let read: Placed = { input, shape };
  if (head === "mean" || head === "max") {
    const operator = head === "mean" ? new GlobalAveragePool(shape) : new GlobalMaxPool(shape);
    read = { input: nodes.push({ name: head, operator, inputs: [input] }), shape: [shape.at(-1)!] };
  }
  if (output === undefined) return;
  const width = read.shape.at(-1)!;
  const { W, b } = output;
  if (W.length === 0 || W.some((row) => row.length !== width)) {
    const found = W.map((row) => row.length).join(", ");
    throw new RangeError(`output: rows of ${found || "no"} numbers, expected ${width} each`);
  }
  const operator = new Dense(
    Float64Array.from(W.flat()),
    b === undefined ? null : Float64Array.from(b),
    width,
    W.length,
    read.shape.slice(0, -1),
  );
  nodes.push({ name: "output", operator, inputs: [read.input] });
}
