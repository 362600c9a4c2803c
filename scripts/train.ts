// npm run train [-- NAME …] [--to FOLDER]: trains the reference networks by their recipes into
// data/models, those that are missing or the ones named; at another MADMAX_SCALE into data/cache.
// Stopped and started again, it goes on from the last checkpoint.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { useBackend } from "../lib/backend";
import { type ReferenceName, recipeOf, referenceNames, trainReference } from "../lib/learning";
import { type ProgressBar, progress } from "../lib/notebook";
import { referencePlan } from "../lib/notebook/referenceModel";
import { currentScale } from "../lib/notebook/scale";

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

function planOf(name: ReferenceName, to: string | undefined): ReturnType<typeof referencePlan> {
  const plan = referencePlan(name, currentScale());
  if (to === undefined) return plan;
  const place = resolve(process.env.INIT_CWD ?? process.cwd(), to); // npm changes the folder
  return { ...plan, folder: join(place, name), checkpoint: join(place, `${name}.training`) };
}

async function train(name: ReferenceName, to: string | undefined, stop: AbortSignal) {
  const plan = planOf(name, to);
  console.log(`${name}: ${recipeOf(name).description}`);
  let bar: ProgressBar | undefined;
  const card = await trainReference(name, {
    ...plan,
    signal: stop,
    onResume: (step, notes) => {
      console.log(`${name}: goes on from its checkpoint after step ${step}`);
      for (const note of notes) console.log(`  ${note}`);
    },
    onStep: ({ step, steps, loss }) => {
      bar ??= progress(steps, { title: name });
      bar.update(step, { loss });
    },
    onEpoch: ({ epoch, loss, accuracy }) =>
      console.log(`${name}: epoch ${epoch}, loss ${loss.toFixed(4)}, ${percent(accuracy)} right`),
  });
  bar?.done();
  if (card === undefined) return;
  const { "training accuracy": learned, "test accuracy": reached } = card.figures;
  console.log(`${name}: ${percent(learned!)} of training, ${percent(reached!)} of test images`);
  console.log(`${name}: ${card.parameters} parameters in ${plan.folder}`);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { to: { type: "string" } },
    allowPositionals: true,
  });
  for (const name of positionals) recipeOf(name); // all names, before the first is trained
  const missing = (name: ReferenceName) => !existsSync(planOf(name, values.to).folder);
  const names =
    positionals.length > 0 ? (positionals as ReferenceName[]) : referenceNames.filter(missing);
  if (names.length === 0) {
    console.log("all reference networks are there; name the ones to train anew:");
    console.log(`  npm run train -- ${referenceNames.join(" ")}`);
    return;
  }
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  console.log(String(await useBackend()));
  for (const name of names) {
    await train(name, values.to, stop.signal);
    if (!stop.signal.aborted) continue;
    console.log(`stopped; the same command goes on from the checkpoint of ${name}`);
    process.exitCode = 130;
    return;
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
