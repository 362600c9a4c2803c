import * as tf from "@tensorflow/tfjs";
import type { RecurrenceWeights } from "../../lib/network";
import type { RecurrentWeights } from "../../lib/recurrent";
import { isBidirectional } from "./randomNets";

/** A recurrent net of random weights as a TensorFlow.js model; the initial states are left out. */
export function layersModel({ steps, layers, head, output }: RecurrentWeights): tf.Sequential {
  const model = tf.sequential();
  const weights: number[][][] = [];
  layers.forEach((layer, l) => {
    const [first, second] = isBidirectional(layer) ? layer.directions : [layer];
    const units = first.W.length;
    const last = l === layers.length - 1 && head === "last";
    const shape = l === 0 ? { inputShape: [steps, first.W[0]!.length] as [number, number] } : {};
    const recurrence = tf.layers.simpleRNN({
      units,
      activation: first.activation as "relu",
      returnSequences: !last,
      goBackwards: second === undefined && first.backward === true,
      ...(second === undefined && shape),
    });
    if (isBidirectional(layer)) {
      const mergeMode = layer.merge ?? "concat";
      model.add(tf.layers.bidirectional({ layer: recurrence, mergeMode, ...shape }));
    } else {
      model.add(recurrence);
    }
    weights.push(...[first, second].flatMap((one) => (one === undefined ? [] : kernelsOf(one))));
  });
  if (head === "mean") model.add(tf.layers.globalAveragePooling1d());
  if (head === "max") model.add(tf.layers.globalMaxPooling1d());
  const dense = tf.layers.dense({ units: output!.W.length });
  model.add(head === "all" ? tf.layers.timeDistributed({ layer: dense }) : dense);
  weights.push(transposed(output!.W), [output!.b as number[]]);
  const tensors = model
    .getWeights()
    .map((tensor, i) => tf.tensor(weights[i]!.flat(), tensor.shape));
  model.setWeights(tensors);
  tf.dispose(tensors);
  return model;
}

const kernelsOf = ({ W, Wr, b }: RecurrenceWeights): number[][][] => [
  transposed(W),
  transposed(Wr),
  [b as number[]],
];

const transposed = (rows: readonly (readonly number[])[]): number[][] =>
  rows[0]!.map((_, i) => rows.map((row) => row[i]!));
