import * as tf from "@tensorflow/tfjs";
import type { Dataset } from "../data";
import { accuracyOf, type LossName, lossOf, tensorsOf } from "./loss";

/**
 * A term added to the loss, a function of the weights and of the batch [N, …]: returns a scalar that
 * TensorFlow.js can differentiate. It carries its own factor.
 *
 * @example
 * const rowsOrthogonal: Penalty = (model) => {
 *   const W = model.layers.at(-1)!.getWeights()[0]!; // [D, C]
 *   return W.transpose().matMul(W).square().mean().mul(0.1);
 * };
 */
export type Penalty = (model: tf.LayersModel, inputs: tf.Tensor) => tf.Tensor;

/** What a step measured on its batch, before it moved the weights. */
export interface StepMeasure {
  /** Without penalties. */
  readonly loss: number;
  readonly accuracy: number;
  /** Sum of the penalties and of the layers' regularisers. */
  readonly penalty: number;
}

/** One step down the gradient of loss and penalties on the chosen signals. */
export function trainStep(
  model: tf.LayersModel,
  optimizer: tf.Optimizer,
  data: Dataset,
  indices: Uint32Array,
  loss: LossName,
  penalties: readonly Penalty[],
): StepMeasure {
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  let measured: StepMeasure | undefined;
  try {
    tf.tidy(() => {
      const { inputs, labels } = tensorsOf(data, indices);
      const cost = (): tf.Scalar => {
        const outputs = model.apply(inputs, { training: true }) as tf.Tensor2D;
        const own = lossOf(loss, outputs, labels);
        const terms = [
          ...penalties.map((penalty) => penalty(model, inputs)),
          ...(model as unknown as { calculateLosses(): tf.Scalar[] }).calculateLosses(),
        ];
        const penalty = terms.reduce<tf.Tensor>((sum, term) => sum.add(term), tf.scalar(0));
        measured = {
          loss: own.dataSync()[0]!,
          accuracy: accuracyOf(outputs, labels).dataSync()[0]!,
          penalty: penalty.asScalar().dataSync()[0]!,
        };
        requireFinite(measured); // here, before the weights are moved
        return terms.length === 0 ? own : own.add(penalty).asScalar();
      };
      optimizer.minimize(cost, false, variables);
    });
  } catch (error) {
    releaseTape();
    throw error;
  }
  return measured!;
}

/** Frees what the gradient would have needed: TensorFlow.js 4.22 forgets it when there's an error. */
function releaseTape(): void {
  const { state } = tf.engine();
  if (state.gradientDepth > 0) return; // another gradient is still being taken
  for (const { saved } of state.activeTape ?? []) tf.dispose(saved ?? []);
  state.activeTape = [];
}

function requireFinite({ loss, penalty }: StepMeasure): void {
  if (!Number.isFinite(loss)) {
    throw new Error(`the loss is ${loss}; lower the learning rate, or look at the inputs`);
  }
  if (!Number.isFinite(penalty)) throw new Error(`the sum of the penalties is ${penalty}`);
}
