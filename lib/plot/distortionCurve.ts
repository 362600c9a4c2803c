/** What K centroids leave of a signal: the mean squared distance on some set of points. */
export interface Distortion {
  readonly K: number;
  readonly distortion: number;
  /** Which points: "training", "test". */
  readonly points: string;
}

/**
 * Distortion against the number of centroids as a Vega-Lite 5 spec, both axes logarithmic, a line
 * for each set of points.
 *
 * @example
 * show(distortionCurve([1, 2, 4].map((K) => {
 *   const { distortion } = kMeans(points, 2, K);
 *   return { K, distortion, points: "training" };
 * })));
 */
export function distortionCurve(
  values: readonly Distortion[],
  {
    title = "The more centroids, the smaller the error",
    y = "squared distance",
  }: { readonly title?: string; readonly y?: string } = {},
): object {
  const sets = [...new Set(values.map(({ points }) => points))];
  const counts = [...new Set(values.map(({ K }) => K))];
  const set = { field: "points", type: "nominal", title: null, scale: { domain: sets } };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    width: 520,
    height: 280,
    data: { values },
    mark: { type: "line", point: { size: 70 } },
    encoding: {
      x: {
        field: "K",
        type: "quantitative",
        title: "K, number of centroids (log)",
        scale: { type: "log", nice: false },
        axis: { values: counts },
      },
      y: {
        field: "distortion",
        type: "quantitative",
        title: `${y} (log)`,
        scale: { type: "log", nice: false },
      },
      color: set,
      shape: set,
    },
  };
}
