import * as tf from "@tensorflow/tfjs";
import { maxPool2dTwin } from "../network/batched/maxTwins";
import { readMaxPooling2D } from "../network/layerReaders";
import { GramSchmidtDense } from "./GramSchmidtDense";

/** Pulls stacked functionals [N, C, …output shape] back to [N, C, …input shape]. */
type Pullback = (g: tf.Tensor) => tf.Tensor;

/**
 * Templates A[x_n] [N, C, …inputShape] of a chain of layers as a function of its weights, which
 * TensorFlow.js can differentiate: for penalties on templates, hence second derivatives of the logits.
 *
 * The codes are recorded first and taken as constants, which they are almost everywhere. Then A is a
 * product of weights and masks. The derivative of `tf.grad` won't do: TensorFlow.js has none for the
 * gradient of max pooling. Batch normalisation takes its moving statistics.
 *
 * Throws RangeError on a model that branches, and on a layer other than Dense, GramSchmidtDense, Conv2D
 * without dilation, BatchNormalization, MaxPooling2D, Flatten, Dropout, ReLU and its activations.
 *
 * @example
 * const A = tf.tidy(() => differentiableTemplates(model, images)); // [N, C, 28, 28, 1]
 */
export function differentiableTemplates(model: tf.LayersModel, inputs: tf.Tensor): tf.Tensor {
  const pullbacks: Pullback[] = [];
  let z = inputs;
  for (const [position, layer] of model.layers.entries()) {
    if (layer.getClassName() === "InputLayer") continue; // it has no input to apply it to
    if (position > 0 && !follows(layer, model.layers[position - 1]!)) {
      throw new RangeError(`layer ${position} "${layer.name}": templates go through chains only`);
    }
    const linear = pullbackOf(layer, z, position);
    z = layer.apply(z, { training: false }) as tf.Tensor;
    pullbacks.push(linear);
    if (endsInReLU(layer, position)) {
      const mask = constant(z.greater(0).cast("float32")).expandDims(1);
      pullbacks.push((g) => g.mul(mask));
    }
  }
  const [N, C] = z.shape as [number, number];
  const rows = tf.eye(C).expandDims(0).tile([N, 1, 1]);
  return pullbacks.reduceRight<tf.Tensor>((g, pull) => pull(g), rows);
}

/** The transpose of a layer, its activation left out, at the signals z that it reads. */
function pullbackOf(layer: tf.layers.Layer, z: tf.Tensor, position: number): Pullback {
  const [N, ...shape] = z.shape as number[];
  const weights = layer.weights.map((weight) => weight.read());
  switch (layer.getClassName()) {
    case "Dropout":
    case "Activation":
    case "ReLU":
      return (g) => g;
    case "Flatten":
      return (g) => g.reshape([N!, g.shape[1]!, ...shape]);
    case "Dense":
      return (g) =>
        through(g, shape, (rows) =>
          tf.matMul(rows as tf.Tensor2D, weights[0]! as tf.Tensor2D, false, true),
        );
    case GramSchmidtDense.className:
      return (g) =>
        through(g, shape, (rows) =>
          tf.matMul(rows as tf.Tensor2D, (layer as GramSchmidtDense).rows()),
        );
    case "Conv2D":
      return convolutionPullback(layer, weights[0] as tf.Tensor4D, shape, position);
    case "BatchNormalization": {
      const { scale, epsilon } = layer.getConfig();
      const root = constant(weights.at(-1)!).add(Number(epsilon)).sqrt();
      const factor = scale === false ? root.reciprocal() : weights[0]!.div(root);
      return (g) => g.mul(factor);
    }
    case "MaxPooling2D": {
      const twin = maxPool2dTwin(readMaxPooling2D(layer, shape));
      const { pullback } = twin.freeze(constant(twin.forward(z).code!));
      return (g) => swapped(pullback(swapped(g)));
    }
    default:
      throw new RangeError(
        `layer ${position} "${layer.name}" (${layer.getClassName()}): templates as functions of ` +
          "the weights go through dense layers, convolutions, batch normalisation, ReLU, max " +
          "pooling, flatten and dropout",
      );
  }
}

function convolutionPullback(
  layer: tf.layers.Layer,
  filter: tf.Tensor4D,
  shape: number[],
  position: number,
): Pullback {
  const { strides, padding, dilationRate = 1 } = layer.getConfig();
  if ([dilationRate].flat().some((rate) => Number(rate) !== 1)) {
    throw new RangeError(
      `layer ${position} "${layer.name}": a dilated convolution isn't read here`,
    );
  }
  const [sy, sx] = [strides].flat().map(Number);
  const [height, width, channels] = shape as [number, number, number];
  return (g) =>
    through(g, shape, (stack) =>
      tf.conv2dTranspose(
        stack as tf.Tensor4D,
        filter,
        [stack.shape[0]!, height, width, channels],
        [sy!, sx ?? sy!],
        padding as "valid" | "same",
      ),
    );
}

/** Applies a map of [n, …] to stacked functionals [N, C, …]. */
function through(g: tf.Tensor, shape: number[], map: (stack: tf.Tensor) => tf.Tensor): tf.Tensor {
  const [N, C, ...rest] = g.shape as [number, number, ...number[]];
  return map(g.reshape([N * C, ...rest])).reshape([N, C, ...shape]);
}

/** [N, C, …] as [C, N, …], and back. */
const swapped = (g: tf.Tensor): tf.Tensor =>
  g.transpose([1, 0, ...g.shape.slice(2).map((_, axis) => axis + 2)]);

/** A copy that TensorFlow.js doesn't trace back to the weights: comparisons have no gradient. */
const constant = (values: tf.Tensor): tf.Tensor => tf.tensor(values.dataSync(), values.shape);

function endsInReLU(layer: tf.layers.Layer, position: number): boolean {
  const { activation = "linear", maxValue } = layer.getConfig();
  const refuse = (what: string) =>
    new RangeError(`layer ${position} "${layer.name}": ${what} is not read here, ReLU is`);
  if (layer.getClassName() === "ReLU") {
    if (maxValue == null) return true;
    throw refuse(`a ReLU clipped at ${maxValue}`);
  }
  if (activation === "linear" || activation === "relu") return activation === "relu";
  throw refuse(`activation "${activation}"`);
}

function follows(layer: tf.layers.Layer, previous: tf.layers.Layer): boolean {
  return layer.inboundNodes.every((node) => node.inboundLayers.every((from) => from === previous));
}
