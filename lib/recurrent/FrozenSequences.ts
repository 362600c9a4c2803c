import * as tf from "@tensorflow/tfjs";
import { type MergeMode, requireRecurrence } from "../network";
import { innerOf, requireMergeMode } from "../network/recurrent/recurrentReaders";
import { targetShape } from "../network/targetShape";
import { sizeOf } from "../spline/operators";
import {
  denseStage,
  maximumStage,
  meanStage,
  mergedStage,
  recurrentStage,
  reshapedStage,
  type Stage,
} from "./frozenStages";

/** Affine maps of a batch of sequences, float32: f(x_n) = A_n x_n + b_n. The caller disposes them. */
export interface SequenceAffineMaps {
  /** A [N, C, T, D]. */
  readonly A: tf.Tensor4D;
  /** b [N, C]. */
  readonly b: tf.Tensor2D;
  /** f(x_n) [N, C]. */
  readonly f: tf.Tensor2D;
}

/**
 * A recurrent model of TensorFlow.js on a batch of sequences [N, T, D], with the codes that it takes
 * there frozen: A[x_n], b[x_n] and ∂f/∂h⁰ for all of them at once, in float32.
 *
 * One forward pass through time records the codes, one stacked pass back with C functionals a sequence
 * makes the templates. Products of weights and slopes only, so that TensorFlow.js can differentiate
 * what comes out with respect to the weights, for penalties. Agrees with `SplineNetwork` within 1e-5
 * relative away from ties. Make and use it inside `tf.tidy`.
 *
 * Reads chains of SimpleRNN, Bidirectional, Dense, TimeDistributed(Dense), global pooling, Flatten and
 * dropout, with activations ReLU, leaky ReLU, abs and linear. Throws RangeError on others.
 *
 * @example
 * const rnn = tf.sequential({ layers: [
 *   tf.layers.simpleRNN({ inputShape: [3, 2], units: 4, activation: "relu" }),
 *   tf.layers.dense({ units: 5 }),
 * ] });
 * const { A } = tf.tidy(() => new FrozenSequences(rnn, tf.zeros([7, 3, 2])).affineMaps());
 * A.shape; // [7, 5, 3, 2]
 */
export class FrozenSequences {
  /** f(x_n) [N, C]. */
  readonly outputs: tf.Tensor2D;
  private readonly stages: readonly Stage[];

  constructor(
    model: tf.LayersModel,
    private readonly inputs: tf.Tensor,
  ) {
    const stages: Stage[] = [];
    let z = inputs;
    model.layers.forEach((layer, position) => {
      if (position > 0) requireChain(layer, model.layers[position - 1]!, position);
      const stage = stageOf(layer, z, position);
      if (stage === undefined) return;
      stages.push(stage);
      z = stage.output;
    });
    if (z.rank !== 2) {
      throw new RangeError(`the model's output has shape [${z.shape}], expected [N, C]`);
    }
    this.stages = stages;
    this.outputs = z as tf.Tensor2D;
  }

  /** A[x_n], b[x_n] and f(x_n); b by propagation, not by subtraction. */
  affineMaps(): SequenceAffineMaps {
    return tf.tidy(() => {
      let g = this.rows();
      for (let i = this.stages.length - 1; i >= 0; i--) g = this.stages[i]!.pull(g).input();
      const b = this.stages.reduce((z, stage) => stage.apply(z), tf.zerosLike(this.inputs));
      return { A: g as tf.Tensor4D, b: b as tf.Tensor2D, f: this.outputs.clone() };
    });
  }

  /** ∂f/∂h⁰ [N, C, H] of each recurrence, from the input upwards. */
  initialStateJacobians(): tf.Tensor3D[] {
    return tf.tidy(() => {
      const found: tf.Tensor[] = [];
      let g = this.rows();
      for (let i = this.stages.length - 1; i >= 0; i--) {
        const { input, states } = this.stages[i]!.pull(g);
        found.unshift(...states);
        if (i > 0) g = input(); // nobody asks for the templates
      }
      return found as tf.Tensor3D[];
    });
  }

  private rows(): tf.Tensor {
    const [N, C] = this.outputs.shape;
    return tf.eye(C).expandDims(0).tile([N, 1, 1]);
  }
}

const TRANSPARENT = new Set(["InputLayer", "Dropout", "GaussianNoise", "GaussianDropout"]);

/** The stage of a layer at the signals it reads; undefined where it changes nothing at inference. */
function stageOf(layer: tf.layers.Layer, x: tf.Tensor, position: number): Stage | undefined {
  const className = layer.getClassName();
  if (TRANSPARENT.has(className)) return undefined;
  const config = layer.getConfig();
  const size = sizeOf(x.shape.slice(1));
  const refuse = (reason: string) =>
    new RangeError(`layer ${position} "${layer.name}" (${className}): ${reason}`);
  try {
    switch (className) {
      case "SimpleRNN":
        return recurrenceOf(layer, x, "as processed");
      case "Bidirectional": {
        const { forwardLayer, backwardLayer, mergeMode } = layer as unknown as Directions;
        requireMergeMode(mergeMode);
        // The states of the second are turned round, whichever of the two goes backwards.
        const forward = recurrenceOf(forwardLayer, x, "as processed");
        return mergedStage(forward, recurrenceOf(backwardLayer, x, "reversed"), mergeMode);
      }
      case "InitialStateNoise": // starts from 0 at inference
        return stageOf(innerOf(layer), x, position);
      case "TimeDistributed": {
        const inner = innerOf(layer);
        const name = inner.getClassName();
        if (name === "Dense" || TRANSPARENT.has(name)) return stageOf(inner, x, position);
        throw new RangeError(
          `a ${name} at each step isn't read in batches; fromLayersModel may, one sequence at a time`,
        );
      }
      case "Dense":
        return denseOf(layer, x);
      case "GlobalAveragePooling1D":
        return meanStage(x);
      case "GlobalMaxPooling1D":
        return maximumStage(x);
      case "Flatten":
        return reshapedStage(x, [size]);
      case "Reshape":
        return reshapedStage(x, targetShape(config.targetShape as (number | null)[], size));
      default:
        throw new RangeError("not read in batches; fromLayersModel may, one sequence at a time");
    }
  } catch (error) {
    throw error instanceof RangeError && !error.message.startsWith("layer ")
      ? refuse(error.message)
      : error;
  }
}

interface Directions {
  readonly forwardLayer: tf.layers.Layer;
  readonly backwardLayer: tf.layers.Layer;
  readonly mergeMode: MergeMode;
}

function recurrenceOf(
  layer: tf.layers.Layer,
  x: tf.Tensor,
  order: "as processed" | "reversed",
): Stage {
  requireRecurrence(layer);
  const { activation, goBackwards, returnSequences } = layer.getConfig();
  const [kernel, recurrent, bias = null] = layer.weights.map((weight) => weight.read());
  return recurrentStage(x, {
    kernel: kernel as tf.Tensor2D,
    recurrent: recurrent as tf.Tensor2D,
    bias,
    activation: String(activation),
    backward: goBackwards === true,
    returns: returnSequences === true ? order : "last",
  });
}

function denseOf(layer: tf.layers.Layer, x: tf.Tensor): Stage {
  const [kernel, bias = null] = layer.weights.map((weight) => weight.read());
  return denseStage(x, kernel as tf.Tensor2D, bias, String(layer.getConfig().activation));
}

function requireChain(layer: tf.layers.Layer, before: tf.layers.Layer, position: number): void {
  if (layer.inboundNodes.every((node) => node.inboundLayers.every((from) => from === before)))
    return;
  throw new RangeError(`layer ${position} "${layer.name}": batches of sequences go through chains`);
}
