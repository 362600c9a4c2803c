import * as tf from "@tensorflow/tfjs";
import { Add, Concat, type Shape, sizeOf } from "../../spline/operators";
import type { GraphNode } from "../Graph";
import { onStack, type Twin } from "./twin";
import { twinOf } from "./twinOf";

/** The twin of a node: reads its values one by one, and gives each its part of a functional. */
export interface NodeTwin {
  forward(values: readonly tf.Tensor[]): { y: tf.Tensor; code: tf.Tensor | null };
  freeze(code: tf.Tensor | null): {
    pullback(g: tf.Tensor): tf.Tensor[];
    constant?(g: tf.Tensor): tf.Tensor;
  };
  dispose(): void;
}

/**
 * Sums and concatenations read their values as they are; others have them joined side by side. A value
 * may have another shape than what reads it, of the same size: a step cut out of a sequence is [1, D].
 */
export function nodeTwin({ operator, inputs }: GraphNode, shapes: readonly Shape[]): NodeTwin {
  if (operator instanceof Add && shapes.every((shape) => same(shape, operator.outputShape))) {
    const pullback = (g: tf.Tensor) => inputs.map(() => g);
    return merge((values) => tf.addN([...values]), pullback);
  }
  if (operator instanceof Concat && operator.shapes.join("|") === shapes.join("|")) {
    const axis = operator.axis < 0 ? operator.axis + shapes[0]!.length : operator.axis;
    const sizes = shapes.map((shape) => shape[axis]!);
    return merge(
      (values) => tf.concat([...values], axis + 1),
      (g) => tf.split(g, sizes, axis + 2),
    );
  }
  const twin = twinOf(operator);
  if (inputs.length > 1) return joined(twin, operator.inputShape, shapes);
  return single(twin, operator.inputShape, shapes[0]!);
}

const same = (shape: Shape, other: Shape): boolean => shape.join() === other.join();

function merge(
  forward: (values: readonly tf.Tensor[]) => tf.Tensor,
  pullback: (g: tf.Tensor) => tf.Tensor[],
): NodeTwin {
  return {
    forward: (values) => ({ y: forward(values), code: null }),
    freeze: () => ({ pullback }),
    dispose: () => {},
  };
}

function single(twin: Twin, inputShape: Shape, shape: Shape): NodeTwin {
  const alike = same(inputShape, shape);
  return {
    forward: ([x]) => twin.forward(alike ? x! : x!.reshape([x!.shape[0]!, ...inputShape])),
    freeze: (code) => {
      const frozen = twin.freeze(code);
      const pullback = alike
        ? frozen.pullback
        : (g: tf.Tensor) => onStack(frozen.pullback(g), shape, (stack) => stack);
      return { ...frozen, pullback: (g) => [pullback(g)] };
    },
    dispose: () => twin.dispose(),
  };
}

function joined(twin: Twin, inputShape: Shape, shapes: readonly Shape[]): NodeTwin {
  const sizes = shapes.map(sizeOf);
  return {
    forward: (values) => {
      const N = values[0]!.shape[0]!;
      const flat = values.map((value) => value.reshape([N, -1]));
      return twin.forward(tf.concat(flat, 1).reshape([N, ...inputShape]));
    },
    freeze: (code) => {
      const frozen = twin.freeze(code);
      return {
        ...frozen,
        pullback: (g) => {
          const h = frozen.pullback(g);
          const flat = h.reshape([h.shape[0]!, h.shape[1]!, -1]);
          return tf.split(flat, sizes, 2).map((part, i) => onStack(part, shapes[i]!, (s) => s));
        },
      };
    },
    dispose: () => twin.dispose(),
  };
}
