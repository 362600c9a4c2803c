import type { Complex } from "../partition";
import { escaped } from "../picture";
import { shade } from "./splineSurface";

/** How the cells of a complex are drawn. */
export interface CellMapOptions {
  /** Cells of one group share a colour; each cell its own if left out. */
  readonly group?: (cell: number) => string | number;
  /** A group drawn in the accent colour, all others pale. */
  readonly highlight?: string | number;
  readonly title?: string;
  /** Side of the picture, in pixels. */
  readonly size?: number;
}

/**
 * The cells of a complex as SVG text, coloured by group, with thin edges between cells and thick
 * ones between groups.
 *
 * @example
 * show(cellMap(partition(net, { domain }), { title: "Cells" }));
 */
export function cellMap(
  complex: Complex,
  { group = (cell) => cell, highlight, title = "", size = 420 }: CellMapOptions = {},
): string {
  const groups = Array.from({ length: complex.cellCount }, (_, i) => group(i));
  const index = new Map([...new Set(groups)].map((name, k) => [name, k]));
  const [left, right] = extent(complex, 0);
  const [bottom, top] = extent(complex, 1);
  const scale = size / Math.max(right - left, top - bottom);
  const head = title === "" ? 8 : 36;
  const at = ([x, y]: readonly [number, number]) =>
    `${((x - left) * scale + 8).toFixed(1)},${((top - y) * scale + head).toFixed(1)}`;
  const colour = (name: string | number) => {
    if (highlight !== undefined) return name === highlight ? "#e69f00" : "#dce6ec";
    const t = shade(index.get(name)!);
    return `hsl(${(190 + 230 * t).toFixed(0)}, ${(45 + 25 * t).toFixed(0)}%, ${(62 + 26 * ((7 * t) % 1)).toFixed(0)}%)`;
  };
  const cells = groups.map(
    (name, i) =>
      `<polygon points="${complex.polygon(i).map(at).join(" ")}" fill="${colour(name)}"/>`,
  );
  const edges = [...complex.interiorEdges()].map(({ from, to, left: a, right: b }) => {
    const width = groups[a] === groups[b] ? 0.4 : 1.6;
    return `<polyline points="${at(from)} ${at(to)}" stroke-width="${width}"/>`;
  });
  const [w, h] = [(right - left) * scale + 16, (top - bottom) * scale + head + 28];
  const short = (value: number) => String(Number(value.toPrecision(3))).replace("-", "−");
  const axes = `x₁ from ${short(left)} to ${short(right)}, x₂ from ${short(bottom)} to ${short(top)}`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.max(w, title.length * 10.6 + 16).toFixed(0)}" height="${h.toFixed(0)}" font-family="sans-serif">` +
    `<rect width="100%" height="100%" fill="white"/>` +
    (title === ""
      ? ""
      : `<text x="8" y="23" font-size="17" font-weight="bold">${escaped(title)}</text>`) +
    `${cells.join("")}<g stroke="#222222" fill="none">${edges.join("")}</g>` +
    `<text x="8" y="${(h - 8).toFixed(0)}" font-size="13">${axes}</text></svg>`
  );
}

/** The least and the largest coordinate of the complex along an axis. */
function extent({ arrays: { vertices } }: Complex, axis: 0 | 1): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = axis; i < vertices.length; i += 2) {
    low = Math.min(low, vertices[i]!);
    high = Math.max(high, vertices[i]!);
  }
  return [low, high];
}
