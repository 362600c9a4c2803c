import type { LinearSplineFit } from "../spline";
import { extremes } from "../spline/extremes";
import { decades } from "./decades";

/** Options of a figure of linear-spline fits. */
export interface LinearSplineFitsOptions {
  readonly title?: string;
  /** Index of the fit shown first; the middle one if left out. */
  readonly shown?: number;
}

/**
 * Linear-spline fits of one data set for several λ as a Vega-Lite 5 spec: points and the fit that a
 * slider chooses, with its knots; below, the number of knots against λ.
 *
 * `x`, `y` are the data [N], `fits` what {@link linearSplinePath} gave.
 *
 * @example
 * const [x, y] = [[0, 1, 2, 3, 4], [0, 1, 0, 2, 1]];
 * show(linearSplineFits(x, y, linearSplinePath(x, y, [0.01, 0.1, 1])));
 */
export function linearSplineFits(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  fits: readonly LinearSplineFit[],
  { title = "Few knots", shown = fits.length >> 1 }: LinearSplineFitsOptions = {},
): object {
  const data = Array.from(x, (v, n) => ({ x: v, f: y[n]! }));
  const [low, high] = extremes(x);
  const lines = fits.flatMap(({ spline }, k) =>
    [low, ...spline.knots, high].map((at, i, all) => ({
      fit: k,
      x: at,
      f: spline.evaluate(at),
      knot: i > 0 && i + 1 < all.length,
    })),
  );
  const counts = fits.map(({ lambda, spline }, k) => ({
    fit: k,
    lambda,
    knots: spline.knots.length,
    label: `λ = ${lambda.toPrecision(2)}, ${spline.knots.length} knots`,
  }));
  const positions = {
    x: { field: "x", type: "quantitative", title: "x" },
    y: { field: "f", type: "quantitative", title: "y and f(x)" },
  };
  const chosen = [{ filter: "datum.fit == fit" }];
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    params: [
      {
        name: "fit",
        value: shown,
        bind: { input: "range", min: 0, max: fits.length - 1, step: 1, name: "λ falls → " },
      },
    ],
    vconcat: [
      {
        width: 560,
        height: 280,
        layer: [
          {
            data: { values: data },
            mark: { type: "point", filled: true, color: "#999999", size: 30, opacity: 0.8 },
            encoding: positions,
          },
          {
            data: { values: lines },
            transform: chosen,
            mark: { type: "line", color: "#0072b2", strokeWidth: 3 },
            encoding: { ...positions, order: { field: "x", type: "quantitative" } },
          },
          {
            data: { values: lines },
            transform: [...chosen, { filter: "datum.knot" }],
            mark: { type: "point", filled: true, color: "#d55e00", size: 110, opacity: 1 },
            encoding: positions,
          },
          {
            data: { values: counts },
            transform: chosen,
            mark: { type: "text", align: "right", x: 550, y: 16, fontSize: 15 },
            encoding: { text: { field: "label" } },
          },
        ],
      },
      {
        width: 560,
        height: 110,
        data: { values: counts },
        layer: [
          { mark: { type: "line", interpolate: "step", color: "#555555" } },
          {
            transform: chosen,
            mark: { type: "point", filled: true, color: "#d55e00", size: 110, opacity: 1 },
          },
        ],
        encoding: {
          x: {
            field: "lambda",
            type: "quantitative",
            title: "λ (log scale)",
            scale: { type: "log", reverse: true },
            axis: { format: "~g", values: decades(counts.map(({ lambda }) => lambda)) },
          },
          y: { field: "knots", type: "quantitative", title: "knots" },
        },
      },
    ],
  };
}
