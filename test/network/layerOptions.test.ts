import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { SplineNetwork, UnknownLayerError } from "../../lib/network";
import { READERS } from "../../lib/network/layerReaders";
import { random } from "../../lib/random";
import { assertClose, scramble } from "./models";

before(() => useBackend());

/** A value that isn't the default: read as predict computes it, or refused with a reason. */
type Option = { readonly read: unknown } | { readonly refused: unknown };

interface LayerClass {
  readonly make: (options: never) => tf.layers.Layer;
  readonly shape: number[];
  readonly base?: object;
  readonly options?: Readonly<Record<string, Option>>;
}

const L = tf.layers;
const image = [6, 6, 2];
const sequence = [6, 2];
const read = (value: unknown): Option => ({ read: value });
const refused = (value: unknown): Option => ({ refused: value });
const first = refused("channelsFirst");
const convolution = {
  filters: read(3),
  kernelSize: read(3),
  strides: read(2),
  padding: read("same"),
  activation: read("relu6"),
  useBias: read(false),
};
const convolution2d = {
  ...convolution,
  kernelSize: read([3, 2]),
  strides: read([2, 1]),
  dataFormat: first,
};
const pooling = { poolSize: read(3), strides: read(1), padding: read("same") };
const dropout = { rate: read(0.5) };
const recurrence = {
  units: read(3),
  activation: read("relu6"),
  useBias: read(false),
  dropout: read(0.5),
  recurrentDropout: refused(0.5),
  returnSequences: read(true),
  returnState: { refused: true } as Option,
  goBackwards: read(true),
  unroll: read(true),
};

/** Every class that reads one signal and has options of its own, wrappers left out. */
const CLASSES: Readonly<Record<string, LayerClass>> = {
  Dense: {
    make: L.dense,
    shape: [4],
    base: { units: 2 },
    options: { units: read(3), activation: read("relu"), useBias: read(false) },
  },
  Conv1D: {
    make: L.conv1d,
    shape: sequence,
    base: { filters: 2, kernelSize: 2 },
    options: { ...convolution, dilationRate: read(2) },
  },
  Conv2D: {
    make: L.conv2d,
    shape: image,
    base: { filters: 2, kernelSize: 2 },
    options: { ...convolution2d, dilationRate: read([2, 1]) },
  },
  Conv2DTranspose: {
    make: L.conv2dTranspose,
    shape: image,
    base: { filters: 2, kernelSize: 2 },
    options: convolution2d,
  },
  DepthwiseConv2D: {
    make: L.depthwiseConv2d,
    shape: image,
    base: { kernelSize: 2 },
    options: {
      ...convolution2d,
      strides: read(2),
      depthMultiplier: read(2),
      dilationRate: read(2),
    },
  },
  SeparableConv2D: {
    make: L.separableConv2d,
    shape: image,
    base: { filters: 2, kernelSize: 2 },
    options: {
      ...convolution2d,
      strides: read(2),
      depthMultiplier: read(2),
      dilationRate: read(2),
    },
  },
  BatchNormalization: {
    make: L.batchNormalization,
    shape: image,
    options: {
      axis: refused(1),
      momentum: read(0.5),
      epsilon: read(0.1),
      center: read(false),
      scale: read(false),
    },
  },
  MaxPooling1D: { make: L.maxPooling1d, shape: sequence, options: pooling },
  AveragePooling1D: { make: L.averagePooling1d, shape: sequence, options: pooling },
  MaxPooling2D: { make: L.maxPooling2d, shape: image, options: { ...pooling, dataFormat: first } },
  AveragePooling2D: {
    make: L.averagePooling2d,
    shape: image,
    options: { ...pooling, dataFormat: first },
  },
  GlobalMaxPooling2D: { make: L.globalMaxPooling2d, shape: image, options: { dataFormat: first } },
  GlobalAveragePooling2D: {
    make: L.globalAveragePooling2d,
    shape: image,
    options: { dataFormat: first },
  },
  ZeroPadding2D: {
    make: L.zeroPadding2d,
    shape: image,
    options: { padding: read([1, 2]), dataFormat: first },
  },
  Cropping2D: {
    make: L.cropping2D,
    shape: image,
    base: { cropping: 1 },
    options: { cropping: read([1, 2]), dataFormat: first },
  },
  UpSampling2D: {
    make: L.upSampling2d,
    shape: image,
    options: { size: read([1, 3]), interpolation: refused("bilinear"), dataFormat: first },
  },
  Flatten: { make: L.flatten, shape: image, options: { dataFormat: first } },
  Reshape: {
    make: L.reshape,
    shape: image,
    base: { targetShape: [72] },
    options: { targetShape: read([4, 18]) },
  },
  Permute: {
    make: L.permute,
    shape: sequence,
    base: { dims: [1, 2] },
    options: { dims: read([2, 1]) },
  },
  RepeatVector: { make: L.repeatVector, shape: [3], base: { n: 1 }, options: { n: read(3) } },
  Rescaling: {
    make: L.rescaling as never,
    shape: image,
    base: { scale: 1, offset: 0 },
    options: { scale: read(-2), offset: read(3) },
  },
  ReLU: { make: L.reLU, shape: [4], options: { maxValue: read(0.5) } },
  LeakyReLU: { make: L.leakyReLU, shape: [4], options: { alpha: read(-0.5) } },
  PReLU: { make: L.prelu, shape: image, options: { sharedAxes: read([1]) } },
  Dropout: {
    make: L.dropout,
    shape: [4],
    base: { rate: 0.1 },
    options: { ...dropout, noiseShape: read([1, 4]), seed: read(3) },
  },
  SpatialDropout1D: {
    make: L.spatialDropout1d,
    shape: sequence,
    base: { rate: 0.1 },
    options: { ...dropout, noiseShape: read([1, 1, 2]), seed: read(3) },
  },
  GaussianNoise: {
    make: L.gaussianNoise,
    shape: [4],
    base: { stddev: 1 },
    options: { stddev: read(3) },
  },
  GaussianDropout: { make: L.gaussianDropout, shape: [4], base: { rate: 0.1 }, options: dropout },
  AlphaDropout: { make: L.alphaDropout, shape: [4], base: { rate: 0.1 }, options: dropout },
  Activation: {
    make: L.activation,
    shape: [4],
    base: { activation: "linear" },
    options: { activation: read("hardSigmoid") },
  },
  SimpleRNN: {
    make: L.simpleRNN,
    shape: sequence,
    base: { units: 2, activation: "relu" },
    options: { ...recurrence, stateful: { refused: true } },
  },
};

/** What changes no function: names, and how weights were begun and trained. */
const WITHOUT_EFFECT =
  /^(name|trainable|batchInputShape|dtype)$|(Initializer|Regularizer|Constraint)$/;

for (const [className, { make, shape, base = {}, options = {} }] of Object.entries(CLASSES)) {
  const build = (more: object) => {
    const stateful = "stateful" in more;
    const layer = (make as unknown as (o: object) => tf.layers.Layer)({
      ...base,
      ...more,
      batchInputShape: [stateful ? 1 : null, ...shape],
    });
    const input = tf.input({ batchShape: [stateful ? 1 : null, ...shape] });
    const y = layer.apply(input) as tf.SymbolicTensor | tf.SymbolicTensor[];
    const outputs = Array.isArray(y) ? y[0]! : y;
    return { layer, model: tf.model({ inputs: input, outputs }) };
  };

  test(`${className}: every option is read as predict computes it, or refused by name`, () => {
    const { layer } = build({});
    assert.equal(layer.getClassName(), className);
    const own = Object.keys(layer.getConfig()).filter((key) => !WITHOUT_EFFECT.test(key));
    const told = new Set([...Object.keys(options), "rank"]); // the class says how many axes
    assert.deepEqual(
      own.filter((key) => !told.has(key)),
      [],
      "options that nobody looked at",
    );
    for (const [key, option] of Object.entries(options)) {
      if ("refused" in option) {
        const { model } = build({ [key]: option.refused });
        const refusal = (error: unknown) =>
          error instanceof UnknownLayerError && error.className === className;
        assert.throws(() => SplineNetwork.fromLayersModel(model), refusal, key);
        continue;
      }
      const { model } = build({ [key]: option.read });
      scramble(model, 3);
      const net = SplineNetwork.fromLayersModel(model);
      const x = Float32Array.from(random(4).normals(net.inputSize));
      const y = tf.tidy(() => (model.predict(tf.tensor(x, [1, ...shape])) as tf.Tensor).dataSync());
      assertClose(net.forward(x), y, 1e-5, key);
    }
  });
}

test("every class that is read is in the table, or has no options, or is tested on its own", () => {
  const plain = ["InputLayer", "GlobalMaxPooling1D", "GlobalAveragePooling1D"];
  const branches = ["Add", "Average", "Concatenate", "Maximum", "Minimum"]; // functionalModels.test.ts
  const wrappers = ["Bidirectional", "InitialStateNoise", "TimeDistributed"]; // test/recurrent
  const listed = [...Object.keys(CLASSES), ...plain, ...branches, ...wrappers, "Softmax"];
  assert.deepEqual(Object.keys(READERS).sort(), listed.sort());
});
