import * as tf from "@tensorflow/tfjs";
import { BatchedNetwork, cifar10, hasCifar10, random, SplineNetwork } from "../lib";
import { race } from "./pair";

const N = 100;
const CLASSES = 10;

/**
 * A[x] and b[x] of 100 CIFAR-10 images and 10 classes: one stacked backward pass against
 * TensorFlow.js's gradient of each logit, and against the forward pass; then one image in float64.
 */
export function benchAffineMaps(): void {
  const model = network();
  const real = hasCifar10();
  const x = real
    ? tf.tensor(cifar10({ split: "test", count: N }).inputs, [N, 32, 32, 3])
    : tf.randomUniform([N, 32, 32, 3], 0, 1, "float32", 1);
  const net = SplineNetwork.fromLayersModel(model);
  const twin = new BatchedNetwork(net);
  const maps = () =>
    tf.tidy(() => {
      const { A, b } = twin.affineMaps(x);
      A.dataSync();
      b.dataSync();
    });
  const what = `${N} ${real ? "CIFAR-10 images" : "random images"}`;
  race({
    name: `A[x] of ${what}, conv32-conv64-pool-conv128-pool-dense10`,
    reference: { name: "ten tf.grad calls, without b", run: () => gradients(model, x) },
    ours: { name: "one stacked pullback, with b", run: maps },
  });
  race({
    name: "the same beside a forward pass: it costs 1 / ratio of them",
    reference: {
      name: "one forward pass",
      run: () => tf.tidy(() => void (model.predict(x) as tf.Tensor).dataSync()),
    },
    ours: { name: "one stacked pullback, with b", run: maps },
  });
  const image = x.slice([0, 0, 0, 0], [1, -1, -1, -1]);
  const pixels = image.dataSync();
  race({
    name: "A[x] of one image",
    reference: { name: "ten tf.grad calls in float32", run: () => gradients(model, image) },
    ours: { name: "affineMap in float64, with b", run: () => void net.affineMap(pixels) },
  });
  twin.dispose();
  tf.dispose([x, image]);
}

/** The gradient of each logit, one call a class. */
function gradients(model: tf.LayersModel, x: tf.Tensor): void {
  const logit = (c: number) => (images: tf.Tensor) =>
    (model.apply(images) as tf.Tensor2D).slice([0, c], [-1, 1]).sum();
  tf.tidy(() => {
    for (let c = 0; c < CLASSES; c++) tf.grad(logit(c))(x).dataSync();
  });
}

function network(): tf.LayersModel {
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
  return tf.sequential({
    layers: [
      convolution(32, { inputShape: [32, 32, 3] }),
      convolution(64),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      convolution(128),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: CLASSES, kernelInitializer: kernelInitializer() }),
    ],
  });
}
