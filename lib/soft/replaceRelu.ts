import * as tf from "@tensorflow/tfjs";
import { CurvatureUnits, type CurvatureUnitsOptions } from "./layers";

/** A layer as TensorFlow.js stores it. */
interface StoredLayer {
  name?: string;
  class_name: string;
  config: Record<string, unknown>;
  inbound_nodes?: [string, number, number, object][][];
}

interface StoredModel {
  class_name: string;
  config: {
    layers: StoredLayer[];
    input_layers?: [string, number, number][];
    output_layers?: [string, number, number][];
  };
}

/**
 * A copy of a model with every ReLU replaced by a layer of your own, weights and all; the model itself
 * stays as it is.
 *
 * `make` is called with a name for each ReLU in turn, whether it is a layer or the activation of one,
 * and gives the layer that takes its place; its class must be registered. ReLUs clipped at a maximum
 * stay. Sequential or functional, with branches, shared layers and TimeDistributed wrappers.
 *
 * Throws RangeError on a model without a ReLU, on models within the model, and on a ReLU inside a
 * recurrence, which acts at every step: no layer behind can take its place.
 *
 * @example
 * const swished = await replaceRelu(model, (name) => new Swish({ name, beta: 0.9 }));
 */
export async function replaceRelu(
  model: tf.LayersModel,
  make: (name: string) => tf.layers.Layer,
): Promise<tf.LayersModel> {
  const stored = model.toJSON(null, false) as unknown as StoredModel;
  const { config } = stored;
  const renamed = new Map<string, string>();
  config.layers = config.layers.flatMap((layer) => withoutRelu(layer, make, renamed));
  if (renamed.size === 0) throw new RangeError(`model "${model.name}" has no ReLU to replace`);
  for (const { inbound_nodes = [], name } of config.layers) {
    for (const call of inbound_nodes.flat()) {
      const now = renamed.get(call[0]);
      if (now !== undefined && now !== name) call[0] = now;
    }
  }
  for (const output of config.output_layers ?? []) output[0] = renamed.get(output[0]) ?? output[0];
  const copy = await tf.models.modelFromJSON({ modelTopology: stored } as never);
  for (const layer of model.layers) {
    if (layer.weights.length > 0) copy.getLayer(layer.name).setWeights(layer.getWeights());
  }
  return copy;
}

/** One stored layer, and behind it what takes the place of its ReLU. */
function withoutRelu(
  layer: StoredLayer,
  make: (name: string) => tf.layers.Layer,
  renamed: Map<string, string>,
): StoredLayer[] {
  const { config, inbound_nodes } = layer;
  const name = String(config.name);
  const unit = innermost(layer);
  if (Array.isArray(unit.config.layers)) {
    throw new RangeError(
      `layer "${name}" is a model itself: replace the ReLUs of that model first`,
    );
  }
  const isLayer = unit.class_name === "ReLU" && unit.config.max_value == null;
  if (!isLayer && (isRecurrent(unit) || unit.config.activation !== "relu")) {
    refuseInside(unit, name);
    return [layer];
  }
  const replacement = make(isLayer ? name : `${name}_units`);
  const own = { class_name: replacement.getClassName(), config: replacement.getConfig() };
  renamed.set(name, replacement.name);
  if (isLayer) {
    // The first layer of a Sequential knows the input's shape.
    const { batch_input_shape } = config;
    const shape = batch_input_shape === undefined ? {} : { batch_input_shape };
    const calls = inbound_nodes === undefined ? {} : { name: replacement.name, inbound_nodes };
    return [{ ...own, config: { ...own.config, ...shape }, ...calls }];
  }
  unit.config.activation = "linear";
  if (inbound_nodes === undefined) return [layer, own];
  const calls = inbound_nodes.map((_, i): [string, number, number, object][] => [[name, i, 0, {}]]);
  return [layer, { ...own, name: replacement.name, inbound_nodes: calls }];
}

/** What a TimeDistributed wrapper applies at each step; what goes entry by entry may stand outside. */
function innermost(layer: StoredLayer): StoredLayer {
  return layer.class_name === "TimeDistributed"
    ? innermost(layer.config.layer as StoredLayer)
    : layer;
}

const isRecurrent = ({ config }: StoredLayer): boolean => "return_sequences" in config;

/** Refuses a ReLU that is part of something else: of a recurrence, of one in a wrapper, of a cell. */
function refuseInside({ class_name, config }: StoredLayer, name: string): void {
  if (!hasRelu(config)) return;
  throw new RangeError(
    `layer "${name}" (${class_name}) has a ReLU inside, expected one as a layer or as the activation ` +
      "of one: a layer behind can't take the place of what acts at every step. Build this layer with a " +
      "soft activation that has a name, registerSoftActivation makes one, and copy its weights",
  );
}

/** Is "relu" an activation, or ReLU a layer, anywhere in a stored configuration? */
function hasRelu(config: object): boolean {
  return Object.entries(config).some(([key, value]) => {
    if (key.endsWith("activation")) return value === "relu";
    if (typeof value !== "object" || value === null) return false;
    const { class_name, config: own } = value as Partial<StoredLayer>;
    return (class_name === "ReLU" && own?.max_value == null) || hasRelu(value);
  });
}

/**
 * Curvature Tuning (Hu et al. 2025): a copy of a trained model with {@link CurvatureUnits} in place of
 * every ReLU, weights kept. Nothing is trained here; `setCurvature` moves β afterwards.
 *
 * Throws RangeError as {@link replaceRelu}, and on β or c outside their intervals.
 *
 * @example
 * const tuned = await tuneCurvature(model, { beta: 0.9, mix: 0.5 });
 * setCurvature(tuned, 0.8);
 */
export function tuneCurvature(
  model: tf.LayersModel,
  options: Omit<CurvatureUnitsOptions, "name" | "inputShape"> = {},
): Promise<tf.LayersModel> {
  return replaceRelu(model, (name) => new CurvatureUnits({ ...options, name }));
}
