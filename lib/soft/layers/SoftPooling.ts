import * as tf from "@tensorflow/tfjs";
import { windowing } from "../../network/batched/windowing";
import { ChannelPool, type Extent, MaxPool2d, type Padding } from "../../spline/operators";
import { entrywise, type Reading } from "./entrywise";
import { SoftLayer, type SoftLayerOptions } from "./SoftLayer";
import { SOFT_MAXIMUM } from "./softChoice";
import { softMaximum } from "./softMaximum";

/** A window that slides over images or sequences. */
export interface SoftPoolingOptions extends SoftLayerOptions {
  /** Size of the window; 2 if left out. */
  readonly poolSize?: Extent;
  /** Steps between windows; the window's size if left out. */
  readonly strides?: Extent;
  /** "valid" if left out. */
  readonly padding?: Padding;
}

/** Far below any signal, yet its square times a weight of 0 is 0 in float32. */
const OUTSIDE = -1e20;

/** Windows of more taps aren't written out as one formula. */
const FEW_TAPS = 16;

/** Pooling as a soft choice; shapes that can't be pooled are refused before a weight is made. */
abstract class SoftPooling extends SoftLayer {
  override build(inputShape: tf.Shape | tf.Shape[]): void {
    this.computeOutputShape(inputShape);
    super.build(inputShape);
  }
}

/** Many signals compete: they lie side by side along a new first axis. */
abstract class RivalPooling extends SoftPooling {
  protected abstract rivals(u: tf.Tensor): tf.Tensor;

  protected override transform(u: tf.Tensor): tf.Tensor {
    return softMaximum(this.rivals(u), this.logEta().exp(), this.learnBeta);
  }
}

/** Windows over sequences [N, length, channels] or images [N, height, width, channels]. */
abstract class WindowPooling extends SoftPooling {
  readonly poolSize: Extent;
  readonly strides: Extent;
  readonly padding: Padding;
  protected abstract readonly axes: 1 | 2;

  constructor({ poolSize = 2, strides, padding = "valid", ...options }: SoftPoolingOptions = {}) {
    super(options);
    this.poolSize = poolSize;
    this.strides = strides ?? poolSize;
    this.padding = padding;
    if (padding !== "valid" && padding !== "same") {
      throw new RangeError(`padding is "${padding}", expected "valid" or "same"`);
    }
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const shape = inputShape as tf.Shape;
    return [shape[0]!, ...this.poolOf(shape).outputShape];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const plain = (extent: Extent) => (typeof extent === "number" ? extent : [...extent]);
    const { poolSize, strides, padding } = this;
    return {
      ...super.getConfig(),
      poolSize: plain(poolSize),
      strides: plain(strides),
      padding,
    };
  }

  protected override transform(u: tf.Tensor): tf.Tensor {
    const eta = this.logEta().exp();
    if (this.poolOf(u.shape).pieces <= FEW_TAPS) return this.pool(u, eta);
    return softMaximum(tf.stack(this.taps(u.shape).read(u)), eta, this.learnBeta);
  }

  private readonly pool = entrywise(SOFT_MAXIMUM, [this.learnBeta], (shape) => this.taps(shape));

  /** What each tap of all windows sees. */
  private taps(shape: tf.Shape): Reading {
    const { window, inputShape, outputShape } = this.poolOf(shape);
    const channels = inputShape.at(-1)!;
    const { taps, seen, putBack } = windowing(window, channels);
    const { inputHeight, inputWidth, outputHeight, outputWidth } = window;
    return {
      read: (u) => {
        const at = seen(u.reshape([-1, inputHeight, inputWidth, channels]), OUTSIDE);
        return Array.from({ length: taps }, (_, r) => at(r).reshape([-1, ...outputShape]));
      },
      putBack: (signals) =>
        putBack((r) => signals[r]!.reshape([-1, outputHeight, outputWidth, channels])),
    };
  }

  /** The hard pooling, whose windows these are. Throws RangeError on another rank, or if they don't fit. */
  private poolOf([, ...shape]: tf.Shape): MaxPool2d {
    if (shape.length !== this.axes + 1 || shape.some((d) => d == null)) {
      const wanted = this.axes === 1 ? "[N, length, channels]" : "[N, height, width, channels]";
      throw new RangeError(`a layer on shape [N, ${shape}]: expected ${wanted}, of fixed sizes`);
    }
    const { poolSize: size, strides, padding } = this;
    return new MaxPool2d(shape as number[], { size, strides, padding });
  }
}

/**
 * Softmax pooling of sequences [N, length, channels]: Σ_j t_j u_j over each window, t = softmax(η u).
 * Max pooling at β → 1, average pooling at β → 0. Padded positions take no part.
 *
 * Stored and loaded as class "SoftmaxPooling1D". Throws RangeError on windows that don't fit.
 *
 * @example new SoftmaxPooling1D({ poolSize: 3, strides: 2, beta: 0.8 }).apply(tf.zeros([1, 9, 2]));
 */
export class SoftmaxPooling1D extends WindowPooling {
  static readonly className = "SoftmaxPooling1D";
  protected readonly axes = 1;
}

/**
 * Softmax pooling of images [N, height, width, channels]: Σ_j t_j u_j over each window, t = softmax(η u).
 * Max pooling at β → 1, average pooling at β → 0. Padded positions take no part.
 *
 * Stored and loaded as class "SoftmaxPooling2D". Throws RangeError on windows that don't fit.
 *
 * @example new SoftmaxPooling2D({ poolSize: 2, learnBeta: true }).apply(tf.zeros([1, 8, 8, 3]));
 */
export class SoftmaxPooling2D extends WindowPooling {
  static readonly className = "SoftmaxPooling2D";
  protected readonly axes = 2;
}

/**
 * Softmax pooling over groups of neighbouring channels, at every position: maxout made soft.
 *
 * Stored and loaded as class "SoftmaxChannelPooling". Throws RangeError unless the groups, of all
 * channels if `groupSize` is left out, divide the channels.
 *
 * @example new SoftmaxChannelPooling({ groupSize: 2 }).apply(tf.zeros([1, 8, 8, 6])); // of shape [1, 8, 8, 3]
 */
export class SoftmaxChannelPooling extends RivalPooling {
  static readonly className = "SoftmaxChannelPooling";
  readonly groupSize: number | undefined;

  constructor({ groupSize, ...options }: SoftLayerOptions & { readonly groupSize?: number } = {}) {
    super(options);
    if (options.betaPer === "channel") {
      throw new RangeError("channels compete here: expected one β for the layer");
    }
    this.groupSize = groupSize;
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const shape = inputShape as tf.Shape;
    const { outputShape } = new ChannelPool([shape.at(-1)!], this.groupSize);
    return [...shape.slice(0, -1), outputShape[0]!];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { groupSize } = this;
    return { ...super.getConfig(), ...(groupSize !== undefined && { groupSize }) };
  }

  protected override rivals(u: tf.Tensor): tf.Tensor {
    const { outputShape, pieces } = new ChannelPool([u.shape.at(-1)!], this.groupSize);
    const groups = u.reshape([-1, pieces]).transpose(); // [pieces, N · … · groups]
    return groups.reshape([pieces, ...u.shape.slice(0, -1), outputShape[0]!]);
  }
}

/** All positions of each channel compete. */
abstract class GlobalSoftPooling extends RivalPooling {
  protected abstract readonly axes: 1 | 2;

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const shape = inputShape as tf.Shape;
    if (shape.length !== this.axes + 2) {
      throw new RangeError(`a layer on shape [${shape}]: expected ${this.axes + 2} dimensions`);
    }
    return [shape[0]!, shape.at(-1)!];
  }

  protected override rivals(u: tf.Tensor): tf.Tensor {
    const channels = u.shape.at(-1)!;
    return u.reshape([u.shape[0]!, -1, channels]).transpose([1, 0, 2]);
  }
}

/**
 * Softmax pooling over the whole sequence [N, length, channels] to [N, channels].
 *
 * Stored and loaded as class "GlobalSoftmaxPooling1D". Throws RangeError on another rank.
 *
 * @example new GlobalSoftmaxPooling1D().apply(tf.zeros([1, 9, 2]));
 */
export class GlobalSoftmaxPooling1D extends GlobalSoftPooling {
  static readonly className = "GlobalSoftmaxPooling1D";
  protected readonly axes = 1;
}

/**
 * Softmax pooling over the whole image [N, height, width, channels] to [N, channels].
 *
 * Stored and loaded as class "GlobalSoftmaxPooling2D". Throws RangeError on another rank.
 *
 * @example new GlobalSoftmaxPooling2D({ beta: 0.9 }).apply(tf.zeros([1, 4, 4, 8]));
 */
export class GlobalSoftmaxPooling2D extends GlobalSoftPooling {
  static readonly className = "GlobalSoftmaxPooling2D";
  protected readonly axes = 2;
}

/**
 * The softmax at the end of a classifier as what it is: the soft choice among classes that the hard
 * network makes by the largest logit; weights t = softmax(η u) over the last axis, [N, C].
 *
 * At β = ½ the usual softmax; with β learned or set on held-out data, temperature scaling (Guo et al.
 * 2017). Stored and loaded as class "SoftAssignment".
 *
 * @example new SoftAssignment({ beta: 0.4 }).apply(tf.tensor([[1, 2, 3]]));
 */
export class SoftAssignment extends SoftLayer {
  static readonly className = "SoftAssignment";

  constructor(options: Omit<SoftLayerOptions, "betaPer"> = {}) {
    super(options);
    if (this.betaPer === "channel") {
      throw new RangeError("classes compete here: expected one β for the layer");
    }
  }

  protected override transform(u: tf.Tensor): tf.Tensor {
    return u.mul(this.logEta().exp()).softmax();
  }
}

for (const layer of [
  SoftmaxPooling1D,
  SoftmaxPooling2D,
  SoftmaxChannelPooling,
  GlobalSoftmaxPooling1D,
  GlobalSoftmaxPooling2D,
  SoftAssignment,
]) {
  tf.serialization.registerClass(layer as tf.serialization.SerializableConstructor<SoftLayer>);
}
