import type { Complex } from "../Complex";

/** What there is to tell of a cell, name by name: its area, A and b of the slice, and its code. */
export function cellFacts(complex: Complex, i: number): Record<string, string> {
  const { A, b, area, code } = complex.cell(i);
  const rows = Array.from(b, (_, c) => `[${short(A[2 * c]!)}, ${short(A[2 * c + 1]!)}]`);
  const layers = String(code)
    .split("\n")
    .map((line) => line.split(": ") as [string, string]);
  return {
    cell: String(i),
    area: short(area),
    A: `[${shown(rows)}]`,
    b: `[${shown(Array.from(b, short))}]`,
    ...Object.fromEntries(layers),
  };
}

/** The same in a few lines. */
export const cellText = (complex: Complex, i: number): string =>
  Object.entries(cellFacts(complex, i))
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");

const MOST = 6;
const shown = (parts: readonly string[]): string =>
  parts.slice(0, MOST).join(", ") + (parts.length > MOST ? `, … ${parts.length - MOST} more` : "");

/** Three digits, with a minus sign that is as wide as a plus. */
export const short = (value: number): string =>
  String(Number(value.toPrecision(3))).replace("-", "−");
