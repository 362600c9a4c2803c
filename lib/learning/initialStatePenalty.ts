import * as tf from "@tensorflow/tfjs";
import { FrozenSequences } from "../recurrent";
import type { LossName } from "./loss";
import type { Penalty } from "./trainStep";

/**
 * What noise of deviation σ on the initial states adds to the loss on the mean, as a term of its own
 * (Wang, Balestriero & Baraniuk 2019, theorem 3, corrected): with J = ∂z/∂h⁰ of all recurrences and
 * p = softmax(z), mean_n ½ σ² tr(Jᵀ (diag p − p pᵀ) J) for the cross-entropy, and mean_n σ² ‖J‖_F² for the
 * squared error ‖z − e_y‖².
 *
 * Differentiable by all weights; costs C stacked passes back through time, and twice that for its
 * gradient. See {@link FrozenSequences} for the models it reads. Throws RangeError on a negative σ.
 *
 * @example
 * const penalties = { "noise of 0.1 on h⁰": initialStatePenalty({ deviation: 0.1 }) };
 */
export function initialStatePenalty({
  deviation,
  loss = "cross-entropy",
}: {
  /** σ, 0 or more. */
  readonly deviation: number;
  /** The loss that it is added to. */
  readonly loss?: LossName;
}): Penalty {
  if (!(deviation >= 0 && Number.isFinite(deviation))) {
    throw new RangeError(`the deviation of the noise is ${deviation}, expected 0 or more`);
  }
  return (model, inputs) => {
    const frozen = new FrozenSequences(model, inputs);
    const J = tf.concat(frozen.initialStateJacobians(), 2); // [N, C, all states]
    if (loss === "squared error")
      return J.square()
        .sum([1, 2])
        .mean()
        .mul(deviation ** 2);
    const p = tf.softmax(frozen.outputs).expandDims(2);
    // About the mean: a difference of squares would cancel where all classes have much in common.
    const own = J.sub(J.mul(p).sum(1, true));
    return own
      .square()
      .mul(p)
      .sum([1, 2])
      .mean()
      .mul(deviation ** 2 / 2);
  };
}
