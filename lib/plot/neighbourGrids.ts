import type { Dataset } from "../data";
import { escaped } from "../picture";
import { imageUrl } from "./imageUrl";

/** A query's neighbours by one distance. */
export interface NeighbourGrid {
  /** What stands above the grid, as "ReLU 1". */
  readonly title: string;
  /** Images of the searched set, nearest first: fifteen fill the grid. */
  readonly neighbours: ArrayLike<number>;
}

/** Options of grids of neighbours. */
export interface NeighbourGridsOptions {
  readonly title?: string;
  /** Grids in a row. */
  readonly columns?: number;
  /** Side of an image, in pixels. */
  readonly size?: number;
}

/** Vermilion for the query, bluish green and grey for neighbours: of one class with it, or not. */
const [QUERY, SAME, OTHER] = ["#d55e00", "#009e73", "#bbbbbb"];
const SIDE = 4;

/**
 * A query and its nearest neighbours as SVG text, a 4 × 4 grid for each distance: the query outlined
 * in the upper left, its neighbours behind it in rows, those of its class with a thick green bar
 * below. Throws RangeError on sets that aren't images, and on images that aren't there.
 *
 * @example
 * const images = mnist({ split: "test", count: 16 });
 * const grids = [{ title: "in file order", neighbours: [1, 2, 3, 4, 5] }];
 * show(neighbourGrids(images, { set: images, index: 0 }, grids, { title: "A digit" }));
 */
export function neighbourGrids(
  searched: Dataset,
  query: { readonly set: Dataset; readonly index: number },
  grids: readonly NeighbourGrid[],
  { title = "", columns = grids.length, size = 30 }: NeighbourGridsOptions = {},
): string {
  const label = query.set.labels[query.index];
  const [cell, head] = [size + 7, title === "" ? 6 : 38];
  const [width, height] = [SIDE * cell + 18, SIDE * cell + 60];
  const picture = (url: string, x: number, y: number) =>
    `<image x="${x}" y="${y}" width="${size}" height="${size}" image-rendering="optimizeSpeed" href="${url}"/>`;
  const parts = grids.flatMap(({ title: caption, neighbours }, g) => {
    const [x0, y0] = [8 + (g % columns) * width, head + Math.floor(g / columns) * height];
    const place = (i: number) => [x0 + (i % SIDE) * cell, y0 + 36 + Math.floor(i / SIDE) * cell];
    const shown = Array.from(neighbours).slice(0, SIDE * SIDE - 1);
    const same = shown.filter((n) => searched.labels[n] === label).length;
    const [qx, qy] = place(0) as [number, number];
    return [
      `<text x="${x0}" y="${y0 + 12}" font-size="12">${escaped(caption)}</text>`,
      `<text x="${x0}" y="${y0 + 28}" font-size="12">${same} of ${shown.length}</text>`,
      picture(imageUrl(query.set, query.index), qx, qy),
      `<rect x="${qx}" y="${qy}" width="${size}" height="${size}" fill="none" stroke="${QUERY}" stroke-width="4"/>`,
      ...shown.flatMap((n, i) => {
        const [x, y] = place(i + 1) as [number, number];
        const alike = searched.labels[n] === label;
        const bar = `<rect x="${x}" y="${y + size + 1}" width="${size}" height="${alike ? 4 : 1}" fill="${alike ? SAME : OTHER}"/>`;
        return [picture(imageUrl(searched, n), x, y), bar];
      }),
    ];
  });
  const total = Math.max(columns * width + 8, title.length * 9.5 + 16);
  const rows = Math.ceil(grids.length / columns);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${total.toFixed(0)}" height="${head + rows * height}" font-family="sans-serif">` +
    `<rect width="100%" height="100%" fill="white"/>` +
    (title === ""
      ? ""
      : `<text x="8" y="23" font-size="17" font-weight="bold">${escaped(title)}</text>`) +
    `${parts.join("")}</svg>`
  );
}
