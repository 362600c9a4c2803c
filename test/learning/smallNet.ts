import * as tf from "@tensorflow/tfjs";
import { type Dataset, moonsAndCircles, split } from "../../lib/data";
import { random } from "../../lib/random";

/** The toy set, halved at random. */
export function toyData(count = 400): { training: Dataset; validation: Dataset } {
  const all = moonsAndCircles({ count, noise: 0.035, random: random(2) });
  const [training, validation] = split(all, 0.5, random(2).split("halves"));
  return { training, validation };
}

/** A net with batch norm on [2], the same for the same seed. */
export function smallNet(seed = 1, units = 12): tf.Sequential {
  const from = random(seed).split("weights");
  const kernelInitializer = () => tf.initializers.heNormal({ seed: from.tfSeed() });
  return tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [2], units, kernelInitializer: kernelInitializer() }),
      tf.layers.batchNormalization({}),
      tf.layers.reLU({}),
      tf.layers.dense({ units: 4, useBias: false, kernelInitializer: kernelInitializer() }),
    ],
  });
}

/** All weights of a model, moving means included, one after the other. */
export function numbersOf(model: tf.LayersModel): number[] {
  return model.weights.flatMap((weight) => Array.from(weight.read().dataSync()));
}
