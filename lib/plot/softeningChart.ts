import { softeningGap } from "../soft";
import { extremes } from "../spline/extremes";
import { decades } from "./decades";

/** A measured distance between a soft and a hard operator. */
export interface SofteningError {
  readonly eta: number;
  readonly error: number;
  readonly series: string;
}

/**
 * How far soft lies from hard, over η, as a Vega-Lite 5 spec with logarithmic axes: points and lines for
 * what was measured, and dashed the gap of one maximum of two pieces, 0.278465/η.
 *
 * Throws RangeError on an empty list, and on numbers that have no logarithm.
 *
 * @example
 * show(softeningChart([{ eta: 1, error: 0.28, series: "ReLU" }, { eta: 10, error: 0.028, series: "ReLU" }]));
 */
export function softeningChart(
  errors: readonly SofteningError[],
  title = "Largest distance of soft to hard",
): object {
  if (errors.length === 0) throw new RangeError("there is no distance to draw");
  const wrong = errors.find(({ eta, error }) => !(eta > 0 && error > 0));
  if (wrong !== undefined) {
    throw new RangeError(`η = ${wrong.eta}, error = ${wrong.error}: expected both above 0`);
  }
  const etas = errors.map(({ eta }) => eta);
  const ends = extremes(etas);
  const series = [...new Set(errors.map((row) => row.series))];
  const axis = (field: "eta" | "error", title: string) => ({
    field,
    type: "quantitative",
    title,
    scale: { type: "log" },
    axis: { format: "~g", values: decades(errors.map((row) => row[field])) },
  });
  const position = { x: axis("eta", "η = β/(1 − β)"), y: axis("error", "largest distance") };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    width: 480,
    height: 240,
    layer: [
      {
        data: { values: errors },
        mark: { type: "line", point: { size: 110, filled: false, strokeWidth: 2 }, strokeWidth: 2 },
        encoding: {
          ...position,
          color: { field: "series", type: "nominal", title: null, scale: { domain: series } },
          shape: { field: "series", type: "nominal", title: null, scale: { domain: series } },
        },
      },
      {
        data: { values: ends.map((eta) => ({ eta, error: softeningGap(2, eta) })) },
        mark: { type: "line", color: "black", strokeWidth: 1.5, strokeDash: [5, 4] },
        encoding: position,
      },
    ],
  };
}
