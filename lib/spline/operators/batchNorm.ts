import { AffineOperator, isNonnegative } from "./affine";
import { Conv2d } from "./conv2d";
import { Dense } from "./dense";
import { type Shape, sizeOf } from "./operator";
import type { SparseColumns } from "./sparseColumns";

/** What batch normalisation has learned, one number a channel each. */
export interface BatchNormStatistics {
  /** Scale; 1 if left out. */
  readonly gamma?: ArrayLike<number>;
  /** Shift; 0 if left out. */
  readonly beta?: ArrayLike<number>;
  /** Moving mean and variance. */
  readonly mean: ArrayLike<number>;
  readonly variance: ArrayLike<number>;
  /** Added to the variance inside the root: 1e-3 in TensorFlow, 1e-5 in PyTorch. 1e-3 if left out. */
  readonly epsilon?: number;
}

/**
 * Batch normalisation at inference (Ioffe & Szegedy 2015), affine in each channel (last axis):
 *
 *     z = γ (u − μ) / √(σ² + ε) + β.
 *
 * In training its statistics depend on the whole batch, and no map of one signal exists.
 *
 * @throws RangeError on wrong lengths, numbers that aren't finite, or σ² + ε ≤ 0
 * @example
 * const bn = new BatchNorm([2], { mean: [1, 0], variance: [4, 1], epsilon: 0 });
 * [...bn.scale]; // [0.5, 1]
 */
export class BatchNorm extends AffineOperator {
  readonly kind = "batchNorm";
  readonly parameters: number;
  /** γ / √(σ² + ε) [channels]. */
  readonly scale: Float64Array;
  /** β − μ γ / √(σ² + ε) [channels]. */
  readonly shift: Float64Array;

  constructor(shape: Shape, statistics: BatchNormStatistics) {
    const channels = shape.at(-1) ?? 0;
    const { gamma, beta, mean, variance, epsilon = 1e-3 } = statistics;
    for (const [name, values] of Object.entries({ gamma, beta, mean, variance })) {
      if (values === undefined) continue;
      const bad = Array.from(values).findIndex((v) => !Number.isFinite(v));
      if (values.length !== channels || bad >= 0) {
        const found = bad >= 0 ? `${values[bad]} at index ${bad}` : `${values.length} numbers`;
        throw new RangeError(
          `batchNorm: ${name} has ${found}, expected ${channels} finite numbers, one a channel`,
        );
      }
    }
    const scale = Float64Array.from({ length: channels }, (_, c) => {
      const spread = variance[c]! + epsilon;
      if (spread > 0) return (gamma?.[c] ?? 1) / Math.sqrt(spread);
      throw new RangeError(
        `batchNorm: variance + epsilon is ${spread} in channel ${c}, not positive`,
      );
    });
    const shift = scale.map((factor, c) => (beta?.[c] ?? 0) - mean[c]! * factor);
    super(shape, shape, shift);
    this.scale = scale;
    this.shift = shift;
    this.parameters = (gamma?.length ?? 0) + (beta?.length ?? 0);
  }

  get nondecreasing(): boolean {
    return isNonnegative(this.scale);
  }

  protected linear(v: Float64Array, w: Float64Array): void {
    const { scale } = this;
    const size = sizeOf(this.inputShape);
    for (let i = 0; i < size; i += scale.length) {
      for (let c = 0; c < scale.length; c++) w[i + c] = scale[c]! * v[i + c]!;
    }
  }

  spread(i: number, ds: number, dt: number, c: number, to: SparseColumns): void {
    const factor = this.scale[i % this.scale.length]!;
    to.add(i, factor * ds, factor * dt, factor * c);
  }

  protected transposed(g: Float64Array, h: Float64Array): void {
    this.linear(g, h); // a diagonal matrix is its own transpose
  }
}

/**
 * A dense or convolutional operator and the batch normalisation behind it as one operator:
 * W' = diag(scale) W, b' = scale b + shift.
 *
 * @throws RangeError if the normalisation has another shape than the output it follows
 * @example
 * const dense = new Dense(Float64Array.of(2, 4), null, 2, 1);
 * const bn = new BatchNorm([1], { mean: [1], variance: [4], epsilon: 0 });
 * [...foldBatchNorm(dense, bn).W]; // [1, 2]
 */
export function foldBatchNorm<T extends Dense | Conv2d>(operator: T, norm: BatchNorm): T;
export function foldBatchNorm(operator: Dense | Conv2d, norm: BatchNorm): Dense | Conv2d {
  const { scale, shift, inputShape } = norm;
  const channels = scale.length;
  if (operator.outputShape.join() !== inputShape.join()) {
    throw new RangeError(
      `batchNorm on [${inputShape}] can't be folded into a ${operator.kind} that makes ` +
        `[${operator.outputShape}]`,
    );
  }
  const b = shift.map((value, c) => value + scale[c]! * (operator.b?.[c] ?? 0));
  if (operator instanceof Dense) {
    const { W, inputSize, positions } = operator;
    const scaled = W.map((weight, i) => weight * scale[Math.floor(i / inputSize)]!);
    return new Dense(scaled, b, inputSize, channels, positions);
  }
  const kernel = operator.kernel.map((weight, i) => weight * scale[i % channels]!);
  const { window, groups } = operator;
  return new Conv2d(operator.inputShape, kernel, b, channels, { ...window, groups });
}
