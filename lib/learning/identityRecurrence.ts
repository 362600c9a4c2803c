import * as tf from "@tensorflow/tfjs";
import type { Dataset } from "../data";
import type { Random } from "../random";
import { InitialStateNoise } from "./InitialStateNoise";

/** How an {@link identityRecurrence} is made. */
export interface IdentityRecurrenceOptions {
  /** Of weights, and of the noise. */
  readonly random: Random;
  /** Units of each layer; 64 if left out. */
  readonly units?: number;
  /** Recurrent layers; 1 if left out. */
  readonly layers?: number;
  /** σ of the noise on the initial states in training; 0 if left out. */
  readonly deviation?: number;
}

/**
 * An untrained recurrence of ReLUs whose W_r starts as the identity, so that in the beginning it keeps
 * what it has read (Le, Jaitly & Hinton 2015), for the sequences and classes of a data set: logits of its
 * last state. In training its states start from noise.
 *
 * @example
 * const added = addTask({ count: 8, steps: 10, random: random(1) });
 * const model = identityRecurrence(added, { units: 5, layers: 2, random: random(2) });
 * model.outputShape; // [null, 3]
 */
export function identityRecurrence(
  { shape, classNames }: Pick<Dataset, "shape" | "classNames">,
  { random, units = 64, layers = 1, deviation = 0 }: IdentityRecurrenceOptions,
): tf.Sequential {
  const kernel = () => ({
    kernelInitializer: tf.initializers.glorotNormal({ seed: random.tfSeed() }),
  });
  const model = tf.sequential();
  model.add(tf.layers.inputLayer({ inputShape: [...shape] }));
  for (let l = 0; l < layers; l++) {
    const layer = tf.layers.simpleRNN({
      ...{ units, activation: "relu", returnSequences: l < layers - 1 },
      ...kernel(),
      recurrentInitializer: "identity",
    });
    model.add(new InitialStateNoise({ layer, deviation, seed: random.tfSeed() }));
  }
  model.add(tf.layers.dense({ units: classNames.length, ...kernel() }));
  return model;
}
