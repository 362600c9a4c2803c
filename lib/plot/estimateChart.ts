import { extremes } from "../spline/extremes";

/** A number that was estimated, and the exact one. */
export interface Estimate {
  readonly exact: number;
  readonly estimate: number;
  /** What it is an estimate of: its colour and shape. */
  readonly series: string;
}

/**
 * Estimates against exact numbers as a Vega-Lite 5 spec: points on the line are right.
 *
 * @throws RangeError without an estimate
 * @example
 * show(estimateChart([{ exact: 12, estimate: 11, series: "layer 2" }], { what: "folding units" }));
 */
export function estimateChart(
  estimates: readonly Estimate[],
  { title = "Estimated and exact", what }: { readonly title?: string; readonly what: string },
): object {
  if (estimates.length === 0) throw new RangeError("there is no estimate to draw");
  const [, most] = extremes(estimates.flatMap(({ exact, estimate }) => [exact, estimate]));
  const series = [...new Set(estimates.map((e) => e.series))];
  const axis = (field: string, text: string) => ({
    field,
    type: "quantitative",
    title: `${text}: ${what}`,
    scale: { domain: [0, most], nice: true },
  });
  const kind = { field: "series", type: "nominal", title: null, scale: { domain: series } };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    width: 380,
    height: 380,
    layer: [
      {
        data: { values: [0, most].map((v) => ({ exact: v, estimate: v })) },
        mark: { type: "line", strokeDash: [6, 4], color: "#777777", strokeWidth: 1.5 },
        encoding: { x: axis("exact", "exact"), y: axis("estimate", "estimated") },
      },
      {
        data: { values: estimates },
        mark: { type: "point", size: 55, strokeWidth: 1.8, opacity: 0.8 },
        encoding: {
          x: axis("exact", "exact"),
          y: axis("estimate", "estimated"),
          color: kind,
          shape: kind,
        },
      },
    ],
  };
}
