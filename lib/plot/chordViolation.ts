import type { ConvexityCounterexample } from "../convexity";
import type { SplineNetwork } from "../network";
import { euclideanNorm } from "../spline/magnitude";

/**
 * A counterexample to convexity as a Vega-Lite 5 spec: the network on the line through the two
 * points, its chord between them, and the gap where the network lies above it.
 *
 * @example
 * const { counterexample } = segmentTest(net, { domain, random: random(1) });
 * show(chordViolation(net, counterexample!));
 */
export function chordViolation(
  net: SplineNetwork,
  { output, x, y, t, violation }: ConvexityCounterexample,
  { title = "Above its chord: not convex" }: { readonly title?: string } = {},
): object {
  const length = euclideanNorm(x.map((v, i) => y[i]! - v));
  const value = (s: number) => net.forward(x.map((v, i) => v + s * (y[i]! - v)))[output]!;
  const curve = Array.from({ length: 401 }, (_, i) => -0.5 + i / 200).map((s) => ({
    s: s * length,
    f: value(s),
  }));
  const ends = [0, 1].map((s) => ({ s: s * length, f: value(s) }));
  const top = value(1 - t);
  const gap = [{ s: (1 - t) * length, f: top, below: top - violation }];
  const s = {
    field: "s",
    type: "quantitative",
    title: "way along the line through the two points",
  };
  const f = { field: "f", type: "quantitative", title: `output ${output}`, scale: { zero: false } };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title: {
      text: title,
      subtitle: `violation ${Number(violation.toPrecision(3))}`,
      subtitleFontSize: 14,
    },
    width: 520,
    height: 260,
    layer: [
      {
        data: { values: curve },
        mark: { type: "line", color: "#0072b2", strokeWidth: 3 },
        encoding: { x: s, y: f },
      },
      {
        data: { values: ends },
        mark: {
          type: "line",
          color: "black",
          strokeDash: [6, 4],
          point: { color: "black", size: 80 },
        },
        encoding: { x: s, y: f },
      },
      {
        data: { values: gap },
        mark: { type: "rule", color: "#d55e00", strokeWidth: 4 },
        encoding: { x: s, y: f, y2: { field: "below" } },
      },
    ],
  };
}
