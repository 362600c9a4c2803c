import * as tf from "@tensorflow/tfjs";
import { BatchedNetwork, mnist, random, SplineNetwork } from "../lib";
import { race } from "./pair";

/** A[x] of 100 images: one stacked pullback against TensorFlow.js's gradient of each logit. */
export function benchAffineMaps(): void {
  const seeds = random(1).split("initialisers");
  const kernelInitializer = () => tf.initializers.heNormal({ seed: seeds.tfSeed() });
  const convolution = (filters: number, first = {}) =>
    tf.layers.conv2d({
      ...first,
      filters,
      kernelSize: 3,
      activation: "relu",
      kernelInitializer: kernelInitializer(),
    });
  const model = tf.sequential({
    layers: [
      convolution(16, { inputShape: [28, 28, 1] }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      convolution(32),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 10, kernelInitializer: kernelInitializer() }),
    ],
  });
  const images = tf.tensor(mnist({ split: "test", count: 100 }).inputs, [100, 28, 28, 1]);
  const twin = new BatchedNetwork(SplineNetwork.fromLayersModel(model));
  const logit = (c: number) => (x: tf.Tensor) =>
    (model.apply(x) as tf.Tensor2D).slice([0, c], [-1, 1]).sum();
  race({
    name: "A[x] of 100 MNIST images, CNN 16-32, 10 classes",
    reference: {
      name: "ten tf.grad calls",
      run: () =>
        tf.tidy(() => {
          for (let c = 0; c < 10; c++) tf.grad(logit(c))(images).dataSync();
        }),
    },
    ours: {
      name: "one stacked pullback, with b",
      run: () => tf.tidy(() => void twin.affineMaps(images).A.dataSync()),
    },
  });
  twin.dispose();
}
