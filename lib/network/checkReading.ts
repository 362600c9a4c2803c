import * as tf from "@tensorflow/tfjs";
import { random } from "../random";
import { checkOperator } from "../spline";
import { type Shape, sizeOf } from "../spline/operators";
import { Graph, type GraphNode } from "./Graph";

/** How many signals a reading is tried on. */
const SIGNALS = 3;

/** float32 against float64, relative to the largest value. */
const FLOAT32 = 1e-4;

/**
 * Is a layer what its reader says? Every operator keeps the contract as far as a few passes tell, and
 * together they give the values of the layer itself, `ending` applied to them.
 *
 * @throws OperatorContractError if an operator breaks the contract
 * @throws RangeError if the values differ, with the largest difference
 */
export function checkReading(
  layer: tf.layers.Layer,
  shapes: readonly Shape[],
  nodes: readonly GraphNode[],
  ending: ((logits: tf.Tensor) => tf.Tensor) | undefined,
): void {
  const draws = random(1).split(layer.name);
  for (const { operator } of nodes) {
    checkOperator(operator, { random: draws, samples: SIGNALS, quick: true });
  }
  const sizes = shapes.map(sizeOf);
  const graph = new Graph([sizes.reduce((sum, size) => sum + size, 0)], nodes);
  for (let n = 0; n < SIGNALS; n++) {
    const signals = sizes.map((size) => Float32Array.from(draws.normals(size)));
    const joined = signals.flatMap((signal) => [...signal]);
    const value = graph.run(Float64Array.from(joined)).values.at(-1)!;
    const [found, expected] = tf.tidy(() => {
      const inputs = signals.map((signal, i) => tf.tensor(signal, [1, ...shapes[i]!]));
      const output = layer.apply(inputs.length === 1 ? inputs[0]! : inputs) as tf.Tensor;
      const ours = tf.tensor(Float32Array.from(value), output.shape);
      return [ending?.(ours) ?? ours, output].map((y) => y.dataSync() as Float32Array);
    }) as [Float32Array, Float32Array];
    const scale = expected.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
    const error = expected.reduce((most, v, k) => Math.max(most, Math.abs(v - found[k]!)), 0);
    if (!(error <= FLOAT32 * scale)) {
      throw new RangeError(
        `its reader makes ${nodes.map(({ operator }) => operator.kind).join(", ")}, whose output ` +
          `differs from the layer's by ${error}, at most ${FLOAT32 * scale} allowed`,
      );
    }
  }
}
