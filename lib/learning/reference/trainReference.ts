import { rmSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { random } from "../../random";
import { describeData } from "../checkpoints";
import { evaluateClassifier } from "../loss";
import { type StoredModelCard, saveModel } from "../modelFiles";
import { type TrainOptions, trainClassifier } from "../trainClassifier";
import { type ReferenceName, recipeOf, referenceData } from "./recipes";

/** How much is trained; what is left out is as the recipe has it. */
export interface ReferenceEffort {
  /** Training images: the first so many, or all there are. */
  readonly images?: number | "all";
  readonly epochs?: number;
  /** Test images for the figures, all if left out. */
  readonly testImages?: number;
}

/** Where a reference network goes, and who watches. */
export interface TrainReferenceOptions
  extends ReferenceEffort,
    Pick<TrainOptions, "onStep" | "onEpoch" | "onResume" | "signal"> {
  /** The model's folder; an older model there is replaced at the end. */
  readonly folder: string;
  /** Folder of checkpoints, removed at the end. Called again with it, goes on from the last one. */
  readonly checkpoint: string;
}

/**
 * Trains a reference network by its recipe and stores it with its figures; nothing is stored when it
 * is stopped before the end, but the checkpoint stays.
 * @throws what {@link trainClassifier} and the reader of the data throw
 */
export async function trainReference(
  name: ReferenceName,
  { folder, checkpoint, signal, onStep, onEpoch, onResume, ...effort }: TrainReferenceOptions,
): Promise<StoredModelCard | undefined> {
  const recipe = recipeOf(name);
  const { images = recipe.images, epochs = recipe.epochs, testImages } = effort;
  const { architecture, description, seed, batchSize, learningRate } = recipe;
  const training = referenceData(name, {
    split: "train",
    ...(images !== "all" && { count: images }),
  });
  const model = architecture(training.shape, random(seed).split("initialisers"));
  try {
    const { ending } = await trainClassifier(model, training, {
      epochs,
      batchSize,
      optimizer: { name: "adam", learningRate },
      random: random(seed).split("order"),
      checkpoint: { folder: checkpoint, everySteps: 50 },
      ...(signal && { signal }),
      ...(onStep && { onStep }),
      ...(onEpoch && { onEpoch }),
      ...(onResume && { onResume }),
    });
    if (ending === "aborted") return undefined;
    const test = referenceData(name, { split: "test", ...(testImages && { count: testImages }) });
    const [learned, reached] = [training, test].map((data) => evaluateClassifier(model, data));
    const card = await saveModel(model, folder, {
      name,
      description,
      recipe: {
        training: describeData(training),
        test: describeData(test),
        seed,
        epochs,
        "batch size": batchSize,
        optimiser: `adam, learning rate ${learningRate}`,
        loss: "cross-entropy",
      },
      figures: {
        "training accuracy": learned!.accuracy,
        "test accuracy": reached!.accuracy,
        "test cross-entropy": reached!.loss,
      },
      backend: tf.getBackend(),
    });
    rmSync(checkpoint, { recursive: true });
    return card;
  } finally {
    model.dispose();
  }
}
