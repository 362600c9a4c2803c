import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { writeAtomically } from "../../files/writeAtomically";
import { type Snapshot, takeSnapshot } from "../Snapshot";
import { FILES, type ModelCard, type StoredModelCard } from "./ModelCard";
import { ModelFileError } from "./ModelFileError";

const SNAPSHOT = /^epoch-\d+\.bin$/;

/**
 * Stores a model in a folder, made if needed: `model.json` and `weights.bin` in the layout of
 * TensorFlow.js, `card.json` with what is known of it and the SHA-256 of each file of weights,
 * `epoch-….bin` for each snapshot. Weights are float32, so nothing is rounded. Works on every
 * backend. An older model of the folder is replaced.
 *
 * Throws ModelFileError if a weight isn't a number, RangeError if a snapshot is of another model.
 *
 * @example
 * await saveModel(model, "nets/digits", {
 *   name: "digits", description: "A small convnet", recipe: { data: "MNIST", seed: 6 },
 *   figures: { "test accuracy": 0.987 }, backend: tf.getBackend(),
 * });
 */
export async function saveModel(
  model: tf.LayersModel,
  folder: string,
  card: ModelCard,
  snapshots: readonly Snapshot[] = [],
): Promise<StoredModelCard> {
  const { weights } = takeSnapshot(model);
  const blobs = [
    { file: FILES.weights as string, bytes: bytesOf(model, weights, join(folder, FILES.weights)) },
    ...snapshots.map((snapshot) => {
      const file = `epoch-${snapshot.epoch}.bin`;
      return { file, bytes: bytesOf(model, snapshot.weights, join(folder, file)) };
    }),
  ];
  const stored: StoredModelCard = {
    ...card,
    parameters: model.countParams(),
    files: blobs.map(({ file, bytes }) => ({
      file,
      sha256: createHash("sha256").update(bytes).digest("hex"),
    })),
    snapshots: snapshots.map(({ epoch }) => ({ epoch, file: `epoch-${epoch}.bin` })),
  };
  const manifest = {
    format: "layers-model",
    generatedBy: `TensorFlow.js tfjs-layers v${tf.version["tfjs-layers"]}`,
    modelTopology: model.toJSON(null, false),
    weightsManifest: [
      {
        paths: [FILES.weights],
        weights: model.weights.map((weight) => ({
          name: weight.originalName,
          shape: weight.read().shape,
          dtype: "float32",
        })),
      },
    ],
  };

  mkdirSync(folder, { recursive: true });
  for (const { file, bytes } of blobs) writeAtomically(join(folder, file), bytes);
  for (const name of readdirSync(folder)) {
    const stale = SNAPSHOT.test(name) && !blobs.some(({ file }) => file === name);
    if (stale) rmSync(join(folder, name)); // of the model that was here before
  }
  writeAtomically(join(folder, FILES.card), `${JSON.stringify(stored, null, 2)}\n`);
  writeAtomically(join(folder, FILES.model), `${JSON.stringify(manifest)}\n`);
  return stored;
}

/** All weights of a model one after the other, little-endian float32. */
function bytesOf(
  model: tf.LayersModel,
  weights: readonly Float32Array[],
  file: string,
): Uint8Array {
  const same =
    weights.length === model.weights.length &&
    weights.every((values, k) => values.length === model.weights[k]!.read().size);
  if (!same) throw new RangeError(`${file}: the snapshot is of another model`);
  weights.forEach((values, k) => {
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad < 0) return;
    throw new ModelFileError(
      file,
      "not a number",
      `${values[bad]} at ${bad} of weight "${model.weights[k]!.originalName}"`,
      "finite numbers",
      "nothing was saved; did training diverge?",
    );
  });
  const bytes = Buffer.concat(
    weights.map((values) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
  );
  return bytes;
}
