import type * as tf from "@tensorflow/tfjs";
import {
  Conv2d,
  Dense,
  MaxPool2d,
  type Operator,
  type Padding,
  Relu,
  Reshape,
  type Shape,
  sizeOf,
} from "../spline/operators";

/** Makes the operators of one TensorFlow.js layer, its activation left out; throws RangeError. */
export type LayerReader = (layer: tf.layers.Layer, inputShape: Shape) => Operator[];

/** TensorFlow.js layer classes that are read, by class name. */
export const READERS: Readonly<Record<string, LayerReader>> = {
  InputLayer: () => [],
  Dense: readDense,
  Conv2D: readConv2d,
  MaxPooling2D: readMaxPooling2d,
  Flatten: (_, shape) => [new Reshape(shape, [sizeOf(shape)])],
  Dropout: () => [], // the identity at inference
  Activation: () => [],
  ReLU: readReLU,
  Softmax: () => [],
};

/** Nonlinearities that are operators, by the name TensorFlow.js gives them. */
export const ACTIVATIONS: Readonly<Record<string, (shape: Shape) => Operator[]>> = {
  linear: () => [],
  relu: (shape) => [new Relu(shape)],
};

/** Name of the activation a layer ends with, "linear" if it has none. */
export function readActivation(layer: tf.layers.Layer): string {
  if (layer.getClassName() === "Softmax") return "softmax";
  const { activation } = layer.getConfig();
  return typeof activation === "string" ? activation : "linear";
}

function readDense(layer: tf.layers.Layer, inputShape: Shape): Operator[] {
  if (inputShape.length !== 1) {
    throw new RangeError(`a dense layer on shape [${inputShape}] is not read; flatten first`);
  }
  const [kernel, bias] = weightsOf(layer);
  const inputSize = sizeOf(inputShape);
  const outputSize = kernel!.length / inputSize;
  // TensorFlow.js keeps [in, out]; W is [out, in].
  const W = new Float64Array(kernel!.length);
  for (let i = 0; i < inputSize; i++) {
    for (let k = 0; k < outputSize; k++) W[k * inputSize + i] = kernel![i * outputSize + k]!;
  }
  return [new Dense(W, bias ?? null, inputSize, outputSize)];
}

function readConv2d(layer: tf.layers.Layer, inputShape: Shape): Operator[] {
  const config = layer.getConfig();
  requireChannelsLast(config);
  const [kernel, bias] = weightsOf(layer);
  const options = {
    size: pair(config.kernelSize),
    strides: pair(config.strides),
    dilation: pair(config.dilationRate ?? 1),
    padding: padding(config.padding),
  };
  return [new Conv2d(inputShape, kernel!, bias ?? null, Number(config.filters), options)];
}

function readMaxPooling2d(layer: tf.layers.Layer, inputShape: Shape): Operator[] {
  const config = layer.getConfig();
  requireChannelsLast(config);
  const size = pair(config.poolSize);
  const strides = pair(config.strides ?? size);
  return [new MaxPool2d(inputShape, { size, strides, padding: padding(config.padding) })];
}

function readReLU(layer: tf.layers.Layer, inputShape: Shape): Operator[] {
  const { maxValue } = layer.getConfig();
  if (maxValue != null) {
    throw new RangeError(`a ReLU clipped at ${maxValue} is not convex, hence not a max operator`);
  }
  return [new Relu(inputShape)];
}

/** A layer's weights, upcast from float32 to float64: every float32 is a float64. */
function weightsOf(layer: tf.layers.Layer): Float64Array[] {
  return layer.getWeights().map((tensor) => {
    const values = Float64Array.from(tensor.dataSync());
    const bad = values.findIndex((v) => !Number.isFinite(v));
    if (bad >= 0) throw new RangeError(`weight ${bad} is ${values[bad]}; did training diverge?`);
    return values;
  });
}

function requireChannelsLast(config: Record<string, unknown>): void {
  const format = config.dataFormat ?? "channelsLast";
  if (format !== "channelsLast") {
    throw new RangeError(`dataFormat is "${format}", expected "channelsLast"`);
  }
}

function padding(value: unknown): Padding {
  if (value === "valid" || value === "same") return value;
  throw new RangeError(`padding is "${value}", expected "valid" or "same"`);
}

function pair(value: unknown): [number, number] {
  const numbers = Array.isArray(value) ? value.map(Number) : [Number(value), Number(value)];
  if (numbers.length === 2 && numbers.every((n) => Number.isInteger(n) && n > 0)) {
    return [numbers[0]!, numbers[1]!];
  }
  throw new RangeError(`expected one or two positive integers, got ${JSON.stringify(value)}`);
}
