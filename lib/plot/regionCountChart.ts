import { decades } from "./decades";

/** A number of regions, counted or bounded, of networks of one architecture. */
export interface RegionCount {
  /** The architecture, as on the axis: "2-16-16". */
  readonly architecture: string;
  /** "counted", or the name of a bound. */
  readonly series: string;
  readonly count: number | bigint;
}

/**
 * Numbers of regions as a Vega-Lite 5 spec, on a logarithmic axis: one row an architecture, one
 * shape and colour a series. Counts of several networks are several points.
 *
 * `counted` names the series whose points are small and open, being many.
 *
 * @example
 * show(regionCountChart([
 *   { architecture: "2-6-1", series: "counted", count: partition(net, { domain }).cellCount },
 *   { architecture: "2-6-1", series: "Zaslavsky", count: zaslavsky(6, 2) },
 * ]));
 */
export function regionCountChart(
  counts: readonly RegionCount[],
  {
    title = "Regions, counted and bounded",
    counted = "counted",
  }: { readonly title?: string; readonly counted?: string } = {},
): object {
  const order = [...new Set(counts.map(({ architecture }) => architecture))];
  const series = [...new Set(counts.map((c) => c.series))];
  const values = counts.map((c) => ({ ...c, count: Number(c.count) }));
  const legend = { orient: "bottom", columns: 2 };
  const encoding = {
    x: {
      field: "count",
      type: "quantitative",
      title: "number of regions (log scale)",
      scale: { type: "log" },
      axis: { format: "~s", values: decades(values.map(({ count }) => count)) },
    },
    y: { field: "architecture", type: "nominal", title: "inputs-widths", sort: order },
    color: { field: "series", type: "nominal", title: null, scale: { domain: series }, legend },
    shape: { field: "series", type: "nominal", title: null, scale: { domain: series }, legend },
  };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    width: 520,
    height: { step: 34 },
    data: { values },
    layer: [
      {
        transform: [{ filter: { field: "series", equal: counted } }],
        mark: { type: "point", size: 90, opacity: 0.8, strokeWidth: 2 },
        encoding,
      },
      {
        transform: [{ filter: { not: { field: "series", equal: counted } } }],
        mark: { type: "point", size: 110, filled: true, opacity: 1 },
        encoding,
      },
    ],
  };
}
