import * as tf from "@tensorflow/tfjs";

/**
 * Activations that are taken off where nothing but an output reads them: each keeps the order of its
 * units, so that what is left, the logits, says which class wins.
 */
export const ENDINGS: Readonly<Record<string, (logits: tf.Tensor) => tf.Tensor>> = {
  softmax: (logits) => tf.softmax(logits),
  logSoftmax: (logits) => tf.logSoftmax(logits),
  sigmoid: (logits) => tf.sigmoid(logits),
};
