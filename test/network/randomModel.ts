import * as tf from "@tensorflow/tfjs";
import { type Random, random } from "../../lib/random";
import { Absolute, MaxoutDense, PairsOfChannels, SoftThreshold } from "./ownLayers";

type Value = tf.SymbolicTensor;
const { layers } = tf;

/** How large a signal may get on its way, so that 300 networks take seconds. */
const LARGEST = 150;

/**
 * A functional model of 1 to 12 random layers, joined in chains, skips and branches, with random
 * weights: everything that has a reader, on small signals of any rank, with odd sizes, strides,
 * dilations and paddings. The same seed makes the same model.
 */
export function randomModel(seed: number): tf.LayersModel {
  return new Builder(random(seed)).build();
}

class Builder {
  private readonly reused = new Map<string, tf.layers.Layer>();

  constructor(private readonly rng: Random) {}

  build(): tf.LayersModel {
    const inputs = [this.input(this.rng.integer(1, 3))];
    let z: Value = inputs[0]!;
    const depth = this.rng.integer(1, 12);
    for (let step = 0; step < depth; step++) z = this.step(z);
    if (this.chance(0.1)) {
      const second = this.input(1);
      inputs.push(second);
      const side = this.activated(this.apply(layers.dense({ units: 3 }), second));
      z = this.apply(layers.concatenate(), this.vector(z), side);
    }
    const last = this.vector(z);
    const outputs = [
      this.apply(layers.dense({ units: this.rng.integer(1, 4) }), last),
      ...(this.chance(0.1) ? [this.apply(layers.dense({ units: 2 }), last), z] : []),
    ];
    const model = tf.model({ inputs, outputs });
    this.weigh(model);
    return model;
  }

  private input(rank: number): Value {
    const side = () => this.rng.integer(3, 6);
    const channels = this.rng.integer(1, 3);
    const shape =
      rank === 1 ? [side()] : rank === 2 ? [side() + 2, channels] : [side(), side(), channels];
    return tf.input({ shape });
  }

  /** One layer, a block of them, or a merge of two ways; or the same again if it would not fit. */
  private step(z: Value): Value {
    const choices = [...this.anywhere(z), ...(z.rank === 2 ? this.onVectors(z) : [])];
    if (z.rank === 3) choices.push(...this.onSequences(z));
    if (z.rank === 4) choices.push(...this.onImages(z));
    const next = this.pick(choices)();
    return sizeOf(next) <= LARGEST ? next : z;
  }

  private anywhere(z: Value): (() => Value)[] {
    const same = () => this.step(z);
    const merge = (layer: tf.layers.Layer) => () =>
      this.apply(layer, ...this.alike([z, same(), z]));
    return [
      () => this.activated(z),
      () => this.activated(z),
      () => this.apply(layers.batchNormalization({ epsilon: 0.1 }), z),
      () => this.apply(layers.dropout({ rate: 0.5 }), z),
      () => this.apply(layers.rescaling({ scale: 0.5, offset: 0.25 }), z),
      () =>
        z.shape.at(-1)! % 2 === 0 ? this.apply(new PairsOfChannels({}), z) : this.activated(z),
      // A layer that is used twice, with and without something in between.
      () => {
        const shared = this.shared(z);
        return this.apply(shared, this.activated(this.apply(shared, z)));
      },
      merge(layers.add()),
      merge(layers.average()),
      merge(layers.maximum()),
      merge(layers.minimum()),
      () => this.apply(layers.concatenate({ axis: -1 }), ...this.alike([z, same()], true)),
    ];
  }

  private onVectors(z: Value): (() => Value)[] {
    const width = z.shape[1]!;
    return [
      () => this.activated(this.apply(layers.dense({ units: this.rng.integer(1, 6) }), z)),
      () => this.activated(this.apply(layers.dense({ units: this.rng.integer(3, 8) }), z)),
      () => this.apply(new MaxoutDense({}), z),
      () => this.apply(layers.repeatVector({ n: 3 }), z),
      () => this.apply(layers.reshape({ targetShape: [width, 1] }), z),
    ];
  }

  private onSequences(z: Value): (() => Value)[] {
    const length = z.shape[1]!;
    const size = this.rng.integer(1, Math.min(3, length));
    const strides = this.rng.integer(1, 3);
    const padding = this.padding();
    return [
      () => this.activated(this.apply(layers.dense({ units: 3 }), z)),
      () =>
        this.activated(
          this.apply(layers.conv1d({ filters: 3, kernelSize: size, strides, padding }), z),
        ),
      () =>
        this.apply(
          layers.conv1d({ filters: 2, kernelSize: 2, dilationRate: 2, padding: "same" }),
          z,
        ),
      () => this.apply(layers.maxPooling1d({ poolSize: size, strides, padding }), z),
      () => this.apply(layers.averagePooling1d({ poolSize: size, strides, padding }), z),
      () => this.apply(layers.permute({ dims: [2, 1] }), z),
      () => this.vector(z),
    ];
  }

  private onImages(z: Value): (() => Value)[] {
    const [, height, width] = z.shape as [null, number, number, number];
    const sides = (most: number): [number, number] => [
      this.rng.integer(1, Math.min(most, height)),
      this.rng.integer(1, Math.min(most, width)),
    ];
    const kernelSize = sides(3);
    const down = this.rng.integer(1, 3);
    // TensorFlow's own convolution of one channel to one column reads past the end, see windowTwins.ts.
    const sideways = z.shape[3] === 1 ? down : this.rng.integer(1, 2);
    const strides: [number, number] = [down, sideways];
    const padding = this.padding();
    const filters = this.rng.integer(1, 4);
    const margins: [[number, number], [number, number]] = [
      [this.rng.integer(0, 2), this.rng.integer(0, 1)],
      [this.rng.integer(0, 1), this.rng.integer(0, 2)],
    ];
    const cuts: [[number, number], [number, number]] = [
      [height > 2 ? 1 : 0, 0],
      [0, width > 2 ? 1 : 0],
    ];
    return [
      () => this.activated(this.apply(layers.conv2d({ filters, kernelSize, strides, padding }), z)),
      () => this.activated(this.apply(layers.conv2d({ filters, kernelSize, padding }), z)),
      () =>
        this.apply(
          layers.conv2d({ filters: 2, kernelSize: 2, dilationRate: 2, padding: "same" }),
          z,
        ),
      () =>
        this.apply(
          layers.depthwiseConv2d({ kernelSize, depthMultiplier: 2, strides: down, padding }),
          z,
        ),
      () =>
        this.apply(
          layers.separableConv2d({ filters, kernelSize, strides: [down, down], padding }),
          z,
        ),
      () =>
        this.apply(layers.conv2dTranspose({ filters: 2, kernelSize, strides: [2, 1], padding }), z),
      () => this.apply(layers.maxPooling2d({ poolSize: kernelSize, strides, padding }), z),
      () => this.apply(layers.maxPooling2d({ poolSize: kernelSize, padding }), z),
      () => this.apply(layers.averagePooling2d({ poolSize: kernelSize, strides, padding }), z),
      () => this.apply(layers.zeroPadding2d({ padding: margins }), z),
      () => this.apply(layers.cropping2D({ cropping: cuts }), z),
      () => this.apply(layers.upSampling2d({ size: [2, 1] }), z),
      () => this.apply(layers.permute({ dims: [2, 3, 1] }), z),
      () => this.residual(z),
      () => this.inception(z),
      () => this.vector(z),
    ];
  }

  /** Two convolutions with a skip; with a projection if the block has strides. */
  private residual(z: Value): Value {
    const filters = z.shape[3]!;
    const strides = this.rng.integer(1, 2);
    const options = { filters, kernelSize: 3, padding: "same" as const };
    const inside = this.activated(this.apply(layers.conv2d({ ...options, strides }), z));
    const main = this.apply(layers.conv2d(options), inside);
    const skip =
      strides === 1 ? z : this.apply(layers.conv2d({ ...options, kernelSize: 1, strides }), z);
    return this.activated(this.apply(layers.add(), main, skip));
  }

  private inception(z: Value): Value {
    const padding = "same";
    const conv = (filters: number, kernelSize: number, from: Value) =>
      this.activated(this.apply(layers.conv2d({ filters, kernelSize, padding }), from));
    return this.apply(
      layers.concatenate(),
      conv(1, 1, z),
      conv(2, 3, conv(1, 1, z)),
      this.apply(layers.maxPooling2d({ poolSize: 3, strides: 1, padding }), z),
    );
  }

  private activated(z: Value): Value {
    const layer = this.pick([
      () => layers.reLU({}),
      () => layers.reLU({}),
      () => layers.reLU({}),
      () => layers.leakyReLU({ alpha: 0.2 }),
      () => layers.prelu(),
      () => layers.reLU({ maxValue: 6 }),
      () => layers.reLU({ maxValue: 1 }),
      () => layers.activation({ activation: "hardSigmoid" }),
      () => layers.activation({ activation: "relu6" }),
      () => new Absolute({}),
      () => new SoftThreshold({}),
    ])();
    return this.apply(layer, z);
  }

  private vector(z: Value): Value {
    if (z.rank === 2) return z;
    const global =
      z.rank === 3
        ? [layers.globalAveragePooling1d({}), layers.globalMaxPooling1d({})]
        : [layers.globalAveragePooling2d({}), layers.globalMaxPooling2d({})];
    return this.apply(this.pick([layers.flatten(), layers.flatten(), ...global]), z);
  }

  /** A layer from a shape to the same shape, made once for each shape. */
  private shared(z: Value): tf.layers.Layer {
    const shape = z.shape.slice(1).join();
    const known = this.reused.get(shape);
    if (known !== undefined) return known;
    const channels = z.shape.at(-1)!;
    const made =
      z.rank === 4
        ? layers.conv2d({ filters: channels, kernelSize: 3, padding: "same" })
        : layers.dense({ units: channels });
    this.reused.set(shape, made);
    return made;
  }

  /**
   * Values of the shape of the first; but for their channels if these may differ. None of them twice:
   * TensorFlow.js' own `predict` would free it too early.
   */
  private alike(values: readonly Value[], channels = false): Value[] {
    const shape = (value: Value) => value.shape.slice(1, channels ? -1 : undefined).join();
    const kept = [...new Set(values)].filter((value) => shape(value) === shape(values[0]!));
    return kept.length > 1 ? kept : [values[0]!, this.activated(values[0]!)];
  }

  private apply(layer: tf.layers.Layer, ...inputs: Value[]): Value {
    return layer.apply(inputs.length === 1 ? inputs[0]! : inputs) as Value;
  }

  private padding(): "valid" | "same" {
    return this.chance(0.5) ? "same" : "valid";
  }

  private chance(probability: number): boolean {
    return this.rng.uniform() < probability;
  }

  private pick<T>(choices: readonly T[]): T {
    return choices[this.rng.integer(0, choices.length - 1)]!;
  }

  /** Weights of a size that neither blows values up nor lets them fade. */
  private weigh(model: tf.LayersModel): void {
    for (const layer of model.layers) {
      const name = layer.getClassName();
      const weights = layer.getWeights().map(({ shape, size }, i) => {
        const inputs = Math.max(1, size / shape.at(-1)!);
        const kernel = shape.length > 1 && name !== "PReLU";
        const values = this.rng.normals(size, 0, kernel ? 1.2 / Math.sqrt(inputs) : 0.4);
        const positive = name === "BatchNormalization" && i === 3;
        return tf.tensor(
          Float32Array.from(positive ? values.map((v) => 0.5 + v * v) : values),
          shape,
        );
      });
      layer.setWeights(weights);
      tf.dispose(weights);
    }
  }
}

const sizeOf = ({ shape }: Value): number => shape.slice(1).reduce<number>((n, d) => n * d!, 1);
