import { extremes } from "../spline/extremes";

/** One bound of one network's Lipschitz constant. */
export interface LipschitzBound {
  readonly network: string;
  /** What gave it: its name in the legend. */
  readonly bound: string;
  readonly side: "lower" | "exact" | "certified";
  readonly value: number;
}

/**
 * Bounds of Lipschitz constants as a Vega-Lite 5 spec: a row for each network, on a logarithmic axis;
 * a grey bar over what is open, between the largest lower bound and the smallest certified one.
 *
 * Triangles that point right are lower bounds, those that point left certified ones, a diamond is exact.
 * Throws RangeError unless each network has a lower or exact bound, and a certified or exact one.
 *
 * @example
 * show(boundsChart([
 *   { network: "toy", bound: "samples", side: "lower", value: 9 },
 *   { network: "toy", bound: "product of norms", side: "certified", value: 40 },
 * ]));
 */
export function boundsChart(
  bounds: readonly LipschitzBound[],
  { title = "Bounds of Lipschitz constants" }: { readonly title?: string } = {},
): object {
  const networks = [...new Set(bounds.map(({ network }) => network))];
  const open = networks.map((network) => {
    const own = bounds.filter((bound) => bound.network === network);
    const [below, above] = [
      own.filter(({ side }) => side !== "certified").map(({ value }) => value),
      own.filter(({ side }) => side !== "lower").map(({ value }) => value),
    ];
    if (below.length === 0 || above.length === 0) {
      throw new RangeError(`"${network}" needs a bound from below and one from above`);
    }
    return { network, from: extremes(below)[1], to: extremes(above)[0] };
  });
  const kinds = [...new Map(bounds.map(({ bound, side }) => [bound, side])).entries()];
  const names = kinds.map(([bound]) => bound);
  const row = { field: "network", type: "nominal", title: null, sort: networks };
  const across = {
    type: "quantitative",
    title: "Lipschitz constant (logits per unit of input)",
    scale: { type: "log" },
  };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    width: 560,
    height: { step: 62 },
    encoding: { y: { ...row, axis: { labelLimit: 0, labelFontSize: 13 } } },
    layer: [
      {
        data: { values: open },
        mark: { type: "bar", height: 12, color: "#c9c9c9" },
        encoding: { x: { field: "from", ...across }, x2: { field: "to" } },
      },
      {
        data: { values: bounds },
        mark: { type: "point", size: 190, filled: true, opacity: 0.9 },
        encoding: {
          x: { field: "value", ...across },
          shape: {
            field: "bound",
            type: "nominal",
            title: null,
            scale: { domain: names, range: kinds.map(([, side]) => SHAPES[side]) },
          },
          color: {
            field: "bound",
            type: "nominal",
            title: null,
            scale: { domain: names, range: names.map((_, i) => COLOURS[i % COLOURS.length]) },
            legend: { labelLimit: 0, symbolSize: 150 },
          },
        },
      },
    ],
  };
}

const SHAPES = { lower: "triangle-right", exact: "diamond", certified: "triangle-left" } as const;

/** Colours of Okabe & Ito. */
const COLOURS = ["#0072b2", "#56b4e9", "#000000", "#009e73", "#e69f00", "#d55e00", "#cc79a7"];
