import * as tf from "@tensorflow/tfjs";
import type { Random } from "../../random";

type Symbol = tf.SymbolicTensor;

/** Layers of one network, each initialiser with its own seed, each layer with its own name. */
class Builder {
  constructor(
    private readonly random: Random,
    private readonly bias = true,
  ) {}

  dense(name: string, x: Symbol, units: number, relu = true): Symbol {
    const initializer = relu ? tf.initializers.heNormal : tf.initializers.glorotNormal;
    return tf.layers
      .dense({
        name,
        units,
        useBias: this.bias,
        activation: relu ? "relu" : "linear",
        kernelInitializer: initializer({ seed: this.random.tfSeed() }),
      })
      .apply(x) as Symbol;
  }

  recurrence(name: string, x: Symbol, units: number): Symbol {
    const kernelInitializer = tf.initializers.glorotNormal({ seed: this.random.tfSeed() });
    const identity = tf.initializers.identity({});
    return tf.layers
      .simpleRNN({
        name,
        units,
        activation: "relu",
        kernelInitializer,
        recurrentInitializer: identity,
      })
      .apply(x) as Symbol;
  }

  /** A convolution that keeps the image's size (divided by the stride), and ReLU. */
  convolution(name: string, x: Symbol, filters: number, kernelSize = 3): Symbol {
    return this.#conv(name, x, filters, kernelSize, 1, this.bias, true);
  }

  /** A convolution without bias, then batch normalisation; no ReLU. */
  normalised(name: string, x: Symbol, filters: number, kernelSize = 3, strides = 1): Symbol {
    const z = this.#conv(name, x, filters, kernelSize, strides, false, false);
    return tf.layers.batchNormalization({ name: `${name}-bn` }).apply(z) as Symbol;
  }

  relu(name: string, x: Symbol): Symbol {
    return tf.layers.reLU({ name }).apply(x) as Symbol;
  }

  pool(name: string, x: Symbol, poolSize = 2, strides = poolSize): Symbol {
    return tf.layers.maxPooling2d({ name, poolSize, strides, padding: "same" }).apply(x) as Symbol;
  }

  /** Every second row and column: what a stride of 2 would do in the 1 × 1 convolution behind it. */
  halved(name: string, x: Symbol): Symbol {
    return tf.layers.averagePooling2d({ name, poolSize: 1, strides: 2 }).apply(x) as Symbol;
  }

  flat(x: Symbol): Symbol {
    return tf.layers.flatten({ name: "flat" }).apply(x) as Symbol;
  }

  average(x: Symbol): Symbol {
    return tf.layers.globalAveragePooling2d({ name: "average" }).apply(x) as Symbol;
  }

  add(name: string, branches: Symbol[]): Symbol {
    return tf.layers.add({ name }).apply(branches) as Symbol;
  }

  concatenate(name: string, branches: Symbol[]): Symbol {
    return tf.layers.concatenate({ name }).apply(branches) as Symbol;
  }

  #conv(
    name: string,
    x: Symbol,
    filters: number,
    kernelSize: number,
    strides: number,
    useBias: boolean,
    relu: boolean,
  ): Symbol {
    return tf.layers
      .conv2d({
        name,
        filters,
        kernelSize,
        strides,
        padding: "same",
        useBias,
        activation: relu ? "relu" : "linear",
        kernelInitializer: tf.initializers.heNormal({ seed: this.random.tfSeed() }),
      })
      .apply(x) as Symbol;
  }
}

/** Makes an untrained network of ten classes for inputs of a shape. */
export type Architecture = (shape: readonly number[], random: Random) => tf.LayersModel;

/** Fully connected, ReLU between the layers. */
export const mlp =
  (widths: readonly number[]): Architecture =>
  (shape, random) => {
    const build = new Builder(random);
    const input = inputOf(shape);
    const hidden = widths.reduce(
      (z, units, l) => build.dense(`dense${l + 1}`, z, units),
      build.flat(input),
    );
    return modelOf(input, build.dense("logits", hidden, 10, false));
  };

/** A recurrence of ReLUs whose W_r starts as the identity (Le, Jaitly & Hinton 2015). */
export const rnn =
  (units: number): Architecture =>
  (shape, random) => {
    const build = new Builder(random);
    const input = tf.input({ name: "sequence", shape: [...shape] });
    return modelOf(input, build.dense("logits", build.recurrence("rnn", input, units), 10, false));
  };

/** 3 × 3 convolutions with ReLU, each followed by 2 × 2 max pooling, then dense layers. */
export const cnn =
  ({ filters, dense = [], bias = true }: CnnOptions): Architecture =>
  (shape, random) => {
    const build = new Builder(random, bias);
    const input = inputOf(shape);
    const image = filters.reduce(
      (z, count, l) => build.pool(`pool${l + 1}`, build.convolution(`conv${l + 1}`, z, count)),
      input,
    );
    const hidden = dense.reduce(
      (z, units, l) => build.dense(`dense${l + 1}`, z, units),
      build.flat(image),
    );
    return modelOf(input, build.dense("logits", hidden, 10, false));
  };

interface CnnOptions {
  readonly filters: readonly number[];
  /** Units of each hidden dense layer. */
  readonly dense?: readonly number[];
  /** False: no layer has an offset, so that the network is positively homogeneous. */
  readonly bias?: boolean;
}

/**
 * A residual network (He, Zhang, Ren & Sun 2016) with batch normalisation: a block whose shortcut is
 * the identity, then two that halve the image, double the channels, and project their shortcut.
 */
export const resnet =
  (width: number): Architecture =>
  (shape, random) => {
    const build = new Builder(random);
    const input = inputOf(shape);
    const block = (name: string, x: Symbol, filters: number, strides: number): Symbol => {
      const inner = build.relu(
        `${name}-relu1`,
        build.normalised(`${name}-conv1`, x, filters, 3, strides),
      );
      const residual = build.normalised(`${name}-conv2`, inner, filters);
      // A 1 × 1 convolution of stride 2 is the same function, but the native backend writes beyond
      // its memory when it takes the gradient of the filter (checkTraining refuses it).
      const shortcut =
        strides === 1
          ? x
          : build.normalised(`${name}-projection`, build.halved(`${name}-halved`, x), filters, 1);
      return build.relu(`${name}-relu2`, build.add(`${name}-add`, [residual, shortcut]));
    };
    const stem = build.relu("stem-relu", build.normalised("stem", input, width));
    const block1 = block("block1", build.pool("pool", stem), width, 1);
    const block2 = block("block2", block1, 2 * width, 2);
    const block3 = block("block3", block2, 4 * width, 2);
    return modelOf(input, build.dense("logits", build.average(block3), 10, false));
  };

/** An inception network (Szegedy et al. 2015): two modules of four branches, concatenated. */
export const inception =
  (width: number): Architecture =>
  (shape, random) => {
    const build = new Builder(random);
    const input = inputOf(shape);
    const module = (name: string, x: Symbol, w: number): Symbol => {
      const conv = (branch: string, z: Symbol, filters: number, size: number) =>
        build.convolution(`${name}-${branch}`, z, filters, size);
      return build.concatenate(`${name}-concat`, [
        conv("1x1", x, w, 1),
        conv("3x3", conv("3x3-reduce", x, w, 1), w, 3),
        conv("5x5", conv("5x5-reduce", x, w / 2, 1), w / 2, 5),
        conv("pool-1x1", build.pool(`${name}-pool`, x, 3, 1), w / 2, 1),
      ]);
    };
    const stem = build.pool("pool1", build.convolution("stem", input, width));
    const module1 = build.pool("pool2", module("module1", stem, width));
    const module2 = module("module2", module1, 2 * width);
    return modelOf(input, build.dense("logits", build.average(module2), 10, false));
  };

const inputOf = (shape: readonly number[]): Symbol =>
  tf.input({ name: "image", shape: [...shape] });

const modelOf = (inputs: Symbol, outputs: Symbol): tf.LayersModel => tf.model({ inputs, outputs });
