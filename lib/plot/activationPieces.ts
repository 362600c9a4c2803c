import { extremes } from "../spline/extremes";
import type { Activation } from "../spline/operators";

/** What part of the activations is drawn. */
export interface ActivationPiecesOptions {
  /** Interval of u. */
  readonly domain?: readonly [number, number];
  readonly title?: string;
  /** Panels in a row. */
  readonly columns?: number;
}

/**
 * Activations as small Vega-Lite 5 panels: the function, one colour a piece, and every piece drawn on
 * as a dashed line. Where the function is the maximum of its pieces no dashed line runs above it.
 *
 * The first channel is drawn of those that have several. Throws RangeError for an empty list.
 *
 * @example
 * show(activationPieces([activations.relu([1]), activations.relu6([1])]));
 */
export function activationPieces(
  shown: readonly Activation[],
  {
    domain = [-8, 8],
    title = "Activations and their pieces",
    columns = 4,
  }: ActivationPiecesOptions = {},
): object {
  if (shown.length === 0) throw new RangeError("there is no activation to draw");
  const [low, high] = domain;
  const values = shown.flatMap((activation) => {
    const { knots, slopes, intercepts, pieces, convex } = activation;
    const name = `${activation.kind}, ${convex ? "a maximum" : "no maximum"}`;
    const point = (r: number, u: number, part: string) => ({
      name,
      part,
      piece: String(r + 1),
      u,
      z: slopes[r]! * u + intercepts[r]!,
    });
    return Array.from({ length: pieces }, (_, r) => {
      const from = Math.max(low, r === 0 ? low : knots[r - 1]!);
      const to = Math.min(high, r === pieces - 1 ? high : knots[r]!);
      const line = [low, high].map((u) => point(r, u, "line"));
      return from < to ? [...line, point(r, from, "piece"), point(r, to, "piece")] : line;
    }).flat();
  });
  const zs = values.filter(({ part }) => part === "piece").map(({ z }) => z);
  const [least, most] = extremes(zs);
  const range = [Math.min(least, 0) - 1, most + 1];
  const encoding = {
    x: { field: "u", type: "quantitative", title: "u" },
    y: { field: "z", type: "quantitative", title: "z", scale: { domain: range } },
    color: { field: "piece", type: "nominal", title: "piece" },
  };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    data: { values },
    facet: {
      field: "name",
      type: "nominal",
      title: null,
      sort: [...new Set(values.map(({ name }) => name))],
    },
    columns,
    bounds: "flush", // or pieces that are drawn on and clipped would push the panels apart
    spacing: { row: 50, column: 24 },
    spec: {
      width: 170,
      height: 150,
      layer: [
        {
          transform: [{ filter: "datum.part == 'line'" }],
          mark: { type: "line", strokeWidth: 1.2, strokeDash: [4, 4], clip: true },
          encoding,
        },
        {
          transform: [{ filter: "datum.part == 'piece'" }],
          mark: { type: "line", strokeWidth: 4, clip: true },
          encoding,
        },
      ],
    },
  };
}
