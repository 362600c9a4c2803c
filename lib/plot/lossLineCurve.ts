import type { LossLine } from "../convexity";
import { extremes } from "../spline/extremes";

/**
 * The squared loss along a line in one layer's parameters as a Vega-Lite 5 spec: the curve with a
 * rule at every change of code, told apart by whether the slope jumps up or down there; below, the
 * slope itself, which rises on every piece.
 *
 * @example
 * show(lossLineCurve(lossLine(net, 0, direction, inputs, targets)));
 */
export function lossLineCurve(
  { pieces, codeChanges, slopeJumps, loss }: LossLine,
  { title = "The loss is convex piece by piece" }: { readonly title?: string } = {},
): object {
  const kinds = ["slope jumps up", "slope jumps down", "slope doesn't jump"];
  const [, size] = extremes(pieces.map(({ coefficients: [, c1, c2] }) => Math.abs(c1) + c2));
  const rules = Array.from(codeChanges, (s, i) => {
    const jump = slopeJumps[i]!;
    const kind = Math.abs(jump) <= 1e-9 * size ? 2 : jump > 0 ? 0 : 1;
    return { s, kind: kinds[kind] };
  });
  const curve = pieces.flatMap(({ from, to }) =>
    sampled(from, to).map((s) => ({ s, loss: loss(s) })),
  );
  const slopes = pieces.flatMap(({ from, to, coefficients: [, c1, c2] }, piece) =>
    [from, to].map((s) => ({ s, piece, slope: c1 + 2 * c2 * s })),
  );
  const s = {
    field: "s",
    type: "quantitative",
    title: "s, the way along the line",
    axis: { tickCount: 6 },
  };
  const panel = (height: number, line: object) => ({
    width: 600,
    height,
    layer: [
      {
        data: { values: rules },
        mark: { type: "rule", strokeWidth: 1.5 },
        encoding: {
          x: s,
          color: {
            field: "kind",
            type: "nominal",
            title: "changes of code",
            scale: { domain: kinds, range: ["#009e73", "#d55e00", "#cccccc"] },
          },
          strokeDash: {
            field: "kind",
            type: "nominal",
            title: "changes of code",
            scale: {
              domain: kinds,
              range: [
                [1, 0],
                [6, 3],
                [2, 2],
              ],
            },
          },
        },
      },
      line,
    ],
  });
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    vconcat: [
      panel(220, {
        data: { values: curve },
        mark: { type: "line", color: "black", strokeWidth: 2.5 },
        encoding: {
          x: s,
          y: { field: "loss", type: "quantitative", title: "squared loss", scale: { zero: false } },
        },
      }),
      panel(120, {
        data: { values: slopes },
        mark: { type: "line", color: "black", strokeWidth: 2 },
        encoding: {
          x: s,
          y: { field: "slope", type: "quantitative", title: "slope d loss / ds" },
          detail: { field: "piece" },
        },
      }),
    ],
  };
}

const sampled = (from: number, to: number): number[] =>
  Array.from({ length: 9 }, (_, i) => from + ((to - from) * i) / 8);
