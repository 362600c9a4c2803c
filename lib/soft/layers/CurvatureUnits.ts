import * as tf from "@tensorflow/tfjs";
import { checkMix } from "../curvature";
import { sumTo } from "./differentiable";
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
    const curved = tf.customGrad((...given) => {
      const [x, log, c, save] = given as unknown as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.GradSaveFunc,
      ];
      const eta = log.exp();
      const gate = x.mul(eta).sigmoid();
      const swish = gate.mul(x);
      const softplus = softplusOf(x, eta.add(1));
      save([x, eta, c, gate, swish, softplus]);
      return {
        value: swish.mul(c).add(softplus.mul(tf.sub(1, c))),
        gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => this.gradients(dy, saved),
      };
    });
    return curved(u, this.logEta(), this.mixTensor());
  }

  /** By u, log η and c; what isn't learned has a gradient of 0, which nothing reads. */
  private gradients(dy: tf.Tensor, saved: readonly tf.Tensor[]): tf.Tensor[] {
    const [u, eta, c, gate, swish, softplus] = saved as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    const [gamma, rest] = [eta.add(1), tf.sub(1, c)];
    const bend = tf.sub(1, gate).mul(swish); // u t (1 − t)
    const open = u.mul(gamma).sigmoid();
    const slope = bend.mul(eta).add(gate).mul(c).add(open.mul(rest));
    const summed = (g: tf.Tensor) => sumTo(dy.mul(g), eta.shape);
    // ∂/∂γ of log(1 + e^(γu))/γ is (u σ(γu) − log(1 + e^(γu))/γ)/γ, and γ = 1 + η.
    const byLogEta = () => {
      const ofSoftplus = summed(u.mul(open).sub(softplus)).div(gamma).mul(rest);
      return summed(bend.mul(u)).mul(c).add(ofSoftplus).mul(eta);
    };
    return [
      dy.mul(slope),
      this.learnBeta ? byLogEta() : tf.zerosLike(eta),
      this.learnMix ? summed(swish.sub(softplus)) : tf.zerosLike(c),
    ];
  }

  private mixTensor(): tf.Tensor {
    return this.mixWeight === undefined ? tf.tensor1d([this.mix]) : this.mixWeight.read().sigmoid();
  }
}

tf.serialization.registerClass(CurvatureUnits);

/**
 * log(1 + e^(γu))/γ = max(u, 0) + log(1 + e^(−γ|u|))/γ: several times faster on the native backend
 * than its softplus.
 */
function softplusOf(u: tf.Tensor, gamma: tf.Tensor): tf.Tensor {
  const tail = u.abs().mul(gamma.neg()).exp().log1p();
  return u.relu().add(tail.div(gamma));
}
