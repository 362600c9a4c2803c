import * as tf from "@tensorflow/tfjs";

/**
 * Leaky ReLU (slope 0.3) and |u| as activations of TensorFlow.js layers by name, "leakyRelu" and "abs":
 * it has none of them, and a recurrence has its activation inside.
 *
 * Importing the library registers them, so that models with them can be stored and loaded.
 */
abstract class LayerActivation extends tf.serialization.Serializable {
  abstract apply(u: tf.Tensor): tf.Tensor;

  override getConfig(): tf.serialization.ConfigDict {
    return {};
  }
}

class LeakyReluActivation extends LayerActivation {
  static readonly className = "leakyRelu";

  override apply(u: tf.Tensor): tf.Tensor {
    return tf.leakyRelu(u, 0.3);
  }
}

class AbsActivation extends LayerActivation {
  static readonly className = "abs";

  override apply(u: tf.Tensor): tf.Tensor {
    return tf.abs(u);
  }
}

tf.serialization.registerClass(LeakyReluActivation);
tf.serialization.registerClass(AbsActivation);
