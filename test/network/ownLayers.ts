import * as tf from "@tensorflow/tfjs";
import type { LayerReader } from "../../lib/network";
import { activations, ChannelPool, Maxout } from "../../lib/spline/operators";

// Layers that TensorFlow.js hasn't, on its own operations, for operators that no layer of its makes.

const only = (inputs: tf.Tensor | tf.Tensor[]): tf.Tensor => ([inputs].flat() as tf.Tensor[])[0]!;

/** |u|. */
export class Absolute extends tf.layers.Layer {
  static readonly className = "Absolute";
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return only(inputs).abs();
  }
}

/** u − clip(u, −½, ½). */
export class SoftThreshold extends tf.layers.Layer {
  static readonly className = "SoftThreshold";
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const u = only(inputs);
    return u.sub(u.clipByValue(-0.5, 0.5));
  }
}

/** The largest of each two neighbouring channels. */
export class PairsOfChannels extends tf.layers.Layer {
  static readonly className = "PairsOfChannels";
  override computeOutputShape(shape: tf.Shape | tf.Shape[]): tf.Shape {
    const [channels, ...before] = [...(shape as tf.Shape)].reverse();
    return [...before.reverse(), channels! / 2];
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const u = only(inputs);
    return u.reshape([...u.shape.slice(0, -1), -1, 2]).max(-1);
  }
}

/** Three maxima of three affine functions each. */
export class MaxoutDense extends tf.layers.Layer {
  static readonly className = "MaxoutDense";
  override build(shape: tf.Shape | tf.Shape[]): void {
    const width = (shape as tf.Shape).at(-1)!;
    for (const [name, size] of [
      ["kernel", [width, 9]],
      ["bias", [9]],
    ] as const) {
      this.addWeight(name, [...size], "float32", tf.initializers.zeros());
    }
    super.build(shape);
  }
  override computeOutputShape(shape: tf.Shape | tf.Shape[]): tf.Shape {
    return [(shape as tf.Shape)[0]!, 3];
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [kernel, bias] = this.weights.map((weight) => weight.read());
    const u = only(inputs) as tf.Tensor2D;
    return u
      .matMul(kernel as tf.Tensor2D)
      .add(bias!)
      .reshape([-1, 3, 3])
      .max(2);
  }
}

export const OWN_READERS: Readonly<Record<string, LayerReader>> = {
  Absolute: (_, shape) => [activations.abs(shape)],
  SoftThreshold: (_, shape) => [activations.softThreshold(shape, 0.5)],
  PairsOfChannels: (_, shape) => [new ChannelPool(shape, 2)],
  MaxoutDense: (layer, shape) => {
    const [W, b] = layer.getWeights().map((w) => w.transpose().dataSync());
    return [new Maxout(shape, Float64Array.from(W!), Float64Array.from(b!), 3)];
  },
};
