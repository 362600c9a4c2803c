/** The error of a fit of K pieces; rows of one series make a line. */
export interface FitError {
  readonly series: string;
  /** K. */
  readonly pieces: number;
  /** In units of the values fitted. */
  readonly error: number;
}

/** Dashes of the lines: solid, then shorter and shorter, so that lines on top of each other show. */
const DASHES: readonly (readonly number[])[] = [
  [1, 0],
  [4, 4],
  [2, 2],
  [1, 2],
];

/**
 * Errors of fits against the number of pieces as a Vega-Lite 5 spec, both axes logarithmic: a rate
 * K^−p is a line of slope −p. The `chosen` number of pieces is marked.
 *
 * @example
 * const errors = [1, 2, 4].map((pieces) => ({ series: "x²", pieces, error: 0.3 / pieces ** 2 }));
 * show(fitErrorChart(errors, { title: "Four times the pieces, a sixteenth of the error" }));
 */
export function fitErrorChart(
  errors: readonly FitError[],
  {
    title = "Error against the number of pieces",
    chosen,
    measure = "root mean square error",
  }: { readonly title?: string; readonly chosen?: number; readonly measure?: string } = {},
): object {
  const names = [...new Set(errors.map(({ series }) => series))];
  const series = {
    field: "series",
    type: "nominal",
    title: null,
    scale: { domain: names },
    legend: { orient: "top", columns: names.length > 3 ? 2 : 3 },
  };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    width: 560,
    height: 300,
    layer: [
      ...(chosen === undefined
        ? []
        : [
            {
              data: { values: [{ pieces: chosen }] },
              mark: { type: "rule", color: "#555555", strokeDash: [5, 4], strokeWidth: 1.5 },
              encoding: { x: { field: "pieces", type: "quantitative" } },
            },
          ]),
      {
        data: { values: errors },
        encoding: {
          x: {
            field: "pieces",
            type: "quantitative",
            title: "number of pieces K (log scale)",
            scale: { type: "log", nice: false },
            axis: { values: [...new Set(errors.map(({ pieces }) => pieces))], labelOverlap: true },
          },
          y: {
            field: "error",
            type: "quantitative",
            title: `${measure} (log scale)`,
            scale: { type: "log", nice: false, padding: 12 },
            axis: { format: "~g" },
          },
          color: series,
        },
        layer: [
          {
            mark: "line",
            // Not by a scale, which would dash the outlines of the legend's symbols.
            encoding: {
              strokeDash: {
                condition: names.map((name, i) => ({
                  test: `datum.series === ${JSON.stringify(name)}`,
                  value: DASHES[i % DASHES.length],
                })),
                value: DASHES[0],
              },
            },
          },
          {
            mark: { type: "point", size: 70, filled: true, opacity: 1 },
            encoding: { shape: series },
          },
        ],
      },
    ],
  };
}
