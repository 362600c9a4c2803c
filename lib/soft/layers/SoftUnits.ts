import * as tf from "@tensorflow/tfjs";
import { SoftActivation, type SoftPieces } from "../SoftActivation";
import { softActivations } from "../softActivations";
import { SoftLayer, type SoftLayerOptions } from "./SoftLayer";
import { softPieces } from "./softPieces";

/** A soft activation of any pieces, as a layer. */
export interface SoftUnitsOptions extends SoftLayerOptions, SoftPieces {}

/**
 * A soft activation as a TensorFlow.js layer: φ(u) = Σ_r t_r v_r with t = softmax(η s), for pieces s
 * and values v that the user writes down, as in {@link SoftActivation}.
 *
 * The gradient is exact, by the input and by β; β is fixed or learned, one for the layer or one for
 * each channel. Stored and loaded as class "SoftUnits". Throws RangeError as `SoftActivation`.
 *
 * @example
 * model.add(new SoftUnits({ pieces: [[-1, -1], [0, 0], [1, -1]], beta: 0.8, learnBeta: true }));
 */
export class SoftUnits extends SoftLayer {
  static className = "SoftUnits";
  /** The same in float64, at the β of the start. */
  readonly activation: SoftActivation;
  private readonly units: ReturnType<typeof softPieces>;

  constructor(options: SoftUnitsOptions) {
    super(options);
    this.activation = new SoftActivation(options);
    const { pieces, values = pieces } = this.activation;
    this.units = softPieces({ scores: pieces, values }, this.learnBeta);
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { pieces, values } = this.activation;
    const plain = (list: typeof pieces) => list.map(([a, b]) => [a, b]);
    return {
      ...super.getConfig(),
      pieces: plain(pieces),
      ...(values && { values: plain(values) }),
    };
  }

  protected override transform(u: tf.Tensor): tf.Tensor {
    return this.units(u, this.logEta().exp());
  }
}

/**
 * The TensorFlow.js layer of a soft activation. β starts at the activation's own.
 *
 * @example
 * const dish = new SoftActivation({ pieces: [[-1, -1], [0, 0], [1, -1]] });
 * model.add(softUnits(dish, { betaPer: "channel", learnBeta: true }));
 */
export function softUnits(activation: SoftActivation, options: SoftLayerOptions = {}): SoftUnits {
  return new SoftUnits({ beta: activation.beta, ...own(activation, options) });
}

const own = (activation: SoftActivation, options: SoftLayerOptions): SoftUnitsOptions => {
  const { pieces, values } = activation;
  return { ...options, pieces, ...(values && { values }) };
};

/**
 * u σ(ηu) as a layer: ReLU made soft. With a β that is learned, the swish of Ramachandran et al. (2017).
 *
 * @example model.add(new Swish({ beta: 0.5, learnBeta: true, betaPer: "channel" }));
 */
export class Swish extends SoftUnits {
  static override className = "Swish";
  constructor(options: SoftLayerOptions = {}) {
    super(own(softActivations.swish(), options));
  }
}

/**
 * u σ(u), the sigmoid-gated linear unit, as a layer: swish with β = ½, for good.
 *
 * @example model.add(new SigmoidGated());
 */
export class SigmoidGated extends SoftUnits {
  static override className = "SigmoidGated";
  constructor({ name, inputShape }: Pick<SoftLayerOptions, "name" | "inputShape"> = {}) {
    super(
      own(softActivations.swish(), { ...(name && { name }), ...(inputShape && { inputShape }) }),
    );
  }
}

/**
 * u (ν + (1 − ν) σ(η (1 − ν) u)) as a layer: leaky ReLU made soft. Throws RangeError on a slope ν that
 * isn't finite or exceeds 1: it would be no maximum of its pieces.
 *
 * @example model.add(new SoftLeakyReLU({ slope: 0.1, beta: 0.7 }));
 */
export class SoftLeakyReLU extends SoftUnits {
  static override className = "SoftLeakyReLU";
  readonly slope: number;
  constructor({ slope = 0.3, ...options }: SoftLayerOptions & { readonly slope?: number } = {}) {
    if (!(slope <= 1 && Number.isFinite(slope))) {
      throw new RangeError(`the slope is ${slope}, expected 1 or less: else it is no maximum`);
    }
    super(own(softActivations.leakyRelu(undefined, slope), options));
    this.slope = slope;
  }
  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), slope: this.slope };
  }
}

/**
 * u tanh(ηu) as a layer: the absolute value made soft.
 *
 * @example model.add(new SoftAbs({ beta: 0.9 }));
 */
export class SoftAbs extends SoftUnits {
  static override className = "SoftAbs";
  constructor(options: SoftLayerOptions = {}) {
    super(own(softActivations.abs(), options));
  }
}

/**
 * σ(ηu) as a layer: a step from 0 to 1 made soft, by a decoupled max-affine spline operator.
 *
 * @example model.add(new SoftSigmoid({ beta: 0.5 }));
 */
export class SoftSigmoid extends SoftUnits {
  static override className = "SoftSigmoid";
  constructor(options: SoftLayerOptions = {}) {
    super(own(softActivations.sigmoid(), options));
  }
}

/**
 * tanh(ηu) as a layer: the sign made soft, by a decoupled max-affine spline operator.
 *
 * @example model.add(new SoftTanh({ learnBeta: true }));
 */
export class SoftTanh extends SoftUnits {
  static override className = "SoftTanh";
  constructor(options: SoftLayerOptions = {}) {
    super(own(softActivations.tanh(), options));
  }
}

for (const layer of [
  SoftUnits,
  Swish,
  SigmoidGated,
  SoftLeakyReLU,
  SoftAbs,
  SoftSigmoid,
  SoftTanh,
]) {
  tf.serialization.registerClass(layer as tf.serialization.SerializableConstructor<SoftUnits>);
}
