/** The share of neighbours of one class with their query, by one distance of one network. */
export interface SameClassPoint {
  /** The data set: a panel of the figure. */
  readonly set: string;
  /** The layer whose codes are compared; layers stand in the order in which they come. */
  readonly layer: string;
  /** What was trained, as "true labels": a line of the figure. */
  readonly network: string;
  readonly mean: number;
  /** Ends of the confidence interval. */
  readonly low: number;
  readonly high: number;
}

/** Options of the chart of shares. */
export interface SameClassChartOptions {
  readonly title?: string;
  /** How many neighbours were asked: the axis says so. */
  readonly neighbours?: number;
  /** What chance would give: a dashed line. */
  readonly chance?: number;
}

/**
 * The share of nearest neighbours that have the query's class, layer by layer, as a Vega-Lite 5
 * spec: a panel a data set, a line with its confidence intervals a network. Throws RangeError if
 * there are no points.
 *
 * @example
 * const point = { set: "MNIST", network: "true labels", low: 0.7, mean: 0.8, high: 0.9 };
 * show(sameClassChart(["ReLU 1", "ReLU 2"].map((layer) => ({ ...point, layer }))));
 */
export function sameClassChart(
  points: readonly SameClassPoint[],
  {
    title = "Neighbours of the query's class",
    neighbours,
    chance = 0.1,
  }: SameClassChartOptions = {},
): object {
  if (points.length === 0) throw new RangeError("there are no shares to draw");
  const networks = [...new Set(points.map(({ network }) => network))];
  const layers = [...new Set(points.map(({ layer }) => layer))];
  const sets = [...new Set(points.map(({ set }) => set))];
  const x = {
    field: "layer",
    type: "nominal",
    title: "layer whose codes are compared",
    sort: layers,
    scale: { padding: 0.4 },
    axis: { labelAngle: -30, grid: false },
  };
  const shared = { field: "network", type: "nominal", title: null, scale: { domain: networks } };
  const y = (field: string, first: boolean) => ({
    field,
    type: "quantitative",
    title: first ? `share of ${neighbours === undefined ? "" : `${neighbours} `}neighbours` : null,
    scale: { domain: [0, 1] },
    axis: { format: "%" },
  });
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    hconcat: sets.map((set, s) => ({
      title: { text: set, fontSize: 13, fontWeight: "normal", offset: 4 },
      width: 260,
      height: 230,
      data: { values: points.filter((point) => point.set === set) },
      layer: [
        {
          mark: { type: "rule", strokeDash: [4, 4], color: "#555555" },
          encoding: { y: { datum: chance, type: "quantitative" } },
        },
        {
          mark: { type: "rule", strokeWidth: 1.5 },
          encoding: { x, y: y("low", s === 0), y2: { field: "high" }, color: shared },
        },
        {
          mark: { type: "line", strokeWidth: 2 },
          encoding: { x, y: y("mean", s === 0), color: shared },
        },
        {
          mark: { type: "point", size: 80, filled: true, opacity: 1 },
          encoding: { x, y: y("mean", s === 0), color: shared, shape: shared },
        },
      ],
    })),
  };
}
