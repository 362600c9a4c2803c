import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Notebook } from "./notebook";

/** MIME type under which lib/notebook stores a claim. */
export const CLAIM_MIME = "application/vnd.madmax.claim+json";

/** A claim, and the cell that made it. */
export interface FoundClaim {
  cell: number;
  text: string;
  measured: unknown;
  relation: string;
  bound: unknown;
  margin?: unknown;
  passed: boolean;
}

/** One notebook in the report. */
export interface NotebookReport {
  notebook: string;
  title: string;
  status: "passed" | "failed" | "skipped";
  /** Why it failed or was skipped. */
  reason?: string;
  claims: FoundClaim[];
}

/** All claims in a notebook's outputs, in order. */
export function claimsOf({ cells }: Notebook): FoundClaim[] {
  return cells.flatMap((cell, index) =>
    (cell.outputs ?? []).flatMap(({ data }) => {
      const claim = data?.[CLAIM_MIME];
      return claim === undefined ? [] : [{ cell: index, ...(claim as Omit<FoundClaim, "cell">) }];
    }),
  );
}

/** Writes claims.json for machines, claims.md and claims.html for readers. */
export function writeReport(
  folder: string,
  scale: string,
  reports: readonly NotebookReport[],
): void {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, content: string) => writeFileSync(join(folder, name), content);
  write("claims.json", `${JSON.stringify({ scale, notebooks: reports }, storable, 2)}\n`);
  write("claims.md", markdown(scale, reports));
  write("claims.html", html(scale, reports));
}

function summary(scale: string, reports: readonly NotebookReport[]): string {
  const claims = reports.flatMap((report) => report.claims);
  const held = claims.filter(({ passed }) => passed).length;
  const notebooks = reports.length === 1 ? "one notebook" : `${reports.length} notebooks`;
  return `${held} of ${claims.length} claims hold, in ${notebooks} at scale ${scale}.`;
}

const row = (claim: FoundClaim): string[] => [
  claim.passed ? "✓" : "✗",
  claim.text,
  written(claim.measured),
  `${claim.relation} ${typeof claim.bound === "string" && !INFINITE.test(claim.bound) ? JSON.stringify(claim.bound) : written(claim.bound)}`,
  claim.margin === undefined ? "" : written(claim.margin),
  String(claim.cell),
];

/** An infinite number, or one that was made text since JSON knows none. */
const INFINITE = /^-?Infinity$/;

function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(",")}]`;
  const text = String(value);
  return INFINITE.test(text) ? text.replace("Infinity", "∞") : text;
}

/** JSON knows no infinite numbers: they are stored as text. */
const storable = (_: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? String(value) : value;

const HEAD = ["", "claim", "measured", "bound", "margin", "cell"];

function markdown(scale: string, reports: readonly NotebookReport[]): string {
  const line = (entries: string[]) =>
    `| ${entries.map((e) => e.replace(/\s+/g, " ").replaceAll("|", "\\|")).join(" | ")} |`;
  const parts = reports.map(({ notebook, title, status, reason, claims }) =>
    [
      `## ${title}`,
      `\`${notebook}\`: ${status}${reason === undefined ? "" : ` (${reason})`}`,
      ...(claims.length === 0
        ? []
        : [
            [
              line(HEAD),
              line(HEAD.map(() => "---")),
              ...claims.map((claim) => line(row(claim))),
            ].join("\n"),
          ]),
    ].join("\n\n"),
  );
  return `# Claims\n\n${summary(scale, reports)}\n\n${parts.join("\n\n")}\n`;
}

function html(scale: string, reports: readonly NotebookReport[]): string {
  const escaped = (text: string) =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const cells = (tag: string, entries: string[]) =>
    entries.map((entry) => `<${tag}>${escaped(entry)}</${tag}>`).join("");
  const parts = reports.map(({ notebook, title, status, reason, claims }) => {
    const rows = claims.map(
      (claim) => `<tr class="${claim.passed ? "holds" : "fails"}">${cells("td", row(claim))}</tr>`,
    );
    const table = `<table><thead><tr>${cells("th", HEAD)}</tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
    const note = `${notebook}: ${status}${reason === undefined ? "" : ` (${reason})`}`;
    return `<h2>${escaped(title)}</h2><p>${escaped(note)}</p>${claims.length === 0 ? "" : table}`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>madmax: claims</title><style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; } th, td { text-align: left; padding: .3rem .8rem; border-bottom: 1px solid #ddd; }
.holds td:first-child { color: #00664b; } .fails td { color: #a40000; font-weight: bold; }
</style></head><body><h1>Claims</h1><p>${escaped(summary(scale, reports))}</p>
${parts.join("\n")}
</body></html>
`;
}
