import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
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
  const { modelTopology, weightsManifest } = readModelJson(file);
  if (!isObject(modelTopology)) {
    throw structure(file, "no modelTopology", "the layers under modelTopology");
  }
  const groups = checkManifest(file, weightsManifest);
  const hasCard = existsSync(join(folder, FILES.card));
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
  const refuse = (
    fault: "missing weight" | "surplus weight" | "wrong shape",
    found: string,
    expected: string,
  ) =>
    new ModelFileError(
      file,
      fault,
      found,
      expected,
      "these are the weights of another model, or not all",
    );
  const specs = groups.flatMap(({ weights }) => weights);
  for (const weight of model.weights) {
    const { originalName: name } = weight;
    const matching = specs.filter((spec) => spec.name === name);
    if (matching.length === 0) {
      throw refuse("missing weight", `no weight "${name}"`, `one of shape [${weight.shape}]`);
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
  const surplus = specs.find(({ name }) => !model.weights.some((w) => w.originalName === name));
  if (surplus !== undefined) {
    throw refuse(
      "surplus weight",
      `"${surplus.name}" of no layer`,
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
        model.weights.find((weight) => weight.originalName === name)!.write(tensor);
      }
    }
  });
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
