import type { Bundle } from "./display";
import { escapeHtml } from "./text";

/** What is needed of a danfo.js DataFrame or Series. */
export interface FrameLike {
  readonly columns: readonly string[];
  readonly index: readonly (string | number)[];
  readonly values: readonly unknown[];
  readonly shape: readonly number[];
}

const MOST_ROWS = 50;

/** A data frame as an HTML table, numbers aligned and rounded to six digits, and as plain text. */
export function tableOf(frame: FrameLike): Bundle {
  const rows = frame.values.map((row) => (Array.isArray(row) ? row : [row]));
  const shown = rows.slice(0, MOST_ROWS);
  const hidden = rows.length - shown.length;
  const note = hidden > 0 ? `… and ${hidden} more rows` : "";
  const cell = (value: unknown) =>
    `<td style="text-align: ${typeof value === "number" ? "right" : "left"}">${escapeHtml(written(value))}</td>`;
  const head = ["", ...frame.columns].map((name) => `<th>${escapeHtml(name)}</th>`).join("");
  const body = shown.map(
    (row, i) => `<tr><th>${escapeHtml(String(frame.index[i]))}</th>${row.map(cell).join("")}</tr>`,
  );
  return {
    "text/html":
      `<table><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table>` +
      (note === "" ? "" : `<p>${note}</p>`),
    "text/plain": plain([
      ["", ...frame.columns],
      ...shown.map((row, i) => [String(frame.index[i]), ...row.map(written)]),
      ...(note === "" ? [] : [[note]]),
    ]),
  };
}

function written(value: unknown): string {
  if (typeof value !== "number" || Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(6)));
}

function plain(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, k) =>
    Math.max(...rows.map((row) => (row.length > 1 ? row[k]!.length : 0))),
  );
  return rows.map((row) => row.map((text, k) => text.padStart(widths[k]!)).join("  ")).join("\n");
}
