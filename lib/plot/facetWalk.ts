import { extremes } from "../spline/extremes";

/** Something measured on the cells of a segment: constant on each. */
export interface CellMeasure {
  /** The cell's part of the segment. */
  readonly from: number;
  readonly to: number;
  readonly value: number;
  /** Measures of one name share a colour. */
  readonly series: string;
}

/** A facet that the segment crosses, under the name of the layer whose unit changes. */
export interface LayerCrossing {
  readonly t: number;
  readonly layer: string;
}

/** What the axes are called. */
export interface FacetWalkOptions {
  readonly title?: string;
  readonly x?: string;
  readonly y?: string;
  /** Layers from top to bottom; those without a facet are left out. In the order met if left out. */
  readonly layers?: readonly string[];
}

/**
 * A walk along a segment as a Vega-Lite 5 spec: above, what is constant on each cell, a bar a cell;
 * below, a tick for each facet in the row of its layer.
 *
 * @example
 * const slope = (t: number) => net.affineMap([t, 0]).A[0]!;
 * const facets = [...codeChanges(net, [0, 0], [1, 0])];
 * const ends = [0, ...facets, 1];
 * show(facetWalk(
 *   ends.slice(1).map((to, i) => ({ from: ends[i]!, to, value: slope((ends[i]! + to) / 2), series: "A" })),
 *   facets.map((t) => ({ t, layer: "hidden" })),
 * ));
 */
export function facetWalk(
  measures: readonly CellMeasure[],
  facets: readonly LayerCrossing[],
  { title = "From cell to cell", x = "t", y = "value", layers }: FacetWalkOptions = {},
): object {
  const ends = measures.flatMap(({ from, to }) => [from, to]);
  const domain = extremes(ends);
  const position = (field: string, axis: object = {}) => ({
    field,
    type: "quantitative",
    title: x,
    scale: { domain, nice: false },
    ...axis,
  });
  const series = [...new Set(measures.map((measure) => measure.series))];
  const met = [...new Set(facets.map(({ layer }) => layer))];
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    spacing: 12,
    vconcat: [
      {
        width: 620,
        height: 240,
        data: { values: measures },
        mark: { type: "rule", strokeWidth: 3 },
        encoding: {
          x: position("from", { title: null, axis: { labels: false } }),
          x2: { field: "to" },
          y: { field: "value", type: "quantitative", title: y, scale: { zero: false } },
          color: { field: "series", type: "nominal", title: null, scale: { domain: series } },
        },
      },
      {
        width: 620,
        height: { step: 26 },
        data: { values: facets },
        mark: { type: "tick", thickness: 1.5, color: "#333333" },
        encoding: {
          x: position("t"),
          y: {
            field: "layer",
            type: "nominal",
            title: null,
            sort: layers ?? met,
            axis: { labelLimit: 0 },
          },
        },
      },
    ],
  };
}
