// npm run study: trains what is missing of the study of noise on initial states (notebook 12) into
// data/studies. Stopped and started again, it goes on from the last checkpoint.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { useBackend } from "../lib/backend";
import { type NoiseJob, noiseJobs, trainNoiseJob } from "../lib/learning";
import { progress } from "../lib/notebook";
import { finishedNoiseRuns, keepNoiseRuns, sameJob } from "../lib/notebook/noiseRuns";

const CACHE = join(__dirname, "..", "..", "data", "cache", "training", "study");

async function main(): Promise<void> {
  const runs = finishedNoiseRuns();
  const missing = noiseJobs().filter((job) => !runs.some((run) => sameJob(run, job)));
  console.log(`${runs.length} networks are trained, ${missing.length} are missing`);
  if (missing.length === 0) return;
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  console.log(String(await useBackend()));
  const bar = progress(missing.length, { title: "networks" });
  for (const [done, job] of missing.entries()) {
    const folder = join(CACHE, nameOf(job));
    const run = await trainNoiseJob(job, { checkpoint: { folder }, signal: stop.signal });
    if (run === undefined) {
      console.log(`stopped; the same command goes on from the checkpoint of ${nameOf(job)}`);
      process.exitCode = 130;
      return;
    }
    runs.push(run);
    keepNoiseRuns(runs);
    rmSync(folder, { recursive: true });
    bar.update(done + 1, { accuracy: run.accuracy.at(-1)! });
    console.log(`${nameOf(job)}: ${(100 * run.accuracy.at(-1)!).toFixed(1)} % of test sequences`);
  }
  bar.done();
}

const nameOf = ({ task, layers, deviation, seed }: NoiseJob): string =>
  `${task}, ${layers} layers, noise ${deviation}, seed ${seed}`;

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
