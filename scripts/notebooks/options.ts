import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface RunnerOptions {
  /** File names of the notebooks to run. */
  names: string[];
  folder: string;
  scale: string;
  check: boolean;
  /** Where results go instead of into the notebooks themselves. */
  scratch: string | undefined;
  reports: string;
  jobs: number;
  cellSeconds: number;
}

const SCALES = ["ci", "lecture", "full"];
/** A cell at the scale of lectures takes a minute or two; what takes longer than this hangs. */
const CELL_SECONDS: Record<string, number> = { ci: 300, lecture: 1200, full: 86_400 };

/** Reads the command line. @throws Error in words for the reader */
export function optionsOf(args: string[], root: string): RunnerOptions {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      check: { type: "boolean", default: false },
      scale: { type: "string", default: process.env.MADMAX_SCALE || "lecture" },
      scratch: { type: "string" },
      reports: { type: "string", default: join(root, "reports") },
      folder: { type: "string", default: join(root, "notebooks") },
      jobs: { type: "string", default: String(availableParallelism()) },
      "cell-timeout": { type: "string" },
    },
  });
  const scale = values.scale;
  if (!SCALES.includes(scale))
    throw new Error(`scale ${scale}: expected one of ${SCALES.join(", ")}`);
  return {
    names: chosen(positionals, resolve(values.folder)),
    folder: resolve(values.folder),
    scale,
    check: values.check,
    scratch: values.scratch === undefined ? undefined : resolve(values.scratch),
    reports: resolve(values.reports),
    jobs: positive("--jobs", values.jobs),
    cellSeconds: positive("--cell-timeout", values["cell-timeout"] ?? String(CELL_SECONDS[scale])),
  };
}

/** The notebooks of a folder that are named by file, with or without ending, or by the number that
 *  a name begins with; all if none is named. @throws Error that lists those there are */
export function chosen(wanted: readonly string[], folder: string): string[] {
  const all = readdirSync(folder)
    .filter((name) => name.endsWith(".ipynb"))
    .sort();
  if (wanted.length === 0) return all;
  const named = wanted.map((want) => {
    const stem = want.replace(/^.*[\\/]/, "").replace(/\.ipynb$/, "");
    if (all.includes(`${stem}.ipynb`)) return `${stem}.ipynb`;
    const numbered = all.filter((name) => /^(\d+)-/.exec(name)?.[1] === stem);
    if (numbered.length === 1) return numbered[0]!;
    if (numbered.length > 1) {
      throw new Error(`${want} is the number of ${numbered.join(", ")}: name one in full`);
    }
    const those = all.length === 0 ? "there are none" : `there are ${all.join(", ")}`;
    throw new Error(`there is no notebook ${want} in ${folder}: ${those}`);
  });
  return [...new Set(named)];
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`${name} ${text}: expected a whole number from 1`);
}
