import * as tf from "@tensorflow/tfjs";
import { betaOf, etaOf } from "../softness";

/** What all soft layers take. */
export interface SoftLayerOptions {
  /** β at the start, in (0, 1); ½ if left out. */
  readonly beta?: number;
  /** One β for the layer (if left out), or one for each channel, the last axis. */
  readonly betaPer?: "layer" | "channel";
  /** Is β learned? No, if left out. */
  readonly learnBeta?: boolean;
  readonly name?: string;
  readonly inputShape?: tf.Shape;
}

/** Beyond these, float32 can't tell η from 0 or from infinity. */
const MOST = Math.log(1e8);

/**
 * What the soft layers have in common: their β, stored as the weight log η = log β/(1 − β), [1] or
 * [channels], which is free to move where β is not. η is held between 1e-8 and 1e8.
 */
export abstract class SoftLayer extends tf.layers.Layer {
  /** β at the start. */
  readonly beta: number;
  readonly betaPer: "layer" | "channel";
  readonly learnBeta: boolean;
  private logEtaWeight: ReturnType<tf.layers.Layer["addWeight"]> | undefined;

  constructor(options: SoftLayerOptions = {}) {
    super({ ...options } as { name?: string });
    const { beta = 0.5, betaPer = "layer", learnBeta = false } = options;
    etaOf(beta);
    if (betaPer !== "layer" && betaPer !== "channel") {
      throw new RangeError(`betaPer is "${betaPer}", expected "layer" or "channel"`);
    }
    if (typeof learnBeta !== "boolean") {
      throw new RangeError(`learnBeta is ${learnBeta}, expected true or false`);
    }
    this.beta = beta;
    this.betaPer = betaPer;
    this.learnBeta = learnBeta;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const channels = (inputShape as tf.Shape).at(-1);
    if (this.betaPer === "channel" && channels == null) {
      throw new RangeError(
        `a layer on shape [${inputShape}]: β for each channel needs their number`,
      );
    }
    const size = this.betaPer === "channel" ? channels! : 1;
    this.logEtaWeight = this.weightOf("logEta", size, Math.log(etaOf(this.beta)), this.learnBeta);
    this.built = true;
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return inputShape as tf.Shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() =>
      this.transform((Array.isArray(inputs) ? inputs[0]! : inputs) as tf.Tensor),
    );
  }

  /** β as it is now: [1], or one for each channel. Throws Error before the layer is built. */
  betas(): Float64Array {
    const logs = tf.tidy(() => this.logEta().dataSync());
    return Float64Array.from(logs, (log) => betaOf(Math.exp(log)));
  }

  /**
   * Sets β of a layer that is built: all to one number, or each channel to its own.
   *
   * Throws RangeError on β outside (0, 1) and on a wrong number of them.
   */
  setBetas(beta: number | ArrayLike<number>): void {
    const { shape } = this.weight();
    const wanted = typeof beta === "number" ? new Array(shape[0]!).fill(beta) : Array.from(beta);
    if (wanted.length !== shape[0]) {
      throw new RangeError(`${wanted.length} numbers β, expected one, or ${shape[0]}`);
    }
    const logs = wanted.map((value) => Math.log(etaOf(value)));
    tf.tidy(() => {
      this.weight().write(tf.tensor1d(logs));
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { beta, betaPer, learnBeta } = this;
    return { ...super.getConfig(), beta, betaPer, learnBeta };
  }

  /** What the layer does, inside a tidy. */
  protected abstract transform(u: tf.Tensor): tf.Tensor;

  /** log η [1] or [channels]; TensorFlow.js can differentiate it. */
  protected logEta(): tf.Tensor {
    return this.weight().read().clipByValue(-MOST, MOST);
  }

  protected weightOf(name: string, size: number, value: number, learned: boolean) {
    const start = tf.initializers.constant({ value });
    return this.addWeight(name, [size], "float32", start, undefined, learned);
  }

  private weight() {
    if (this.logEtaWeight === undefined) {
      throw new Error(`layer "${this.name}" isn't built yet: put it into a model first`);
    }
    return this.logEtaWeight;
  }
}
