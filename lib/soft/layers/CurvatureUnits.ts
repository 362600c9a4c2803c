import * as tf from "@tensorflow/tfjs";
import type { Elementwise } from "../../fused";
import { checkMix } from "../curvature";
import { entrywise, type Nonlinearity } from "./entrywise";
import { SoftLayer, type SoftLayerOptions } from "./SoftLayer";

/** Units between ReLU, swish and softplus. */
export interface CurvatureUnitsOptions extends SoftLayerOptions {
  /** Share c of swish in [0, 1], the rest is softplus; ½ if left out. */
  readonly mix?: number;
  /** Is c learned, one for each β? No, if left out. */
  readonly learnMix?: boolean;
}

/**
 * The units of Curvature Tuning (Hu et al. 2025) as a layer: φ_{β,c}(u) = c u σ(ηu) + (1 − c) log(1 +
 * exp(γu))/γ with η = β/(1 − β), γ = 1/(1 − β), as {@link curvature} in float64.
 *
 * ReLU at β → 1. Swish lies below ReLU and softplus above it, so that a mix keeps the mean. β and c
 * are fixed or learned. Stored and loaded as class "CurvatureUnits". Throws RangeError on β or c
 * outside their intervals.
 *
 * @example model.add(new CurvatureUnits({ beta: 0.8, mix: 0.5, betaPer: "channel", learnBeta: true }));
 */
export class CurvatureUnits extends SoftLayer {
  static readonly className = "CurvatureUnits";
  /** c at the start. */
  readonly mix: number;
  readonly learnMix: boolean;
  private readonly units: ReturnType<typeof entrywise>;
  private mixWeight: ReturnType<tf.layers.Layer["addWeight"]> | undefined;

  constructor(options: CurvatureUnitsOptions = {}) {
    super(options);
    const { mix = 0.5, learnMix = false } = options;
    checkMix(mix);
    if (learnMix && (mix === 0 || mix === 1)) {
      throw new RangeError(`a mix that is learned starts between 0 and 1, got ${mix}`);
    }
    this.mix = mix;
    this.learnMix = learnMix;
    this.units = entrywise(CURVED, [this.learnBeta, learnMix]);
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    super.build(inputShape);
    if (!this.learnMix) return;
    const start = Math.log(this.mix / (1 - this.mix));
    this.mixWeight = this.weightOf("mixLogit", this.logEta().shape[0]!, start, true);
  }

  /** c as it is now: [1], or one for each channel. */
  mixes(): Float64Array {
    return Float64Array.from(tf.tidy(() => this.mixTensor().dataSync()));
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { mix, learnMix } = this;
    return { ...super.getConfig(), mix, learnMix };
  }

  protected override transform(u: tf.Tensor): tf.Tensor {
    return this.units(u, this.logEta().exp(), this.mixTensor());
  }

  private mixTensor(): tf.Tensor {
    return this.mixWeight === undefined ? tf.tensor1d([this.mix]) : this.mixWeight.read().sigmoid();
  }
}

tf.serialization.registerClass(CurvatureUnits);

/** φ of u, η and c. */
const CURVED: Nonlinearity = {
  value([u], eta, c) {
    const swish = u!.mul(eta!).sigmoid().mul(u!);
    return swish.mul(c!).add(softplusOf(u!, eta!.add(1)).mul(c!.neg().add(1)));
  },
  gradient(dy, [signal], eta, c) {
    const u = signal!;
    const [gamma, rest] = [eta!.add(1), c!.neg().add(1)];
    const gate = u.mul(eta!).sigmoid();
    const swish = gate.mul(u);
    const bend = gate.neg().add(1).mul(swish); // u t (1 − t)
    const open = u.mul(gamma).sigmoid();
    const slope = bend.mul(eta!).add(gate).mul(c!).add(open.mul(rest));
    const softplus = softplusOf(u, gamma);
    // ∂/∂γ of log(1 + e^(γu))/γ is (u σ(γu) − log(1 + e^(γu))/γ)/γ, and γ = 1 + η.
    const byGamma = u.mul(open).sub(softplus).mul(rest).div(gamma);
    return {
      signals: [slope.mul(dy)],
      parameters: [
        () => bend.mul(u).mul(c!).add(byGamma).mul(dy),
        () => swish.sub(softplus).mul(dy),
      ],
    };
  },
};

/** log(1 + e^(γu))/γ = max(u, 0) + log(1 + e^(−γ|u|))/γ, which can't overflow. */
function softplusOf<V extends Elementwise<V>>(u: V, gamma: V): V {
  const tail = u.abs().mul(gamma.neg()).exp().log1p();
  return u.relu().add(tail.div(gamma));
}
