import * as tf from "@tensorflow/tfjs";
import { Dense, type Operator, type Shape, sizeOf } from "../spline/operators";
import { welchBound } from "../templates";

/** How a {@link GramSchmidtDense} layer is made. */
export interface GramSchmidtDenseOptions {
  /** C, the number of outputs: at most the number of inputs. */
  readonly units: number;
  /** Scales every row to length 1; if left out each keeps the length that Gram & Schmidt leave. */
  readonly normalise?: boolean;
  /** Adds a trainable offset to each output; true if left out. */
  readonly useBias?: boolean;
  /** Seed of the initial kernel (Glorot normal), 1 or more. */
  readonly seed: number;
  readonly name?: string;
}

/**
 * A dense layer whose rows are orthogonal by construction: y = Q z + b, where Q is what Gram & Schmidt
 * make of a trainable kernel [D, C], inside the graph, so that gradients pass through it.
 *
 * Orthogonal in training and after it, to float32 rounding; nothing is penalised. A filter bank of this
 * kind is what Balestriero & Baraniuk (2018) compare the penalty with. Stored and loaded with a model
 * as class "GramSchmidtDense"; `readGramSchmidtDense` reads it into a spline network.
 * Throws RangeError when built on fewer inputs than units, since such rows can't be orthogonal.
 *
 * @example
 * model.add(new GramSchmidtDense({ units: 10, seed: rng.tfSeed() }));
 */
export class GramSchmidtDense extends tf.layers.Layer {
  static readonly className = "GramSchmidtDense";
  readonly units: number;
  readonly normalise: boolean;
  readonly useBias: boolean;
  readonly seed: number;
  private kernel: ReturnType<tf.layers.Layer["addWeight"]> | undefined;
  private bias: ReturnType<tf.layers.Layer["addWeight"]> | undefined;

  constructor(options: GramSchmidtDenseOptions) {
    super({ ...options } as { name?: string });
    const { units, normalise = false, useBias = true, seed } = options;
    if (!(Number.isInteger(units) && units >= 1)) {
      throw new RangeError(`a dense layer has one unit or more, got ${units}`);
    }
    if (!(Number.isInteger(seed) && seed >= 1)) {
      throw new RangeError(`a seed is an integer of 1 or more (0 is none), got ${seed}`);
    }
    this.units = units;
    this.normalise = normalise;
    this.useBias = useBias;
    this.seed = seed;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const shape = inputShape as tf.Shape;
    const width = shape.at(-1);
    if (shape.length !== 2 || width == null) {
      throw new RangeError(`a layer on shape [${shape}]: expected [N, D]; flatten first`);
    }
    if (width < this.units) {
      throw new RangeError(
        `${this.units} rows of ${width} numbers can't be orthogonal: ` +
          `their squared cosines add up to ${welchBound(this.units, width)} or more (Welch)`,
      );
    }
    const start = tf.initializers.glorotNormal({ seed: this.seed });
    this.kernel = this.addWeight("kernel", [width, this.units], "float32", start);
    if (this.useBias) {
      this.bias = this.addWeight("bias", [this.units], "float32", tf.initializers.zeros());
    }
    this.built = true;
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return [(inputShape as tf.Shape)[0]!, this.units];
  }

  /** Q [C, D], the rows as the layer uses them; TensorFlow.js can differentiate them. */
  rows(): tf.Tensor2D {
    return tf.tidy(() => orthogonalRowsOf(this.kernel!.read() as tf.Tensor2D, this.normalise));
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const z = (Array.isArray(inputs) ? inputs[0]! : inputs) as tf.Tensor2D;
      const y = tf.matMul(z, this.rows(), false, true);
      return this.bias === undefined ? y : y.add(this.bias.read());
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { units, normalise, useBias, seed } = this;
    return { ...super.getConfig(), units, normalise, useBias, seed };
  }
}

tf.serialization.registerClass(GramSchmidtDense);

/**
 * Reads a {@link GramSchmidtDense} layer as the dense operator that it is once its rows are computed.
 *
 * @example
 * SplineNetwork.fromLayersModel(model, { readers: { GramSchmidtDense: readGramSchmidtDense } });
 */
export function readGramSchmidtDense(layer: tf.layers.Layer, inputShape: Shape): Operator[] {
  if (!(layer instanceof GramSchmidtDense)) {
    throw new RangeError(`expected a GramSchmidtDense layer, got ${layer.getClassName()}`);
  }
  const W = Float64Array.from(tf.tidy(() => layer.rows().dataSync()));
  const b = layer.useBias ? Float64Array.from(layer.getWeights()[1]!.dataSync()) : null;
  return [new Dense(W, b, sizeOf(inputShape), layer.units)];
}

/** Gram & Schmidt on the columns of a kernel [D, C]; the result is [C, D]. */
function orthogonalRowsOf(kernel: tf.Tensor2D, normalise: boolean): tf.Tensor2D {
  const directions: tf.Tensor[] = []; // [D, 1], length 1
  const rows: tf.Tensor[] = [];
  for (const column of tf.split(kernel, kernel.shape[1], 1)) {
    let rest: tf.Tensor = column;
    if (directions.length > 0) {
      const before = tf.concat(directions, 1);
      // Twice is enough: the second pass removes what float32 left of the first.
      for (let pass = 0; pass < 2; pass++) {
        rest = rest.sub(before.matMul(before.transpose().matMul(rest)));
      }
    }
    const direction = rest.div(rest.norm());
    directions.push(direction);
    rows.push(normalise ? direction : rest);
  }
  return tf.concat(rows, 1).transpose() as tf.Tensor2D;
}
