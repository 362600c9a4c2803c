import { lstatSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { refusing } from "../data/readDataFile";
import { isObject, LARGEST_JSON, parseJson, shown } from "../files/parseJson";
import { readWhole } from "../files/readWhole";
import { writeAtomically } from "../files/writeAtomically";
import { NOISE_STUDY, type NoiseJob, type NoiseRun, type NoiseTask, noiseJobs } from "../learning";

const FILE = join(__dirname, "..", "..", "..", "data", "studies", "initial-state-noise.json");

/**
 * What was trained so far of the study as it is described now; nothing of an older description.
 * @throws DataFormatError if the file is damaged
 */
export function finishedNoiseRuns(file = FILE): NoiseRun[] {
  if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return [];
  const refuse = refusing(file);
  const stored = parseJson(readWhole(file, refuse, LARGEST_JSON), refuse);
  const { study, runs } = isObject(stored) ? stored : {};
  if (!isObject(study) || !Array.isArray(runs)) {
    throw refuse(shown(stored), "a study and its runs");
  }
  if (JSON.stringify(study) !== JSON.stringify(described())) return [];
  for (const [k, run] of runs.entries()) {
    if (!isRun(run)) throw refuse(`run ${k} ${shown(run)}`, "a run of the study, whole");
    if (runs.slice(0, k).some((other) => sameJob(run, other))) {
      throw refuse(`a second run ${shown(run)}`, "each once");
    }
  }
  return runs;
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
 * Throws Error if runs are missing, DataFormatError if the file is damaged.
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

function isRun(run: unknown): run is NoiseRun {
  if (!isObject(run)) return false;
  const { task, layers, deviation, seed, training, test, accuracy } = run;
  const isCurve = (values: unknown, epochs: number) =>
    Array.isArray(values) && values.length === epochs && values.every(Number.isFinite);
  if (typeof task !== "string" || !Object.hasOwn(NOISE_STUDY.tasks, task)) return false;
  const { epochs } = NOISE_STUDY.tasks[task as NoiseTask];
  return (
    Number.isSafeInteger(layers) &&
    Number.isFinite(deviation) &&
    Number.isSafeInteger(seed) &&
    [training, test, accuracy].every((values) => isCurve(values, epochs))
  );
}

/** What all runs have in common; which of them there are says the list of runs. */
function described(): object {
  const { arms: _, seeds: __, ...study } = NOISE_STUDY;
  return study;
}
