import type { Mutant } from "./mutants";
import type { Verdict } from "./trial";

/** A mutant with what became of it: a line of the results. */
export type Result = Mutant & Verdict;

interface Row {
  folder: string;
  mutants: number;
  killed: number;
  timedOut: number;
  survived: number;
  notCovered: number;
  /** The share of mutants that a test found. */
  score: number;
}

/** Counts by folder, and the mutants that no test found. */
export interface MutationReport {
  readonly rows: Row[];
  readonly survivors: Result[];
}

export function reportOf(results: readonly Result[]): MutationReport {
  const real = results.filter(({ status }) => status !== "unchanged");
  const folders = [...new Set(real.map(folderOf))].sort();
  const rows = folders.map((folder) =>
    rowOf(
      folder,
      real.filter((result) => folderOf(result) === folder),
    ),
  );
  if (rows.length > 1) rows.push(rowOf("all", real));
  const survivors = real
    .filter(({ status }) => status === "survived" || status === "not covered")
    .sort((a, b) => (a.file === b.file ? a.start - b.start : a.file < b.file ? -1 : 1));
  return { rows, survivors };
}

const folderOf = ({ file }: Mutant): string => file.split("/")[1]!;

function rowOf(folder: string, results: readonly Result[]): Row {
  const count = (wanted: Verdict["status"]): number =>
    results.filter(({ status }) => status === wanted).length;
  const [killed, timedOut] = [count("killed"), count("timed out")];
  return {
    folder,
    mutants: results.length,
    killed,
    timedOut,
    survived: count("survived"),
    notCovered: count("not covered"),
    score: (killed + timedOut) / results.length,
  };
}

/** The report as text: a table, then a line for each survivor. */
export function textOf({ rows, survivors }: MutationReport): string {
  const head = ["folder", "mutants", "killed", "timed out", "survived", "not covered", "score"];
  const cells = rows.map((row) => [
    row.folder,
    ...[row.mutants, row.killed, row.timedOut, row.survived, row.notCovered].map(String),
    `${(100 * row.score).toFixed(1)} %`,
  ]);
  const widths = head.map((title, i) =>
    Math.max(title.length, ...cells.map((row) => row[i]!.length)),
  );
  const table = [head, ...cells].map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join("  "),
  );
  return [...table, "", ...survivors.map(lineOf)].join("\n");
}

/** A result on one line: what became of it, where it is, what was changed. */
export function lineOf({ status, file, line, change, by, left }: Result): string {
  const end = by !== undefined ? ` (${by})` : left > 0 ? ` (${left} test files left out)` : "";
  return `${status.padEnd(11)} ${file}:${line}  ${change}${end}`;
}
