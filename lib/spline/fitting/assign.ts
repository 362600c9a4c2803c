import type { Problem } from "./problem";

/** Value of plane p / (d+1) at point x / d, where p and x are where their numbers begin. */
export function planeAt(
  planes: Float64Array,
  p: number,
  X: Float64Array,
  x: number,
  dimension: number,
): number {
  let value = planes[p + dimension]!;
  for (let i = 0; i < dimension; i++) value += planes[p + i]! * X[x + i]!;
  return value;
}

/** Gives each point to its largest plane; tells the mean square error and how many points moved. */
export function assign(
  { X, y, dimension }: Problem,
  planes: Float64Array,
  code: Int32Array,
): { error: number; moved: number } {
  const width = dimension + 1;
  let [error, moved] = [0, 0];
  for (let n = 0, x = 0; n < y.length; n++, x += dimension) {
    let best = Number.NEGATIVE_INFINITY;
    let piece = 0;
    for (let k = 0, p = 0; p < planes.length; k++, p += width) {
      let value = planes[p + dimension]!;
      for (let i = 0; i < dimension; i++) value += planes[p + i]! * X[x + i]!;
      if (value > best) {
        best = value;
        piece = k;
      }
    }
    if (code[n] !== piece) moved++;
    code[n] = piece;
    error += (y[n]! - best) ** 2;
  }
  return { error: error / y.length, moved };
}

/** The largest plane at each point, its value there, and that of the second largest. */
export interface Leaders {
  readonly first: Int32Array;
  readonly best: Float64Array;
  /** −∞ where there is one plane only. */
  readonly second: Float64Array;
}

/** The two largest planes at each point: what is left if the largest is taken away. */
export function leaders({ X, y, dimension }: Problem, planes: Float64Array): Leaders {
  const width = dimension + 1;
  const first = new Int32Array(y.length);
  const best = new Float64Array(y.length).fill(Number.NEGATIVE_INFINITY);
  const second = best.slice();
  for (let n = 0, x = 0; n < y.length; n++, x += dimension) {
    for (let k = 0, p = 0; p < planes.length; k++, p += width) {
      const value = planeAt(planes, p, X, x, dimension);
      if (value > best[n]!) {
        second[n] = best[n]!;
        best[n] = value;
        first[n] = k;
      } else if (value > second[n]!) {
        second[n] = value;
      }
    }
  }
  return { first, best, second };
}
