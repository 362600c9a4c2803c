import type { Point } from "../spline/planar";

/** Neighbouring squares of a row that look the same, as one mark. */
export interface HeatRun<T> {
  readonly x: number;
  readonly x2: number;
  /** Lower edge; the upper one lies a step above. */
  readonly y: number;
  readonly value: T;
}

/**
 * A picture of a rectangle in squares of one size, row by row, each coloured by its middle: neighbours
 * of one value become one run, since a notebook stores every mark. The last squares of a side may lie
 * over it: clip them.
 */
export function heatRuns<T>(
  [[left, bottom], [right, top]]: readonly [Point, Point],
  step: number,
  valueAt: (x: number, y: number) => T,
): HeatRun<T>[] {
  const [columns, rows] = [right - left, top - bottom].map((size) => Math.ceil(size / step - 1e-9));
  const runs: HeatRun<T>[] = [];
  for (let j = 0; j < rows!; j++) {
    const y = bottom + j * step;
    let from = 0;
    let value = valueAt(left + step / 2, y + step / 2);
    for (let i = 1; i <= columns!; i++) {
      const next = i < columns! ? valueAt(left + (i + 0.5) * step, y + step / 2) : undefined;
      if (next === value) continue;
      runs.push({ x: round(left + from * step), x2: round(left + i * step), y: round(y), value });
      if (next !== undefined) [from, value] = [i, next];
    }
  }
  return runs;
}

const round = (value: number): number => Number(value.toFixed(3));
