import { createHash } from "node:crypto";
import type * as tf from "@tensorflow/tfjs";
import type { Dataset } from "../../data";

/** All that decides the outcome of a training, each part as a text that can be compared and shown. */
export type Recipe = Readonly<Record<string, string>>;

/** Layers, shapes, settings and initialisers' seeds; not the names, which count up in a session. */
export function describeModel(model: tf.LayersModel): string {
  let text = JSON.stringify(model.toJSON(null, false));
  [model.name, ...model.layers.flatMap(namesOf)].forEach((name, k) => {
    text = text.replaceAll(JSON.stringify(name), `"#${k}"`);
  });
  const layers = model.layers.map((layer) => layer.getClassName()).join(", ");
  return `${model.countParams()} parameters (${layers}), configuration ${digest(text)}`;
}

/** Names of a layer and of those that it wraps: numbered by TensorFlow.js in the order of creation. */
function namesOf(layer: tf.layers.Layer): string[] {
  const { layer: inner, forwardLayer, backwardLayer } = layer as unknown as Wrapped;
  const wrapped = [inner, forwardLayer, backwardLayer].filter((one) => one !== undefined);
  return [layer.name, ...wrapped.map(({ name }) => name)];
}

/** What wrappers of TensorFlow.js keep inside. */
interface Wrapped {
  readonly layer?: tf.layers.Layer;
  readonly forwardLayer?: tf.layers.Layer;
  readonly backwardLayer?: tf.layers.Layer;
}

/** Name, size and content of a data set. */
export function describeData(data: Dataset): string {
  const { inputs } = data;
  const bytes = new Uint8Array(inputs.buffer, inputs.byteOffset, inputs.byteLength);
  const hash = createHash("sha256").update(bytes).update(data.labels).digest("hex");
  return `${data.name}, ${data.size} signals of shape [${data.shape}], content ${hash.slice(0, 16)}`;
}

/** SHA-256 of a recipe. */
export function recipeHash(recipe: Recipe): string {
  return createHash("sha256")
    .update(JSON.stringify(Object.entries(recipe).sort()))
    .digest("hex");
}

/** One line for each part in which two recipes differ. */
export function recipeDifferences(found: Recipe, expected: Recipe): string[] {
  const parts = [...new Set([...Object.keys(found), ...Object.keys(expected)])];
  return parts
    .filter((part) => found[part] !== expected[part])
    .map((part) => `${part}: there ${found[part] ?? "none"}; here ${expected[part] ?? "none"}`);
}

const digest = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, 16);
