import type { PowerCell } from "../spline";
import type { Point } from "../spline/planar";

/** A cell of the first layers, and the cells into which the next layer cuts it. */
export interface Subdivision {
  readonly polygon: readonly Point[];
  readonly cells: readonly Pick<PowerCell, "polygon">[];
}

/**
 * A subdivision as a Vega-Lite 5 spec: cells of the first layers with thick edges and a colour
 * each, and within each the cells of the next layer with thin ones. All polygons of the plane.
 *
 * @example
 * show(subdivisionFigure([{ polygon, cells: powerCells(diagram, polygon) }]));
 */
export function subdivisionFigure(
  parents: readonly Subdivision[],
  {
    title = "A subdivision: a power diagram in each cell of another",
    size = 480,
  }: { readonly title?: string; readonly size?: number } = {},
): object {
  const outer = parents.map(({ polygon }) => polygon);
  const inner = parents.flatMap(({ cells }, parent) =>
    cells.map(({ polygon }) => ({ polygon, parent })),
  );
  const rows = (polygons: readonly { polygon: readonly Point[]; parent: number }[]) =>
    polygons.flatMap(({ polygon, parent }, cell) =>
      polygon.map(([x, y], order) => ({ cell, parent, order, x, y })),
    );
  const colour = { field: "parent", type: "nominal", legend: null, scale: { scheme: "tableau20" } };
  const mark = { type: "line", interpolate: "linear-closed", strokeJoin: "round" };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    width: size,
    height: size,
    encoding: {
      x: axis("x", "x₁"),
      y: axis("y", "x₂"),
      order: { field: "order" },
      detail: { field: "cell" },
    },
    layer: [
      {
        data: { values: rows(inner) },
        mark: { ...mark, stroke: "#222222", strokeWidth: 1.1, fillOpacity: 0.45 },
        encoding: { fill: colour },
      },
      {
        data: { values: rows(outer.map((polygon, parent) => ({ polygon, parent }))) },
        mark: { ...mark, stroke: "black", strokeWidth: 3 },
      },
    ],
  };
}

const axis = (field: string, title: string) => ({
  field,
  type: "quantitative",
  title,
  scale: { nice: false, zero: false },
  axis: { grid: false },
});
