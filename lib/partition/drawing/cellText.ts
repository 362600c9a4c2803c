import type { Complex } from "../Complex";

/** A cell in a few lines: its number and area, A and b of the slice, and its code. */
export function cellText(complex: Complex, i: number): string {
  const { A, b, area, code } = complex.cell(i);
  const rows = Array.from(b, (_, c) => `[${short(A[2 * c]!)}, ${short(A[2 * c + 1]!)}]`);
  return [
    `cell ${i}, area ${short(area)}`,
    `A = [${shown(rows)}]`,
    `b = [${shown(Array.from(b, short))}]`,
    String(code),
  ].join("\n");
}

const MOST = 6;
const shown = (parts: readonly string[]): string =>
  parts.slice(0, MOST).join(", ") + (parts.length > MOST ? `, … ${parts.length - MOST} more` : "");

/** Three digits, with a minus sign that is as wide as a plus. */
export const short = (value: number): string =>
  String(Number(value.toPrecision(3))).replace("-", "−");
