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
      const { swish, softplus } = parts(x, log);
      save([x, log, c]);
      return {
        value: swish.mul(c).add(softplus.mul(c.neg().add(1))),
        gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
          const [x, log, c] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
          return gradients(dy, x, log, c, this.learnBeta, this.learnMix);
        },
      };
    });
    return curved(u, this.logEta(), this.mixTensor());
  }

  private mixTensor(): tf.Tensor {
    return this.mixWeight === undefined ? tf.tensor1d([this.mix]) : this.mixWeight.read().sigmoid();
  }
}

tf.serialization.registerClass(CurvatureUnits);

/** Swish and softplus at η = e^log and γ = 1 + η, and what both are made of. */
function parts(u: tf.Tensor, log: tf.Tensor) {
  const eta = log.exp();
  const gamma = eta.add(1);
  const gate = u.mul(eta).sigmoid();
  return { eta, gamma, gate, swish: u.mul(gate), softplus: u.mul(gamma).softplus().div(gamma) };
}

function gradients(
  dy: tf.Tensor,
  u: tf.Tensor,
  log: tf.Tensor,
  c: tf.Tensor,
  learnBeta: boolean,
  learnMix: boolean,
): tf.Tensor[] {
  const { eta, gamma, gate, swish, softplus } = parts(u, log);
  const rest = c.neg().add(1);
  const bend = swish.mul(gate.neg().add(1)); // u t (1 − t)
  const open = u.mul(gamma).sigmoid();
  const slope = gate.add(bend.mul(eta)).mul(c).add(open.mul(rest));
  // ∂/∂γ of log(1 + e^(γu))/γ is (u σ(γu) − softplus)/γ, and γ = 1 + η.
  const byLog = () =>
    bend.mul(u).mul(c).add(u.mul(open).sub(softplus).div(gamma).mul(rest)).mul(eta);
  return [
    dy.mul(slope),
    learnBeta ? sumTo(dy.mul(byLog()), log.shape) : tf.zerosLike(log),
    learnMix ? sumTo(dy.mul(swish.sub(softplus)), c.shape) : tf.zerosLike(c),
  ];
}
