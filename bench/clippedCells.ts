import type { WeightLayer } from "../lib";

/**
 * The number of cells of a ReLU network in a box, as one would first write it: each cell is clipped
 * by each unit of the next layer, and the layer's functions are computed anew for each cell. No
 * vertices shared, no edges, no neighbours. What `partition` is measured against.
 */
export function clippedCells(layers: readonly WeightLayer[], r: number): number {
  const hidden = layers.slice(0, -1);
  let cells = 0;
  const refine = (l: number, polygon: number[], functions: number[][]): void => {
    if (l === hidden.length) {
      cells++;
      return;
    }
    const { W, b } = hidden[l]!;
    const next = W.map((row, k) => {
      let [s, t, c] = [0, 0, b[k]!];
      row.forEach((w, i) => {
        const f = functions[i];
        if (f === undefined) return;
        s += w * f[0]!;
        t += w * f[1]!;
        c += w * f[2]!;
      });
      return [s, t, c];
    });
    let parts = [polygon];
    for (const f of next) {
      const split: number[][] = [];
      for (const part of parts) {
        const above = clip(part, f, 1);
        const below = clip(part, f, -1);
        if (above.length >= 6) split.push(above);
        if (below.length >= 6) split.push(below);
      }
      parts = split;
    }
    for (const part of parts) {
      const [x, y] = middle(part);
      const active = next.map((f) => (f[0]! * x + f[1]! * y + f[2]! > 0 ? f : undefined));
      refine(l + 1, part, active as number[][]);
    }
  };
  refine(
    0,
    [-r, -r, r, -r, r, r, -r, r],
    [
      [1, 0, 0],
      [0, 1, 0],
    ],
  );
  return cells;
}

/** The part of a polygon [x, y, x, y, …] where ±f > 0; the polygon itself if that is all of it. */
function clip(polygon: number[], [s, t, c]: number[], sign: 1 | -1): number[] {
  const kept: number[] = [];
  let [px, py] = polygon.slice(-2) as [number, number];
  let before = sign * (s! * px + t! * py + c!);
  for (let i = 0; i < polygon.length; i += 2) {
    const x = polygon[i]!;
    const y = polygon[i + 1]!;
    const value = sign * (s! * x + t! * y + c!);
    if (value > 0 !== before > 0) {
      const share = before / (before - value);
      kept.push(px + share * (x - px), py + share * (y - py));
    }
    if (value > 0) kept.push(x, y);
    [px, py, before] = [x, y, value];
  }
  return kept;
}

function middle(polygon: number[]): [number, number] {
  let [x, y] = [0, 0];
  for (let i = 0; i < polygon.length; i += 2) {
    x += polygon[i]!;
    y += polygon[i + 1]!;
  }
  return [(2 * x) / polygon.length, (2 * y) / polygon.length];
}
