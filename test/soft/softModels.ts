import * as tf from "@tensorflow/tfjs";
import {
  CurvatureUnits,
  GlobalSoftmaxPooling1D,
  GlobalSoftmaxPooling2D,
  random,
  registerSoftActivation,
  SigmoidGated,
  SoftAbs,
  SoftActivation,
  SoftAssignment,
  SoftLeakyReLU,
  SoftmaxChannelPooling,
  SoftmaxPooling1D,
  SoftmaxPooling2D,
  SoftSigmoid,
  SoftTanh,
  SoftUnits,
  Swish,
} from "../../lib";

/** Registers what a stored model names without describing it. */
export function storable(): void {
  registerSoftActivation("dish", new SoftActivation({ pieces: DISH, beta: 0.7 }));
}

const DISH = [
  [-1, -1],
  [0, 0],
  [1, -1],
] as const;
const channels = { betaPer: "channel", learnBeta: true, beta: 0.6 } as const;

const drawn = (shape: number[]) => {
  const size = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(Float32Array.from(random(9).normals(size)), shape);
};

const on = (shape: number[], layer: tf.layers.Layer) => ({
  build: () => tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: shape }), layer] }),
  inputs: () => drawn([3, ...shape]),
});

/** Every soft layer in a model of its own, by name, and signals for it. */
export const softModels: Readonly<
  Record<string, { build: () => tf.Sequential; inputs: () => tf.Tensor }>
> = {
  swish: on([4], new Swish(channels)),
  sigmoidGated: on([4], new SigmoidGated()),
  leaky: on([4], new SoftLeakyReLU({ slope: 0.1, beta: 0.9, learnBeta: true })),
  abs: on([2, 4], new SoftAbs({ beta: 0.123456789 })),
  sigmoid: on([4], new SoftSigmoid(channels)),
  tanh: on([4], new SoftTanh({ beta: 0.3 })),
  dish: on([4], new SoftUnits({ pieces: DISH, ...channels })),
  decoupled: on(
    [4],
    new SoftUnits({
      pieces: DISH,
      values: [
        [0, 1],
        [1, 0],
        [0, -1],
      ],
    }),
  ),
  curvature: on([4], new CurvatureUnits({ ...channels, mix: 0.3, learnMix: true })),
  pooling1d: on([7, 4], new SoftmaxPooling1D({ poolSize: 3, strides: 2, ...channels })),
  pooling2d: on(
    [6, 5, 4],
    new SoftmaxPooling2D({ poolSize: [3, 2], strides: 2, padding: "same", ...channels }),
  ),
  channels: on([3, 3, 4], new SoftmaxChannelPooling({ groupSize: 2, learnBeta: true })),
  global1d: on([7, 4], new GlobalSoftmaxPooling1D(channels)),
  global2d: on([3, 5, 4], new GlobalSoftmaxPooling2D({ beta: 0.2 })),
  assignment: on([4], new SoftAssignment({ beta: 0.8, learnBeta: true })),
  named: {
    build: () => {
      storable();
      const kernelInitializer = tf.initializers.glorotNormal({ seed: 3 });
      const activation = registerSoftActivation(
        "dish",
        new SoftActivation({ pieces: DISH, beta: 0.7 }),
      );
      const dense = tf.layers.dense({ units: 3, inputShape: [4], kernelInitializer, activation });
      return tf.sequential({ layers: [dense] });
    },
    inputs: () => drawn([3, 4]),
  },
};
