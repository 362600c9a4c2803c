import { SoftMaxAffineSplineOperator } from "../soft";
import { type MaxAffineSpline, MaxAffineSplineOperator, PowerDiagram, powerCells } from "../spline";
import type { Point } from "../spline/planar";
import { heatRuns } from "./heatRuns";
import { frameLabels, frameSlider, ofFrame, planeOf } from "./planeFrames";

/** How responsibilities are drawn. */
export interface ResponsibilityMapOptions {
  /** The part of the plane, [[xmin, ymin], [xmax, ymax]]. */
  readonly domain: readonly [Point, Point];
  /** The positions of the slider, in (0, 1), ascending. */
  readonly betas: readonly number[];
  /** Index of the β shown first. */
  readonly shown?: number;
  /** Points side by side [N × 2]. */
  readonly points?: ArrayLike<number>;
  readonly title?: string;
  /** Longer side of the picture, in pixels; multiples of 60 show no seams. */
  readonly size?: number;
}

/** Red, green and blue of blue, orange, green, vermilion, purple and sky (Okabe & Ito 2008). */
const COLOURS = [
  [0, 114, 178],
  [230, 159, 0],
  [0, 158, 115],
  [213, 94, 0],
  [204, 121, 167],
  [86, 180, 233],
] as const;
const SIDE = 60;

/**
 * Which piece of a spline of the plane takes how much of each point, as a Vega-Lite 5 spec: the colours
 * of the pieces, mixed by their weights t = softmax(η u); lines where the hard choice changes; crosses
 * at the slopes, the means of the mixture. A slider moves β from uniform to hard.
 *
 * @throws RangeError unless the spline is of two inputs, and on β outside (0, 1)
 * @example
 * show(responsibilityMap(kMeans(points, 2, 3).spline, { domain, betas: [0.1, 0.5, 0.9] }));
 */
export function responsibilityMap(
  spline: MaxAffineSpline,
  options: ResponsibilityMapOptions,
): object {
  const { domain, betas, shown = 0, points = [], size = 420 } = options;
  if (spline.dimension !== 2) {
    throw new RangeError(`a map needs a spline of two inputs, this one has ${spline.dimension}`);
  }
  const [[left, bottom], [right, top]] = domain;
  const step = Math.max(right - left, top - bottom) / SIDE;
  const hard = MaxAffineSplineOperator.of([spline]);
  const runs = betas.flatMap((beta, frame) => {
    const soft = new SoftMaxAffineSplineOperator(hard, beta);
    const colourAt = (x: number, y: number) => mixed(soft.assignment([x, y]));
    return heatRuns(domain, step, colourAt).map((run) => ({ frame, ...run }));
  });
  const { width, height, encoding } = planeOf(domain, size);
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title: options.title ?? "Responsibilities",
    width,
    height,
    params: [frameSlider("β, step by step", shown, betas.length)],
    encoding,
    layer: [
      {
        data: { values: runs },
        transform: [...ofFrame, { calculate: `datum.y + ${step}`, as: "y2" }],
        mark: { type: "rect", clip: true },
        encoding: {
          x2: { field: "x2" },
          y2: { field: "y2" },
          color: { field: "value", type: "nominal", scale: null },
        },
      },
      {
        data: { values: borders(spline, domain) },
        mark: {
          type: "line",
          interpolate: "linear-closed",
          stroke: "#222222",
          strokeWidth: 1.4,
          clip: true,
        },
        encoding: { order: { field: "order" }, detail: { field: "cell" } },
      },
      {
        data: { values: pairs(points) },
        mark: { type: "point", filled: true, size: 8, color: "#222222", opacity: 0.5, clip: true },
      },
      {
        data: { values: pairs(spline.A) },
        mark: {
          type: "point",
          shape: "cross",
          filled: true,
          size: 130,
          color: "black",
          stroke: "white",
          clip: true,
          opacity: 1,
        },
      },
      ...frameLabels(betas.map((beta) => `β = ${beta}`)),
    ],
  };
}

function borders(spline: MaxAffineSpline, domain: readonly [Point, Point]): object[] {
  return powerCells(PowerDiagram.ofSpline(spline), domain).flatMap(({ polygon }, cell) =>
    polygon.map(([x, y], order) => ({ cell, order, x, y })),
  );
}

const pairs = (flat: ArrayLike<number>): object[] =>
  Array.from({ length: flat.length / 2 }, (_, n) => ({
    x: round(flat[2 * n]!),
    y: round(flat[2 * n + 1]!),
  }));

/** Colours of the pieces, mixed by their weights. */
function mixed(weights: Float64Array): string {
  const mixture = [0, 1, 2].map((i) =>
    weights.reduce((sum, w, r) => sum + w * COLOURS[r % COLOURS.length]![i]!, 0),
  );
  // Pale, and in steps of six: neighbours that look alike become one mark.
  const pale = (v: number) => Math.min(252, Math.round((64 + 0.75 * v) / 6) * 6);
  const hex = (v: number) => pale(v).toString(16).padStart(2, "0");
  return `#${mixture.map(hex).join("")}`;
}

const round = (value: number): number => Number(value.toFixed(3));
