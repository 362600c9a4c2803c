import {
  Add,
  activationOf,
  Concat,
  Crop,
  GlobalAveragePool,
  Reshape,
  type Shape,
  sizeOf,
} from "../../spline/operators";
import type { GraphNode } from "../Graph";
import type { Recurrence } from "./Recurrence";
import { RecurrentStep } from "./RecurrentStep";

/** How the two directions of a layer become one state. */
export type MergeMode = "concat" | "sum" | "ave";

/** A signal in a graph: the value that it is, and its shape. */
export interface Placed {
  readonly input: number;
  readonly shape: Shape;
}

/**
 * Unrolls a recurrence behind value `input`, a sequence [T, D]: appends one crop, one affine step and
 * one activation for each time to `nodes`.
 *
 * Returns the values that are the states, in the order of processing.
 *
 * @throws RangeError unless the sequence has T ≥ 1 steps of D numbers
 */
function appendRecurrence(
  nodes: GraphNode[],
  recurrence: Recurrence,
  { name, input, shape }: Placed & { readonly name: string },
): number[] {
  const [steps, size] = shape as [number, number];
  if (shape.length !== 2 || steps < 1 || size !== recurrence.inputSize) {
    throw new RangeError(
      `a recurrence of ${recurrence.inputSize} inputs reads [T, ${recurrence.inputSize}], ` +
        `found shape [${shape}]`,
    );
  }
  const append = (operator: GraphNode["operator"], inputs: number[], label: string): number =>
    nodes.push({ name: label, operator, inputs });
  const { joined, stateSize } = recurrence;
  const activation = activationOf(recurrence.activation, [stateSize]);
  const states: number[] = [];
  for (let step = 0; step < steps; step++) {
    const t = recurrence.backward ? steps - 1 - step : step;
    const label = `${name}t=${t + 1}`;
    const margins = [
      [t, steps - 1 - t],
      [0, 0],
    ] as const;
    const x = append(new Crop(shape, margins), [input], label);
    const affine =
      step === 0
        ? append(new RecurrentStep(recurrence, 0), [x], label)
        : append(new RecurrentStep(recurrence, step, joined), [x, states[step - 1]!], label);
    states.push(activation === null ? affine : append(activation, [affine], label));
  }
  return states;
}

/** Stacks values of one shape along a new first axis, in the order given; returns the stack's value. */
export function appendStack(
  nodes: GraphNode[],
  values: readonly number[],
  shape: Shape,
  name: string,
): number {
  const one = [1, ...shape];
  const operator =
    values.length === 1
      ? new Reshape(shape, one)
      : new Concat(
          values.map(() => one),
          0,
        );
  return nodes.push({ name, operator, inputs: [...values] });
}

/**
 * One direction: its last state [H], or all of them [T, H] in the order of processing, or the other way
 * round if `reversed`. If that is left out, they are in the order of time.
 */
export function appendDirection(
  nodes: GraphNode[],
  recurrence: Recurrence,
  place: Placed & { readonly name: string },
  {
    lastState,
    reversed = recurrence.backward,
  }: { readonly lastState: boolean; readonly reversed?: boolean },
): Placed {
  const states = appendRecurrence(nodes, recurrence, place);
  const { stateSize } = recurrence;
  if (lastState) return { input: states.at(-1)!, shape: [stateSize] };
  if (reversed) states.reverse();
  const input = appendStack(nodes, states, [stateSize], `${place.name}states`);
  return { input, shape: [states.length, stateSize] };
}

/** Merges two directions of one shape. */
export function appendMerge(
  nodes: GraphNode[],
  directions: readonly [Placed, Placed],
  mode: MergeMode,
  name: string,
): Placed {
  const inputs = directions.map(({ input }) => input);
  const shapes = directions.map(({ shape }) => shape);
  const shape = shapes[0]!;
  if (mode === "concat") {
    const operator = new Concat(shapes, -1);
    return { input: nodes.push({ name, operator, inputs }), shape: operator.outputShape };
  }
  if (mode === "sum") {
    return { input: nodes.push({ name, operator: new Add(shape, 2), inputs }), shape };
  }
  const size = sizeOf(shape);
  const mean = nodes.push({ name, operator: new GlobalAveragePool([2, size]), inputs });
  return {
    input: nodes.push({ name, operator: new Reshape([size], shape), inputs: [mean] }),
    shape,
  };
}
