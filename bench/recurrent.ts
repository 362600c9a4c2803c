import * as tf from "@tensorflow/tfjs";
import { FrozenSequences, InitialStateNoise, mnist, pixelSequences, random } from "../lib";
import { race } from "./pair";

/** Recurrent nets: templates of a batch, and a step of training. */
export function benchRecurrent(): void {
  benchTemplates();
  benchTraining();
}

/** Gradients of all weights on long sequences: TensorFlow.js' own loop against one operation. */
function benchTraining(): void {
  const rows = pixelSequences(mnist({ split: "train", count: 50 }), { read: "pixels", pool: 2 });
  const x = tf.tensor(rows.inputs, [50, ...rows.shape]);
  const layerOf = () =>
    tf.layers.simpleRNN({ units: 64, activation: "relu", recurrentInitializer: "identity" });
  const plain = layerOf();
  const noisy = new InitialStateNoise({ layer: layerOf(), deviation: 0, seed: 1 });
  const gradientsOf = (layer: tf.layers.Layer) => () =>
    tf.tidy(() => {
      const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const cost = () => (layer.apply(x, { training: true }) as tf.Tensor).square().mean();
      const { grads } = tf.variableGrads(cost as () => tf.Scalar, variables);
      for (const gradient of Object.values(grads)) gradient.dataSync();
    });
  for (const layer of [plain, noisy]) layer.apply(x);
  race({
    name: "gradient of a recurrence, 50 sequences of 196 pixels, 64 units",
    reference: { name: "tf.layers.simpleRNN", run: gradientsOf(plain) },
    ours: { name: "InitialStateNoise around it", run: gradientsOf(noisy) },
  });
  x.dispose();
  plain.dispose();
}

/** Templates of 100 sequences: a stacked pass back through time against forward passes of the model. */
function benchTemplates(): void {
  const seeds = random(1).split("initialisers");
  const initialiser = () => tf.initializers.glorotNormal({ seed: seeds.tfSeed() });
  const model = tf.sequential({
    layers: [
      tf.layers.simpleRNN({
        ...{ inputShape: [28, 28], units: 64, activation: "relu" },
        kernelInitializer: initialiser(),
        recurrentInitializer: tf.initializers.identity({}),
      }),
      tf.layers.dense({ units: 10, kernelInitializer: initialiser() }),
    ],
  });
  const rows = pixelSequences(mnist({ split: "test", count: 100 }));
  const x = tf.tensor(rows.inputs, [100, 28, 28]);
  const forward = {
    "model.predict": () => model.predict(x) as tf.Tensor,
    FrozenSequences: () => new FrozenSequences(model, x).outputs,
  };
  for (const [name, pass] of Object.entries(forward)) {
    race({
      name: "A[x], b[x] of 100 MNIST images read row by row, T = 28, 64 units, 10 classes",
      reference: {
        name: `15 forward passes (${name})`,
        run: () => {
          for (let n = 0; n < 15; n++) tf.tidy(() => void pass().dataSync());
        },
      },
      ours: {
        name: "FrozenSequences, affine maps",
        run: () => tf.tidy(() => void new FrozenSequences(model, x).affineMaps().A.dataSync()),
      },
    });
  }
  x.dispose();
  model.dispose();
}
