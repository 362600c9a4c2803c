import type * as tf from "@tensorflow/tfjs";
import { reasonAgainst } from "../../spline/operators";
import { transposed, weightsOf } from "../layerWeights";
import { Recurrence } from "./Recurrence";

/**
 * Weights of a SimpleRNN layer, started at 0.
 *
 * @throws RangeError if what it computes isn't a function of its sequence, or no spline
 */
export function readRecurrence(layer: tf.layers.Layer, inputSize: number): Recurrence {
  requireRecurrence(layer);
  const { activation, goBackwards, units } = layer.getConfig();
  const [kernel, recurrent, bias] = weightsOf(layer);
  const H = Number(units);
  return new Recurrence(
    inputSize,
    transposed(kernel!, inputSize),
    transposed(recurrent!, H),
    bias ?? new Float64Array(H),
    String(activation) as "relu",
    goBackwards === true,
  );
}

/** @throws RangeError naming what is in the way, and what to do about it */
export function requireRecurrence(layer: tf.layers.Layer): void {
  const { stateful, returnState, recurrentDropout } = layer.getConfig();
  if (layer.getClassName() !== "SimpleRNN") {
    const reason = reasonAgainst(layer.getClassName());
    const because = reason === undefined ? "" : `. A ${layer.getClassName()} ${reason}`;
    throw new RangeError(
      `"${layer.name}" is a ${layer.getClassName()}; only SimpleRNN layers are unrolled${because}`,
    );
  }
  if (stateful === true) {
    throw new RangeError(
      "it is stateful: it goes on from the batch before, so its output is no function of its input. " +
        "Build it with stateful: false, or give recurrentNetwork the state it starts from",
    );
  }
  if (returnState === true) {
    throw new RangeError(
      "it returns its state as a second output; build it with returnState: false, the last state is " +
        "the output where returnSequences is false",
    );
  }
  if (Number(recurrentDropout) > 0) {
    throw new RangeError(
      `it has dropout inside the recurrence (recurrentDropout ${recurrentDropout}): a random net in ` +
        "training, the plain one at inference. Copy the weights into a layer with " +
        "recurrentDropout: 0, and that is read",
    );
  }
}
