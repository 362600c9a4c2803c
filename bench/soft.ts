import * as tf from "@tensorflow/tfjs";
import { CurvatureUnits, mnist, random, SoftAbs, SoftmaxPooling2D, SoftUnits, Swish } from "../lib";
import { race } from "./pair";

/**
 * A pass of training over 1,000 digits, soft units and pooling against ReLU and max pooling; the aim
 * is a ratio of ⅔ or more. Soft units are compiled; TensorFlow.js' ReLU isn't, and spends most of its
 * time on its gradient.
 */
export function benchSoft(): void {
  const { inputs, labels } = mnist({ split: "train", count: 1000 });
  const images = tf.tensor(inputs, [1000, 28, 28, 1]);
  const targets = tf.oneHot(tf.tensor1d(labels, "int32"), 10);
  const learned = { betaPer: "channel", learnBeta: true } as const;
  const three = {
    pieces: [
      [-0.5, -1],
      [0, 0],
      [1, -1],
    ],
  } as const;
  const rivals: [string, () => tf.layers.Layer][] = [
    ["swish", () => new Swish()],
    ["swish, β of each channel learned", () => new Swish(learned)],
    ["soft abs", () => new SoftAbs()],
    ["curvature units, β of each channel learned", () => new CurvatureUnits(learned)],
    ["three pieces", () => new SoftUnits(three)],
  ];
  const reference = epochOf(() => tf.layers.reLU(), images, targets);
  const compare = (hard: string, name: string, { run }: { run: () => void }) => {
    race(
      {
        name: "a pass over 1,000 digits, the reference CNN, batches of 100",
        reference: { name: hard, run: reference.run },
        ours: { name, run },
      },
      5,
    );
  };
  for (const [name, units] of rivals) {
    const ours = epochOf(units, images, targets);
    compare("ReLU", name, ours);
    ours.dispose();
  }
  const soft = () => new SoftmaxPooling2D(learned);
  const pooled = epochOf(() => tf.layers.reLU(), images, targets, soft);
  compare("ReLU and max pooling", "ReLU and softmax pooling, β of each channel learned", pooled);
  pooled.dispose();
  reference.dispose();
  tf.dispose([images, targets]);
}

/** The steps of one pass over the images, by the reference network mnist-cnn with the units given. */
function epochOf(
  units: () => tf.layers.Layer,
  images: tf.Tensor,
  targets: tf.Tensor,
  pool: () => tf.layers.Layer = () => tf.layers.maxPooling2d({ poolSize: 2 }),
) {
  const seeds = random(1);
  const he = () => ({ kernelInitializer: tf.initializers.heNormal({ seed: seeds.tfSeed() }) });
  const same = { kernelSize: 3, padding: "same" } as const;
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 16, inputShape: [28, 28, 1], ...same, ...he() }),
      units(),
      pool(),
      tf.layers.conv2d({ filters: 32, ...same, ...he() }),
      units(),
      pool(),
      tf.layers.flatten(),
      tf.layers.dense({ units: 64, ...he() }),
      units(),
      tf.layers.dense({ units: 10, ...he() }),
    ],
  });
  const adam = tf.train.adam(1e-3);
  const run = () => {
    for (let from = 0; from < images.shape[0]!; from += 100) {
      tf.tidy(() => {
        const [x, y] = [images.slice(from, 100), targets.slice(from, 100)];
        adam.minimize(() => {
          return tf.losses.softmaxCrossEntropy(y, model.apply(x) as tf.Tensor).asScalar();
        });
      });
    }
    model.weights[0]!.read().dataSync();
  };
  const dispose = () => {
    model.dispose();
    adam.dispose();
  };
  return { run, dispose };
}
