import * as tf from "@tensorflow/tfjs";
import {
  BatchedNetwork,
  heWeights,
  localLipschitz,
  mnist,
  partition,
  random,
  referenceModel,
  SplineNetwork,
  sliceLipschitz,
} from "../lib";
import { race } from "./pair";

const domain: [number, number][] = [
  [-1, -1],
  [1, 1],
];

/** Exact constants beside the partition alone; ‖A[x]‖₂ of images beside plain gradients. */
export async function benchStability(): Promise<void> {
  for (const [widths, rounds] of [
    [[2, 45, 3, 4], 101],
    [[2, 32, 32, 32, 1], 51],
    [[2, 128, 128, 128, 1], 9],
  ] as const) {
    const net = SplineNetwork.fromWeights(heWeights(widths, random(4)));
    race(
      {
        name: `exact Lipschitz constant of ${widths.join("-")} on [−1, 1]²`,
        reference: { name: "the partition alone", run: () => partition(net, { domain }) },
        ours: {
          name: "partition and constant",
          run: () => sliceLipschitz(partition(net, { domain })),
        },
      },
      rounds,
    );
  }
  await benchLocal();
}

async function benchLocal(): Promise<void> {
  const { model } = await referenceModel("mnist-cnn");
  const twin = new BatchedNetwork(SplineNetwork.fromLayersModel(model));
  const { inputs, size } = mnist({ split: "test", count: 1000 });
  const x = tf.tensor4d(inputs, [size, 28, 28, 1]);
  race(
    {
      name: "‖A[x]‖₂ of 1,000 MNIST images, conv16-pool-conv32-pool-dense64-dense10",
      reference: {
        name: "ten forward and backward passes of TensorFlow.js, one for each logit",
        run: () => {
          for (let c = 0; c < 10; c++) gradientOfLogit(model, x, c);
        },
      },
      ours: { name: "localLipschitz", run: () => localLipschitz(twin, x) },
    },
    3,
  );
  tf.dispose(x);
  twin.dispose();
  model.dispose();
}

/** In batches of a hundred, which is faster here than all at once. */
function gradientOfLogit(model: tf.LayersModel, x: tf.Tensor4D, c: number): void {
  for (let n = 0; n < x.shape[0]; n += 100) {
    tf.tidy(() => {
      const images = x.slice([n], [100]);
      const logit = (z: tf.Tensor) => (model.apply(z) as tf.Tensor2D).slice([0, c], [-1, 1]).sum();
      tf.grad(logit)(images).dataSync();
    });
  }
}
