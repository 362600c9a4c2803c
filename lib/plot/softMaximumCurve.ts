import type { MaxAffineSpline } from "../spline";
import { extremes } from "../spline/extremes";

/** What part of a spline of one input is drawn, and how soft. */
export interface SoftMaximumCurveOptions {
  readonly domain: readonly [number, number];
  /** The positions of the slider, inverse temperatures η > 0, ascending. */
  readonly etas: readonly number[];
  /** Index of the η shown first. */
  readonly shown?: number;
  readonly title?: string;
}

/**
 * A max-affine spline of one input between its two soft versions, as a Vega-Lite 5 spec; a slider
 * moves η. With u_r the pieces at x and p = softmax(η u): above the maximum ln(Σ_r exp(η u_r)) / η,
 * below it the mean Σ_r p_r u_r (Balestriero & Baraniuk, ICLR 2019), and in a panel of their own the
 * weights p.
 *
 * @throws RangeError for a spline of more than one input, and unless every η is positive
 * @example
 * const abs = new MaxAffineSpline([[-1], [1]], [0, 0]);
 * show(softMaximumCurve(abs, { domain: [-2, 2], etas: [0.5, 1, 2, 4, 8] }));
 */
export function softMaximumCurve(
  spline: MaxAffineSpline,
  { domain, etas, shown = 0, title = "From soft to hard" }: SoftMaximumCurveOptions,
): object {
  if (spline.dimension !== 1) {
    throw new RangeError(`a curve needs a spline of one input, this one has ${spline.dimension}`);
  }
  const wrong = etas.find((eta) => !(eta > 0 && Number.isFinite(eta)));
  if (wrong !== undefined) throw new RangeError(`η is ${wrong}, expected a positive number`);
  const points = Array.from({ length: 121 }, (_, i) => {
    return domain[0] + ((domain[1] - domain[0]) * i) / 120;
  });
  const at = (x: number, eta: number) => {
    const u = spline.piecesAt([x]);
    const [, most] = extremes(u);
    const weights = u.map((value) => Math.exp(eta * (value - most)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const p = weights.map((weight) => weight / total);
    return {
      most,
      p,
      above: most + Math.log(total) / eta,
      mean: p.reduce((s, w, r) => s + w * u[r]!, 0),
    };
  };
  const rows = etas.flatMap((eta, frame) => points.map((x) => ({ frame, x, ...at(x, eta) })));
  const chosen = [{ filter: "datum.frame == frame" }];
  const x = {
    field: "x",
    type: "quantitative",
    title: "x",
    scale: { domain, nice: false },
    axis: { labelFlush: false, tickCount: 8 },
  };
  const colour = {
    field: "curve",
    type: "nominal",
    title: null,
    scale: { domain: CURVES },
    legend: { orient: "top" },
  };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    params: [
      {
        name: "frame",
        value: shown,
        bind: { input: "range", min: 0, max: etas.length - 1, step: 1, name: "η rises → " },
      },
    ],
    vconcat: [
      {
        width: 600,
        height: 260,
        layer: [
          {
            data: {
              values: rows.flatMap(({ frame, x, most, above, mean }) =>
                [above, most, mean].map((f, i) => ({
                  frame,
                  x: round(x),
                  f: round(f),
                  curve: CURVES[i],
                })),
              ),
            },
            transform: chosen,
            mark: { type: "line" },
            encoding: {
              x,
              y: { field: "f", type: "quantitative", title: "value" },
              color: colour,
              strokeDash: {
                ...colour,
                scale: {
                  domain: CURVES,
                  range: [
                    [7, 3],
                    [1, 0],
                    [2, 3],
                  ],
                },
              },
            },
          },
          {
            data: { values: etas.map((eta, frame) => ({ frame, label: `η = ${round(eta)}` })) },
            transform: chosen,
            mark: { type: "text", x: 300, y: 18, fontSize: 16 },
            encoding: { text: { field: "label" } },
          },
        ],
      },
      {
        width: 600,
        height: 90,
        data: {
          values: rows.flatMap(({ frame, x, p }) =>
            Array.from(p, (weight, r) => ({ frame, x: round(x), weight: round(weight), piece: r })),
          ),
        },
        transform: chosen,
        mark: { type: "line", color: "#555555", strokeWidth: 1.8 },
        encoding: {
          x,
          y: { field: "weight", type: "quantitative", title: "weights p" },
          detail: { field: "piece" },
        },
      },
    ],
  };
}

const CURVES = ["ln(Σ exp(η u)) / η", "maximum", "Σ p u, p = softmax(η u)"];

// Four digits are more than a screen shows.
const round = (value: number): number => Number(value.toPrecision(4));
