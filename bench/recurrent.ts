import * as tf from "@tensorflow/tfjs";
import { FrozenSequences, mnist, pixelSequences, random } from "../lib";
import { race } from "./pair";

/** Templates of 100 sequences: a stacked pass back through time against forward passes of the model. */
export function benchRecurrent(): void {
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
