import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeAtomically } from "../files/writeAtomically";
import { NOISE_STUDY, type NoiseJob, type NoiseRun, noiseJobs } from "../learning";

const FILE = join(__dirname, "..", "..", "..", "data", "studies", "initial-state-noise.json");

/** What was trained so far of the study as it is described now; nothing of an older description. */
export function finishedNoiseRuns(file = FILE): NoiseRun[] {
  if (!existsSync(file)) return [];
  const { study, runs } = JSON.parse(readFileSync(file, "utf8")) as Stored;
  return JSON.stringify(study) === JSON.stringify(described()) ? [...runs] : [];
}

/** Keeps runs, in the order of the study. */
export function keepNoiseRuns(runs: readonly NoiseRun[], file = FILE): void {
  const kept = noiseJobs().flatMap((job) => runs.filter((run) => sameJob(run, job)));
  const lines = kept.map((run) => `    ${JSON.stringify(run)}`).join(",\n");
  mkdirSync(dirname(file), { recursive: true });
  const study = JSON.stringify(described());
  writeAtomically(file, `{\n  "study": ${study},\n  "runs": [\n${lines}\n  ]\n}\n`);
}

/**
 * The finished study of noise on initial states, one run for each of its jobs: learning curves of
 * networks too large to be trained in a notebook, kept in `data/studies` and made by `npm run study`.
 *
 * Throws Error if runs are missing.
 *
 * @example
 * const [first] = noiseRuns();
 * first.accuracy.length === first.test.length; // true
 */
export function noiseRuns(): NoiseRun[] {
  const runs = finishedNoiseRuns();
  const missing = noiseJobs().filter((job) => !runs.some((run) => sameJob(run, job)));
  if (missing.length === 0) return runs;
  throw new Error(
    `${missing.length} of ${noiseJobs().length} runs aren't in ${FILE}, the first of them ` +
      `${JSON.stringify(missing[0])}: run npm run study`,
  );
}

/** Do both stand for the same network? */
export const sameJob = (one: NoiseJob, other: NoiseJob): boolean =>
  one.task === other.task &&
  one.layers === other.layers &&
  one.deviation === other.deviation &&
  one.seed === other.seed;

interface Stored {
  readonly study: object;
  readonly runs: readonly NoiseRun[];
}

/** What all runs have in common; which of them there are says the list of runs. */
function described(): object {
  const { arms: _, seeds: __, ...study } = NOISE_STUDY;
  return study;
}
