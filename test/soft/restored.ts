// A process of its own: loads the models of a folder and prints what they make of the same signals.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { loadModel, useBackend } from "../../lib";
import { softModels, storable } from "./softModels";

async function main(folder: string): Promise<void> {
  await useBackend();
  storable();
  const predictions: Record<string, number[]> = {};
  for (const name of readdirSync(folder).sort()) {
    const { model } = await loadModel(join(folder, name));
    const { inputs } = softModels[name]!;
    predictions[name] = [...tf.tidy(() => (model.predict(inputs()) as tf.Tensor).dataSync())];
  }
  console.log(JSON.stringify(predictions));
}

main(process.argv[2]!).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
