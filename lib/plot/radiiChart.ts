/** Distances around one signal: what is certified, what is exact, what an attack reached. */
export interface Radii {
  /** By name; series stand in the legend in the order in which they come. */
  readonly [series: string]: number;
}

/**
 * Certified radii, exact distances and attacks as a Vega-Lite 5 spec: a column for each signal, sorted
 * by the last series, on a logarithmic axis. Where certificates hold, no column is out of order.
 *
 * Throws RangeError without a signal, and for a radius that isn't positive and finite.
 *
 * @example
 * show(radiiChart([{ certified: 0.1, exact: 0.3, attack: 0.32 }, { certified: 0.2, exact: 0.3, attack: 0.3 }]));
 */
export function radiiChart(
  signals: readonly Radii[],
  { title = "Certificates and attacks" }: { readonly title?: string } = {},
): object {
  const series = [...new Set(signals.flatMap((radii) => Object.keys(radii)))];
  const last = series.at(-1);
  if (last === undefined) throw new RangeError("there are no radii to draw");
  const sorted = [...signals].sort((a, b) => a[last]! - b[last]!);
  const values = sorted.flatMap((radii, i) =>
    Object.entries(radii).map(([name, radius]) => {
      if (!(radius > 0 && Number.isFinite(radius))) {
        throw new RangeError(`"${name}" is ${radius}, which a logarithmic axis can't show`);
      }
      return { signal: i + 1, series: name, radius: Number(radius.toPrecision(5)) };
    }),
  );
  const encoded = { field: "series", type: "nominal", title: null };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    width: 560,
    height: 320,
    data: { values },
    encoding: {
      x: {
        field: "signal",
        type: "quantitative",
        title: `signals, sorted by ${last}`,
        scale: { domain: [0, signals.length + 1], nice: false },
        axis: { tickMinStep: 1, format: "d" },
      },
      y: {
        field: "radius",
        type: "quantitative",
        title: "distance in input space",
        scale: { type: "log" },
      },
    },
    layer: [
      {
        mark: { type: "rule", color: "#dddddd", strokeWidth: 1.5 },
        transform: [
          {
            aggregate: [
              { op: "min", field: "radius", as: "low" },
              { op: "max", field: "radius", as: "high" },
            ],
            groupby: ["signal"],
          },
        ],
        encoding: {
          y: { field: "low", type: "quantitative", title: "distance in input space" },
          y2: { field: "high" },
        },
      },
      {
        mark: { type: "point", size: 75, filled: false, strokeWidth: 2.2 },
        encoding: {
          color: {
            ...encoded,
            scale: { domain: series, range: COLOURS.slice(0, series.length) },
            legend: { labelLimit: 0, symbolSize: 110 },
          },
          shape: { ...encoded, scale: { domain: series, range: SHAPES.slice(0, series.length) } },
        },
      },
    ],
  };
}

const COLOURS = ["#56b4e9", "#0072b2", "#000000", "#e69f00", "#d55e00"];
const SHAPES = ["triangle-up", "square", "diamond", "circle", "triangle-down"];
