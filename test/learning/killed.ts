// A training in a process of its own, for a test that kills it: node killed.js FOLDER OPTIMISER.
// Prints each step, then the weights as JSON.
import { useBackend } from "../../lib/backend";
import { type OptimizerSpec, trainClassifier } from "../../lib/learning";
import { random } from "../../lib/random";
import { numbersOf, smallNet, toyData } from "./smallNet";

async function main([folder, optimizer]: string[]): Promise<void> {
  await useBackend();
  const { training, validation } = toyData();
  const model = smallNet();
  const curve = await trainClassifier(model, training, {
    epochs: 12,
    batchSize: 16,
    optimizer: JSON.parse(optimizer!) as OptimizerSpec,
    random: random(5),
    validation,
    snapshots: [0, 3, 12],
    checkpoint: { folder: folder!, everyEpochs: 2, everySteps: 5 },
    onResume: (step, notes) => console.log(`resumed ${step} ${JSON.stringify(notes)}`),
    onStep: ({ step }) => console.log(`step ${step}`),
  });
  const { steps, epochs, snapshots } = curve;
  console.log(`end ${JSON.stringify({ weights: numbersOf(model), steps, epochs, snapshots })}`);
}

main(process.argv.slice(2));
