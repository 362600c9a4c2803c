import { extremes } from "../spline/extremes";

/** The errors that one method's starts ended with. */
export interface Starts {
  readonly method: string;
  /** In units of the values fitted. */
  readonly errors: readonly number[];
}

/**
 * Where the starts of each method end, a tick each, as a Vega-Lite 5 spec: how many local minima
 * there are, and how far the best lies from the others.
 *
 * @example
 * show(startSpread([{ method: "plain", errors: [0.1, 0.12] }, { method: "ours", errors: [0.09] }]));
 */
export function startSpread(
  starts: readonly Starts[],
  { title = "Where each start ends" }: { readonly title?: string } = {},
): object {
  const names = starts.map(({ method }) => method);
  const y = {
    field: "method",
    type: "nominal",
    title: null,
    sort: names,
    axis: { labelLimit: 0 },
  };
  const rows = starts.flatMap(({ method, errors }) => errors.map((error) => ({ method, error })));
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    width: 520,
    height: { step: 58 },
    layer: [
      {
        data: { values: rows },
        mark: { type: "tick", thickness: 2, size: 34, opacity: 0.6 },
        encoding: {
          x: {
            field: "error",
            type: "quantitative",
            title: "root mean square error at the end of a start",
            scale: { zero: false },
          },
          y,
          color: { field: "method", type: "nominal", legend: null, scale: { domain: names } },
        },
      },
      {
        data: {
          values: starts.map(({ method, errors }) => ({ method, error: extremes(errors)[0] })),
        },
        mark: {
          type: "point",
          shape: "triangle-up",
          filled: true,
          color: "black",
          size: 90,
          yOffset: 24,
        },
        encoding: { x: { field: "error", type: "quantitative" }, y },
      },
    ],
  };
}
