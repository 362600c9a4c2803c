import * as tf from "@tensorflow/tfjs";
import type { SoftActivation } from "../SoftActivation";
import { softActivations } from "../softActivations";
import { etaOf } from "../softness";
import { softPieces } from "./softPieces";

/** What TensorFlow.js' layers take as `activation`. */
export type LayerActivation = NonNullable<Parameters<typeof tf.layers.activation>[0]["activation"]>;

/**
 * Gives a soft activation a name that layers of TensorFlow.js take: `activation: name`. Its β is fixed,
 * its gradient exact.
 *
 * A stored model has the name alone: a process that loads it must register the same activation before.
 * `softUnits` makes a layer that carries its pieces along, and can learn β.
 *
 * Throws RangeError on a name that is taken, unless by an activation of the same pieces and β.
 *
 * @example
 * const dish = new SoftActivation({ pieces: [[-1, -1], [0, 0], [1, -1]] });
 * model.add(tf.layers.dense({ units: 8, activation: registerSoftActivation("dish", dish) }));
 */
export function registerSoftActivation(name: string, activation: SoftActivation): LayerActivation {
  const { pieces, values = pieces, beta } = activation;
  const recipe = JSON.stringify({ pieces, values, beta });
  const known = REGISTERED.get(name);
  if (known === recipe) return name as LayerActivation;
  const taken = Object.hasOwn(tf.serialization.SerializationMap.getMap().classNameMap, name);
  if (known !== undefined || taken) {
    throw new RangeError(`the name "${name}" is taken; give the activation another`);
  }
  const units = softPieces({ scores: pieces, values }, false);
  class Named extends tf.serialization.Serializable {
    static readonly className = name;
    apply(u: tf.Tensor): tf.Tensor {
      return tf.tidy(() => units(u, tf.tensor1d([etaOf(beta)])));
    }
    override getConfig(): tf.serialization.ConfigDict {
      return {};
    }
  }
  tf.serialization.registerClass(Named);
  REGISTERED.set(name, recipe);
  return name as LayerActivation;
}

const REGISTERED = new Map<string, string>();

// The named ones at β = ½; TensorFlow.js has swish, sigmoid and tanh itself.
registerSoftActivation("sigmoidGated", softActivations.swish());
registerSoftActivation("softLeakyRelu", softActivations.leakyRelu());
registerSoftActivation("softAbs", softActivations.abs());
