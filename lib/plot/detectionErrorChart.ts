import type { ErrorRate } from "../templates";

/** Error rates of detectors under one kind of noise. */
export interface DetectionCase {
  /** The kind of noise. */
  readonly noise: string;
  /** By detector. */
  readonly rates: Readonly<Record<string, ErrorRate>>;
}

/**
 * Error rates of detectors as a Vega-Lite 5 spec: a row a kind of noise, a point a detector, a bar for
 * its 95 % confidence interval. Throws RangeError if there are no cases.
 *
 * @example
 * const signals = new Matrix([[1, 0], [0, 1]]);
 * const experiment = { signals, covariance: Matrix.eye(2), trials: 1000, random: random(1) };
 * const rates = detectionErrors(experiment, { matched: matchedFilter(signals) });
 * show(detectionErrorChart([{ noise: "white", rates }]));
 */
export function detectionErrorChart(
  cases: readonly DetectionCase[],
  { title = "Errors of three detectors" }: { readonly title?: string } = {},
): object {
  if (cases.length === 0) throw new RangeError("there are no cases to draw");
  const detectors = Object.keys(cases[0]!.rates);
  const values = cases.flatMap(({ noise, rates }) =>
    Object.entries(rates).map(([detector, { rate, low, high }]) => ({
      noise,
      detector,
      rate,
      low,
      high,
    })),
  );
  const y = {
    field: "noise",
    type: "nominal",
    title: null,
    sort: null,
    axis: { labelLimit: 0, labelFontSize: 13 },
  };
  const yOffset = { field: "detector", sort: detectors };
  const scale = { domain: detectors };
  const color = { field: "detector", type: "nominal", title: null, scale };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    width: 420,
    height: { step: 15 },
    data: { values },
    encoding: { y, yOffset },
    layer: [
      {
        mark: { type: "rule", strokeWidth: 3 },
        encoding: {
          x: { field: "low", type: "quantitative", title: "error rate, 95 % interval" },
          x2: { field: "high" },
          color,
        },
      },
      {
        mark: { type: "point", filled: true, size: 110, opacity: 1 },
        encoding: {
          x: { field: "rate", type: "quantitative" },
          color,
          shape: { field: "detector", type: "nominal", title: null, scale },
        },
      },
    ],
  };
}
