import { createHash } from "node:crypto";
import { lstatSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { isObject } from "../../files/parseJson";
import type { Snapshot } from "../Snapshot";
import { withinBudget } from "./budget";
import { FILES, type StoredModelCard } from "./ModelCard";
import { ModelFileError } from "./ModelFileError";
import {
  checkManifest,
  modelFileSize,
  readGroup,
  readModelFile,
  readModelJson,
  shownPaths,
  structure,
  type WeightGroup,
} from "./manifest";

/** A model that was read, and what its folder says of it. */
export interface LoadedModel {
  readonly model: tf.LayersModel;
  /** Without one (a model saved by TensorFlow.js itself) no hash was checked. */
  readonly card?: StoredModelCard;
  readonly snapshots: readonly Snapshot[];
}

/**
 * Reads a model from a folder that {@link saveModel} wrote, or `model.save` of TensorFlow.js.
 *
 * Everything is checked before it is used: paths stay in the folder, lengths and shapes agree, every
 * weight is there once and finite, hashes are those of the card. Works on every backend; dispose of
 * the model with `model.dispose()`.
 *
 * @throws ModelFileError that says which file, what was found, what was expected, and what to do; no
 * tensor is left behind then
 * @example
 * const { model, card } = await loadModel("nets/digits");
 * console.log(card?.figures);
 */
export async function loadModel(folder: string): Promise<LoadedModel> {
  const file = join(folder, FILES.model);
  const { modelTopology, weightsManifest, format } = readModelJson(file);
  if (format === "graph-model" || (isObject(modelTopology) && "node" in modelTopology)) {
    throw new ModelFileError(
      file,
      "other format",
      "a graph model, which holds operations",
      "a layers model",
      "convert the Keras model anew with `tensorflowjs_converter --input_format=keras " +
        "--output_format=tfjs_layers_model`; a graph has no layers to read",
    );
  }
  if (!isObject(modelTopology)) {
    throw structure(file, "no modelTopology", "the layers under modelTopology");
  }
  const groups = checkManifest(file, weightsManifest);
  // A link to nowhere is a card that is lost, not a model without one.
  const hasCard = lstatSync(join(folder, FILES.card), { throwIfNoEntry: false }) !== undefined;
  const card = hasCard ? readCard(join(folder, FILES.card)) : undefined;
  if (card !== undefined) checkHashes(folder, card);

  const model = await build(file, modelTopology, bytesIn(folder, groups));
  try {
    setWeights(folder, model, groups);
    const snapshots = (card?.snapshots ?? []).map(({ epoch, file: name }) => ({
      epoch,
      weights: readSnapshot(join(folder, name), model),
    }));
    return { model, ...(card && { card }), snapshots };
  } catch (error) {
    tf.dispose(model.weights.map((weight) => weight.read())); // model.dispose() spares shared layers
    throw error;
  }
}

function readCard(file: string): StoredModelCard {
  const card = readModelJson(file);
  const { recipe, figures, files, snapshots } = card;
  const fits =
    [card.name, card.description, card.backend].every((text) => typeof text === "string") &&
    Number.isSafeInteger(card.parameters) &&
    isObject(recipe) &&
    isObject(figures) &&
    Object.values(figures).every(Number.isFinite) &&
    Array.isArray(files) &&
    files.every(
      (entry) => isObject(entry) && isName(entry.file) && typeof entry.sha256 === "string",
    ) &&
    Array.isArray(snapshots) &&
    snapshots.every(
      (entry) => isObject(entry) && isName(entry.file) && Number.isInteger(entry.epoch),
    );
  if (fits) return card as unknown as StoredModelCard;
  throw structure(
    file,
    "another object",
    "name, description, backend, recipe, figures, parameters, files and snapshots of a card",
  );
}

/** A file of the folder itself. */
const isName = (value: unknown): boolean =>
  typeof value === "string" && /^[\w-]+(\.[\w-]+)*$/.test(value);

function checkHashes(folder: string, { files }: StoredModelCard): void {
  for (const { file, sha256 } of files) {
    const found = createHash("sha256")
      .update(readModelFile(join(folder, file)))
      .digest("hex");
    if (found === sha256) continue;
    throw new ModelFileError(
      join(folder, file),
      "changed content",
      `SHA-256 ${found}`,
      `${sha256}, as the card says`,
      "the file was damaged or changed, fetch or save the model anew",
    );
  }
}

/** `budget`: numbers that there can be in the files of weights; layers of more aren't made. */
async function build(
  file: string,
  topology: Record<string, unknown>,
  budget: number,
): Promise<tf.LayersModel> {
  const config = isObject(topology.model_config) ? topology.model_config : topology;
  requireKeras2(file, topology);
  const known = tf.serialization.SerializationMap.getMap().classNameMap;
  for (const { className, name } of layersOf(config)) {
    if (Object.hasOwn(known, className)) continue;
    throw new ModelFileError(
      file,
      "unknown layer",
      `layer "${name}" of class ${className}`,
      "a class of tf.layers",
      "register your own class with tf.serialization.registerClass before loading",
    );
  }
  const before = new Set(Object.keys(tf.engine().registeredVariables));
  try {
    return await withinBudget(budget, () =>
      tf.models.modelFromJSON(topology as unknown as Parameters<typeof tf.models.modelFromJSON>[0]),
    );
  } catch (error) {
    for (const [name, variable] of Object.entries(tf.engine().registeredVariables)) {
      if (!before.has(name)) variable.dispose(); // of the layers that were made before the error
    }
    throw structure(file, `layers that don't go together (${(error as Error).message})`, "a model");
  }
}

/** Bytes in all files of weights: a number takes one or more. A small net needs no proof. */
function bytesIn(folder: string, groups: readonly WeightGroup[]): number {
  const paths = new Set(groups.flatMap((group) => group.paths));
  return [...paths].reduce((sum, path) => sum + modelFileSize(join(folder, path)), 2 ** 20);
}

/** Keras 3 writes layers in another way, which TensorFlow.js 4.22 can't read. */
function requireKeras2(file: string, topology: Record<string, unknown>): void {
  const version = String(topology.keras_version ?? "");
  const shapes = JSON.stringify(topology).includes('"batch_shape":'); // Keras 2: batch_input_shape
  if (!version.startsWith("3.") && !shapes) return;
  throw new ModelFileError(
    file,
    "other format",
    `a model of Keras 3 (${shapes ? "its layers have a batch_shape" : `keras_version ${version}`})`,
    "one of Keras 2",
    "in Python set TF_USE_LEGACY_KERAS=1 with tf_keras installed, build the model with it, and save " +
      "and convert it anew",
  );
}

/** Every layer of a configuration, nested models included. */
function* layersOf(model: Record<string, unknown>): Generator<{ className: string; name: string }> {
  const className = String(model.class_name ?? model.className);
  const config = model.config;
  yield { className, name: String(isObject(config) ? config.name : model.name) };
  const layers = isObject(config) ? config.layers : config; // old Sequentials are a bare list
  if (!Array.isArray(layers)) return;
  for (const layer of layers) if (isObject(layer)) yield* layersOf(layer);
}

/** Checks names, shapes and values of all weights, then puts them into the model. */
function setWeights(folder: string, model: tf.LayersModel, groups: WeightGroup[]): void {
  const file = join(folder, FILES.model);
  const refuse = (fault: "surplus weight" | "wrong shape", found: string, expected: string) =>
    new ModelFileError(file, fault, found, expected, OTHER_WEIGHTS);
  const specs = groups.flatMap(({ weights }) => weights);
  const own = new Set(model.weights.map(({ originalName }) => originalName));
  const strangers = specs.map(({ name }) => name).filter((name) => !own.has(ownName(name, own)));
  for (const weight of model.weights) {
    const { originalName: name } = weight;
    const matching = specs.filter((spec) => ownName(spec.name, own) === name);
    if (matching.length === 0) {
      throw new ModelFileError(
        file,
        "missing weight",
        `no weight "${name}"${strangersFound(strangers)}`,
        `one of shape [${weight.shape}]`,
        adviceOn(strangers, own),
      );
    }
    const { shape } = matching[0]!;
    if (matching.length > 1) throw refuse("surplus weight", `"${name}" more than once`, "one");
    if (String(shape) !== String(weight.shape)) {
      throw refuse("wrong shape", `"${name}" of shape [${shape}]`, `[${weight.shape}]`);
    }
    const { dtype } = weight.read();
    if (matching[0]!.dtype !== dtype) {
      throw structure(file, `"${name}" of ${matching[0]!.dtype}`, `${dtype}, as its layer has it`);
    }
  }
  if (strangers.length > 0) {
    throw refuse(
      "surplus weight",
      `"${strangers[0]}" of no layer`,
      "weights of the model's layers",
    );
  }
  tf.tidy(() => {
    for (const group of groups) {
      const bytes = Uint8Array.from(readGroup(folder, group)).buffer;
      const tensors = tf.io.decodeWeights(
        bytes,
        group.weights as unknown as tf.io.WeightsManifestEntry[],
      );
      for (const [name, tensor] of Object.entries(tensors)) {
        requireFinite(shownPaths(folder, group.paths), name, tensor.dataSync());
        const target = ownName(name, own);
        model.weights.find((weight) => weight.originalName === target)!.write(tensor);
      }
    }
  });
}

const OTHER_WEIGHTS = "these are the weights of another model, or not all";

/**
 * The model's name of a stored weight, or the stored one if it has none of that. Keras 2 puts the cell
 * of a recurrence between: `simple_rnn/simple_rnn_cell/kernel` is `simple_rnn/kernel` here.
 */
function ownName(stored: string, own: ReadonlySet<string>): string {
  if (own.has(stored)) return stored;
  const parts = stored.split("/");
  const short = [...parts.slice(0, -2), ...parts.slice(-1)].join("/");
  return own.has(short) ? short : stored;
}

function strangersFound(strangers: readonly string[]): string {
  if (strangers.length === 0) return "";
  const more = strangers.length > 3 ? ", …" : "";
  const names = strangers.slice(0, 3).map((name) => `"${name}"`);
  return ` but ${names.join(", ")}${more}, which belong to no layer`;
}

function adviceOn(strangers: readonly string[], own: ReadonlySet<string>): string {
  const prefix = `${strangers[0]?.split("/")[0]}/`;
  const inside = strangers.every(
    (name) => name.startsWith(prefix) && own.has(ownName(name.slice(prefix.length), own)),
  );
  if (strangers.length === 0 || !inside) return OTHER_WEIGHTS;
  return `take "${prefix}" off the names under weightsManifest: they are those of the layers then`;
}

function requireFinite(file: string, name: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    throw new ModelFileError(
      file,
      "not a number",
      `${values[i]} at ${i} of weight "${name}"`,
      "finite numbers",
      "the training that made it diverged, or the file is damaged; train or fetch it anew",
    );
  }
}

function readSnapshot(file: string, model: tf.LayersModel): Float32Array[] {
  const weights = model.weights.map((weight) => {
    const { shape } = weight.read();
    return { name: weight.originalName, shape, dtype: "float32" as const };
  });
  const bytes = readGroup(dirname(file), { paths: [basename(file)], weights });
  let at = 0;
  return weights.map(({ name, shape }) => {
    const length = shape.reduce((product, n) => product * n, 1);
    const values = new Float32Array(Uint8Array.from(bytes.subarray(at, at + 4 * length)).buffer);
    at += 4 * length;
    requireFinite(file, name, values);
    return values;
  });
}
