import * as tf from "@tensorflow/tfjs";
import { random } from "../random";
import { recurrentPass } from "./recurrentPass";

/** How an {@link InitialStateNoise} layer is made. */
export interface InitialStateNoiseOptions {
  /** The recurrence that is started from noise, a `tf.layers.simpleRNN`. */
  readonly layer: tf.layers.Layer;
  /** σ, 0 or more. */
  readonly deviation: number;
  /** Seed of the noise. */
  readonly seed: number;
  readonly name?: string;
}

/**
 * A SimpleRNN that in training starts from h⁰ = ε ~ N(0, σ² I), drawn anew for every sequence of every
 * batch, and otherwise from 0 (Wang, Balestriero & Baraniuk 2019, section 4).
 *
 * The number of batches drawn for is a weight of the layer, which isn't trained: so a training that was
 * killed goes on from its checkpoint with the noise that it would have had. Stored and loaded as class
 * "InitialStateNoise"; at inference it is the layer inside, and is read as that. With a ReLU and without
 * dropout it learns several times faster on long sequences than the layer alone, also where σ is 0.
 *
 * Throws RangeError on another kind of layer, and on a negative deviation.
 *
 * @example
 * const rnn = tf.layers.simpleRNN({ units: 8, activation: "relu" });
 * const noisy = new InitialStateNoise({ layer: rnn, deviation: 0.1, seed: rng.tfSeed() });
 */
export class InitialStateNoise extends tf.layers.Layer {
  static readonly className = "InitialStateNoise";
  readonly layer: tf.layers.Layer;
  readonly deviation: number;
  readonly seed: number;
  private draws: ReturnType<tf.layers.Layer["addWeight"]> | undefined;

  constructor({ layer, deviation, seed, ...options }: InitialStateNoiseOptions) {
    super(options);
    // From a stored model it comes as its description.
    const stored = layer as unknown as { className?: string; config?: object };
    this.layer =
      stored.className === "SimpleRNN" ? tf.layers.simpleRNN(stored.config as never) : layer;
    if (!(this.layer instanceof tf.layers.Layer) || this.layer.getClassName() !== "SimpleRNN") {
      throw new RangeError(
        "noise on initial states is for SimpleRNN layers: give it one as `layer`",
      );
    }
    if (!(deviation >= 0 && Number.isFinite(deviation))) {
      throw new RangeError(`the deviation of the noise is ${deviation}, expected 0 or more`);
    }
    if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed is an integer, got ${seed}`);
    this.deviation = deviation;
    this.seed = seed;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    this.layer.build(inputShape);
    this.draws = this.addWeight("draws", [], "float32", tf.initializers.zeros(), undefined, false);
    this.built = true;
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return this.layer.computeOutputShape(inputShape);
  }

  override get trainableWeights(): tf.layers.Layer["trainableWeights"] {
    return this.layer.trainableWeights;
  }

  override get nonTrainableWeights(): tf.layers.Layer["nonTrainableWeights"] {
    return this.draws === undefined ? [] : [this.draws];
  }

  override call(
    inputs: tf.Tensor | tf.Tensor[],
    kwargs: Parameters<tf.layers.Layer["call"]>[1],
  ): tf.Tensor | tf.Tensor[] {
    return tf.tidy(() => {
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      const noisy = kwargs.training === true && this.deviation > 0;
      const start = noisy ? this.draw(x.shape[0]!) : tf.zeros([x.shape[0]!, this.units]);
      if (!this.plain || kwargs.mask != null) {
        return this.layer.call(inputs, { ...kwargs, initialState: [start] });
      }
      const [kernel, recurrent, bias] = this.layer.weights.map((weight) => weight.read());
      return recurrentPass(x, {
        ...{ kernel: kernel!, recurrent: recurrent!, bias: bias!, start },
        returns: this.layer.getConfig().returnSequences === true ? "all" : "last",
      });
    });
  }

  private get units(): number {
    return Number(this.layer.getConfig().units);
  }

  /** Is it h^t = ReLU(W x^t + W_r h^(t−1) + b) and nothing more? */
  private get plain(): boolean {
    const { activation, useBias, ...more } = this.layer.getConfig();
    const off = ["goBackwards", "stateful", "returnState", "dropout", "recurrentDropout"];
    return activation === "relu" && useBias === true && off.every((name) => !more[name]);
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { deviation, seed, layer } = this;
    const inner = { className: layer.getClassName(), config: layer.getConfig() };
    return { ...super.getConfig(), deviation, seed, layer: inner };
  }

  private draw(count: number): tf.Tensor {
    const done = this.draws!.read().dataSync()[0]!;
    const noise = random(this.seed).split(`batch ${done}`);
    this.draws!.write(tf.scalar(done + 1));
    const values = Float32Array.from(noise.normals(count * this.units, 0, this.deviation));
    return tf.tensor(values, [count, this.units]);
  }
}

tf.serialization.registerClass(InitialStateNoise);
