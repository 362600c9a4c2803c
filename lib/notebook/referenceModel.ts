import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  type LoadedModel,
  loadModel,
  type ReferenceEffort,
  type ReferenceName,
  recipeOf,
  trainReference,
} from "../learning";
import { type ProgressBar, progress } from "./progress";
import { currentScale, type Scale } from "./scale";

const DATA = join(__dirname, "..", "..", "..", "data");

/** How much is trained at a scale: at `lecture` what the recipes say, the networks kept here. */
const EFFORTS: Readonly<Record<Scale, (epochs: number) => ReferenceEffort>> = {
  ci: () => ({ images: 4000, epochs: 3, testImages: 1000 }),
  lecture: () => ({}),
  full: (epochs) => ({ images: "all", epochs: 4 * epochs }),
};

/** Where a reference network of a scale is kept and trained, and with how much effort. */
export function referencePlan(
  name: ReferenceName,
  scale: Scale,
): ReferenceEffort & { readonly folder: string; readonly checkpoint: string } {
  const kept = scale === "lecture" ? "models" : join("cache", "models", scale);
  return {
    folder: join(DATA, kept, name),
    checkpoint: join(DATA, "cache", "training", scale, name),
    ...EFFORTS[scale](recipeOf(name).epochs),
  };
}

/**
 * A small trained network of this project, with the card that tells its recipe and its figures.
 *
 * Read from `data/models`. With `MADMAX_SCALE=full`, one trained on all images for four times as long:
 * trained here unless that was done before, from the checkpoint if it was stopped.
 *
 * Throws RangeError on an unknown name, ModelFileError on damaged files. Dispose of the model with
 * `model.dispose()`.
 *
 * @example
 * const { model, card } = await referenceModel("mnist-cnn");
 * console.log(card.figures["test accuracy"]);
 */
export async function referenceModel(name: ReferenceName): Promise<Required<LoadedModel>> {
  const scale = currentScale() === "full" ? "full" : "lecture";
  const { folder, ...plan } = referencePlan(name, scale);
  if (!existsSync(folder)) {
    if (scale === "lecture") {
      throw new Error(`the network ${name} isn't in ${folder}: run npm run train -- ${name}`);
    }
    let bar: ProgressBar | undefined;
    await trainReference(name, {
      folder,
      ...plan,
      onStep: ({ step, steps, loss }) => {
        bar ??= progress(steps, { title: name });
        bar.update(step, { loss });
      },
    });
    bar?.done();
  }
  const { model, card, snapshots } = await loadModel(folder);
  if (card?.name === name) return { model, card, snapshots };
  model.dispose();
  throw new Error(`${folder} holds ${card?.name ?? "a model without a card"}, expected ${name}`);
}
