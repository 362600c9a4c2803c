import type * as tf from "@tensorflow/tfjs";
import {
  AveragePool2d,
  activationOf,
  activations,
  BatchNorm,
  Conv2d,
  Conv2dTranspose,
  Crop,
  Dense,
  GlobalAveragePool,
  GlobalMaxPool,
  MaxPool2d,
  type Operator,
  type Padding,
  Permute,
  Relu,
  Rescale,
  Reshape,
  reasonAgainst,
  type Shape,
  sizeOf,
  Upsample,
  ZeroPad,
} from "../spline/operators";
import type { Graph } from "./Graph";
import { batchNormStatistics, denseWeights, preluSlopes, weightsOf } from "./layerWeights";
import { readAdd, readAverage, readConcatenate, readMaximum, readMinimum } from "./mergeReaders";
import {
  innerOf,
  readBidirectional,
  readSimpleRNN,
  readTimeDistributed,
} from "./recurrent/recurrentReaders";
import { targetShape } from "./targetShape";

/**
 * Makes the operators of one layer, its `activation` left out: a chain of them, or a graph whose input
 * is the layer's. A layer of several inputs reads them side by side, `shapes` in order; `inputShape`
 * is the first. A reader throws RangeError with the reason where it can't.
 *
 * @example
 * const readers = { Swap: (layer, inputShape) => [new Permute(inputShape, [1, 0])] };
 * SplineNetwork.fromLayersModel(model, { readers });
 */
export type LayerReader = (
  layer: tf.layers.Layer,
  inputShape: Shape,
  shapes: readonly Shape[],
) => readonly Operator[] | Graph;

const identity: LayerReader = () => [];

/** TensorFlow.js layer classes that are read, by class name. */
export const READERS: Readonly<Record<string, LayerReader>> = {
  InputLayer: identity,
  Dense: readDense,
  Conv1D: readConvolution,
  Conv2D: readConvolution,
  Conv2DTranspose: readTransposedConvolution,
  DepthwiseConv2D: readDepthwise,
  SeparableConv2D: readSeparable,
  BatchNormalization: readBatchNormalization,
  MaxPooling1D: (layer, shape) => [new MaxPool2d(shape, poolOptions(layer, 1))],
  MaxPooling2D: (layer, shape) => [readMaxPooling2D(layer, shape)],
  AveragePooling1D: (layer, shape) => [new AveragePool2d(shape, poolOptions(layer, 1))],
  AveragePooling2D: (layer, shape) => [new AveragePool2d(shape, poolOptions(layer, 2))],
  GlobalMaxPooling1D: (_, shape) => [new GlobalMaxPool(shape)],
  GlobalMaxPooling2D: (layer, shape) => [new GlobalMaxPool(channelsLast(layer, shape))],
  GlobalAveragePooling1D: (_, shape) => [new GlobalAveragePool(shape)],
  GlobalAveragePooling2D: (layer, shape) => [new GlobalAveragePool(channelsLast(layer, shape))],
  ZeroPadding2D: (layer, shape) => [
    new ZeroPad(channelsLast(layer, shape), margins(layer.getConfig().padding)),
  ],
  Cropping2D: (layer, shape) => [
    new Crop(channelsLast(layer, shape), margins(layer.getConfig().cropping)),
  ],
  UpSampling2D: readUpsampling,
  Flatten: (layer, shape) => [new Reshape(channelsLast(layer, shape), [sizeOf(shape)])],
  Reshape: readReshape,
  Permute: (layer, shape) => [
    new Permute(
      shape,
      (layer.getConfig().dims as number[]).map((dim) => dim - 1),
    ),
  ],
  RepeatVector: (layer, shape) => [
    new Reshape(shape, [1, ...shape]),
    new Upsample([1, ...shape], [Number(layer.getConfig().n), 1]),
  ],
  Rescaling: (layer, shape) => {
    const { scale, offset } = layer.getConfig();
    return [new Rescale(shape, Number(scale), Number(offset))];
  },
  Add: readAdd,
  Average: readAverage,
  Concatenate: readConcatenate,
  Maximum: readMaximum,
  Minimum: readMinimum,
  SimpleRNN: readSimpleRNN,
  Bidirectional: readBidirectional,
  InitialStateNoise: (layer, shape, shapes) => readSimpleRNN(innerOf(layer), shape, shapes),
  TimeDistributed: (layer, shape) => readTimeDistributed(layer, shape, readInner),
  // The identity at inference:
  Dropout: identity,
  SpatialDropout1D: identity,
  GaussianNoise: identity,
  GaussianDropout: identity,
  AlphaDropout: identity,
  Activation: identity,
  ReLU: readReLU,
  LeakyReLU: (layer, shape) => [activations.leakyRelu(shape, Number(layer.getConfig().alpha))],
  PReLU: (layer, shape) => [activations.prelu(shape, preluSlopes(layer, shape))],
  Softmax: identity,
};

/** Name of the activation a layer ends with, "linear" if it has none. */
export function readActivation(layer: tf.layers.Layer): string {
  const className = layer.getClassName();
  if (className === "Softmax") return "softmax";
  if (className === "SimpleRNN") return "linear"; // its activation is inside, at every step
  if (className === "TimeDistributed") return readActivation(innerOf(layer));
  const { activation } = layer.getConfig();
  return typeof activation === "string" ? activation : "linear";
}

/**
 * An option of a layer that TensorFlow.js ignores but Keras in Python heeds, in a sentence; undefined
 * if there is none. The layer is read as TensorFlow.js computes it.
 */
export function ignoredOption(layer: tf.layers.Layer): string | undefined {
  const className = layer.getClassName();
  if (className === "TimeDistributed") return ignoredOption(innerOf(layer));
  if (className !== "DepthwiseConv2D" && className !== "Conv2DTranspose") return undefined;
  const { dilationRate } = layer as unknown as { readonly dilationRate: readonly number[] };
  if (dilationRate.every((rate) => rate === 1)) return undefined;
  return (
    `TensorFlow.js ignores the dilation [${dilationRate}] of "${layer.name}" (${className}), and so ` +
    "is it read; Keras in Python applies it"
  );
}

/** The operators of an activation, by the name TensorFlow.js gives it; throws RangeError. */
export function activationOperators(name: string, shape: Shape): Operator[] {
  const operator = activationOf(name as "linear", shape);
  return operator === null ? [] : [operator];
}

/** The layer inside a wrapper, its activation left out. */
function readInner(layer: tf.layers.Layer, inputShape: Shape): readonly Operator[] | Graph {
  const className = layer.getClassName();
  const reader = Object.hasOwn(READERS, className) ? READERS[className] : undefined;
  if (reader !== undefined) return reader(layer, inputShape, [inputShape]);
  throw new RangeError(
    `the ${className} inside it ${reasonAgainst(className) ?? "is no operator this version knows"}`,
  );
}

function readDense(layer: tf.layers.Layer, inputShape: Shape): Operator[] {
  const inputSize = inputShape.at(-1)!;
  const { W, b } = denseWeights(layer, inputSize);
  return [new Dense(W, b, inputSize, W.length / inputSize, inputShape.slice(0, -1))];
}

function readConvolution(layer: tf.layers.Layer, inputShape: Shape): Operator[] {
  const [kernel, bias] = weightsOf(layer);
  const filters = Number(layer.getConfig().filters);
  const options = windowOptions(layer, inputShape.length - 1);
  return [new Conv2d(channelsLast(layer, inputShape), kernel!, bias ?? null, filters, options)];
}

function readTransposedConvolution(layer: tf.layers.Layer, inputShape: Shape): Operator[] {
  const [kernel, bias] = weightsOf(layer);
  const filters = Number(layer.getConfig().filters);
  const options = windowOptions(layer, 2);
  const shape = channelsLast(layer, inputShape);
  return [new Conv2dTranspose(shape, kernel!, bias ?? null, filters, options)];
}

function readDepthwise(layer: tf.layers.Layer, inputShape: Shape): Operator[] {
  const [kernel, bias] = weightsOf(layer);
  const groups = channelsLast(layer, inputShape).at(-1)!;
  const options = { ...windowOptions(layer, 2), dilation: 1, groups }; // see `ignoredOption`
  const outputs = kernel!.length / tapsOf(options);
  return [new Conv2d(inputShape, kernel!, bias ?? null, outputs, options)];
}

function readSeparable(layer: tf.layers.Layer, inputShape: Shape): Operator[] {
  const [depthwise, pointwise, bias] = weightsOf(layer);
  const groups = channelsLast(layer, inputShape).at(-1)!;
  const options = { ...windowOptions(layer, 2), groups };
  const between = depthwise!.length / tapsOf(options); // the config is silent on the multiplier
  const first = new Conv2d(inputShape, depthwise!, null, between, options);
  const filters = pointwise!.length / between;
  return [first, new Conv2d(first.outputShape, pointwise!, bias ?? null, filters, { size: 1 })];
}

function readBatchNormalization(layer: tf.layers.Layer, inputShape: Shape): Operator[] {
  const axis = Number(layer.getConfig().axis);
  if (axis !== -1 && axis !== inputShape.length) {
    throw new RangeError(
      `it normalises axis ${axis}, expected the last one, the channels (${inputShape.length})`,
    );
  }
  return [new BatchNorm(inputShape, batchNormStatistics(layer))];
}

function readUpsampling(layer: tf.layers.Layer, inputShape: Shape): Operator[] {
  const { size, interpolation } = layer.getConfig();
  if (interpolation !== "nearest") {
    throw new RangeError(`interpolation is "${interpolation}", expected "nearest"`);
  }
  return [new Upsample(channelsLast(layer, inputShape), [...extent(size, 2), 1])];
}

function readReshape(layer: tf.layers.Layer, inputShape: Shape): Operator[] {
  const target = layer.getConfig().targetShape as (number | null)[];
  return [new Reshape(inputShape, targetShape(target, sizeOf(inputShape)))];
}

function readReLU(layer: tf.layers.Layer, inputShape: Shape): Operator[] {
  const { maxValue } = layer.getConfig();
  if (maxValue == null) return [new Relu(inputShape)];
  if (maxValue === 6) return [activations.relu6(inputShape)];
  return [activations.clip(inputShape, 0, Number(maxValue))];
}

export function readMaxPooling2D(layer: tf.layers.Layer, inputShape: Shape): MaxPool2d {
  return new MaxPool2d(inputShape, poolOptions(layer, 2));
}

/** A convolution's window; `rank` is 1 on sequences, 2 on images. */
function windowOptions(layer: tf.layers.Layer, rank: number) {
  const { kernelSize, strides, dilationRate, padding } = layer.getConfig();
  return {
    size: extent(kernelSize, rank),
    strides: extent(strides, rank),
    dilation: extent(dilationRate ?? 1, rank),
    padding: paddingOf(padding),
  };
}

const tapsOf = ({ size }: { size: readonly [number, number] }): number => size[0] * size[1];

function poolOptions(layer: tf.layers.Layer, rank: number) {
  const { poolSize, strides, padding, dataFormat } = layer.getConfig();
  requireChannelsLast(dataFormat);
  const size = extent(poolSize, rank);
  return {
    size,
    strides: strides == null ? size : extent(strides, rank),
    padding: paddingOf(padding),
  };
}

function channelsLast(layer: tf.layers.Layer, shape: Shape): Shape {
  requireChannelsLast(layer.getConfig().dataFormat);
  return shape;
}

function requireChannelsLast(format: unknown): void {
  if (format == null || format === "channelsLast") return;
  throw new RangeError(`dataFormat is "${format}", expected "channelsLast"`);
}

function paddingOf(value: unknown): Padding {
  if (value === "valid" || value === "same") return value;
  throw new RangeError(`padding is "${value}", expected "valid" or "same"`);
}

/** One number or a list, as rows and columns; on sequences a row is 1. */
function extent(value: unknown, rank: number): [number, number] {
  const given = Array.isArray(value) ? value.map(Number) : [Number(value)];
  const numbers = given.length === 1 && rank === 2 ? [given[0]!, given[0]!] : given;
  if (numbers.length === rank && numbers.every((n) => Number.isInteger(n) && n > 0)) {
    return rank === 1 ? [1, numbers[0]!] : [numbers[0]!, numbers[1]!];
  }
  throw new RangeError(`expected ${rank} positive integers, got ${JSON.stringify(value)}`);
}

/** [[top, bottom], [left, right]] as one pair for each axis of an image. */
function margins(value: unknown): [number, number][] {
  const [rows, columns] = value as [[number, number], [number, number]];
  return [rows, columns, [0, 0]];
}
