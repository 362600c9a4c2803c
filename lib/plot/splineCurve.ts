import type { SplineNetwork } from "../network";

/** What part of a one-input network is drawn, and how finely. */
export interface SplineCurveOptions {
  /** Interval of inputs. */
  readonly domain?: readonly [number, number];
  /** Number of points on the curve. */
  readonly points?: number;
  /** Number of positions of the slider. */
  readonly anchors?: number;
  readonly title?: string;
}

/**
 * A network of one input and one output as a Vega-Lite 5 spec: the curve, coloured anew at each
 * change of code, and the affine map at x₀, which a slider moves.
 *
 * Throws RangeError if the network has another size. Regions narrower than the distance of two
 * points may be missed.
 *
 * @example
 * const curve = SplineNetwork.fromWeights(heWeights([1, 8, 1], random(1), { offsetDeviation: 1 }));
 * show(splineCurve(curve, { domain: [-3, 3] }));
 */
export function splineCurve(
  net: SplineNetwork,
  {
    domain = [-4, 4],
    points = 801,
    anchors = 41,
    title = "A ReLU network is a linear spline",
  }: SplineCurveOptions = {},
): object {
  if (net.inputSize !== 1 || net.outputSize !== 1) {
    throw new RangeError(
      `a spline curve needs one input and one output, got ${net.inputSize} and ${net.outputSize}`,
    );
  }
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    width: 560,
    height: 320,
    params: [
      {
        name: "anchor",
        value: Math.floor(anchors / 3),
        bind: { input: "range", min: 0, max: anchors - 1, step: 1, name: "x₀ " },
      },
    ],
    layer: [
      {
        data: { values: curveOf(net, spaced(domain, points)) },
        mark: { type: "line", strokeWidth: 4 },
        encoding: {
          x: { field: "x", type: "quantitative", title: "input x" },
          y: { field: "f", type: "quantitative", title: "output f(x)" },
          detail: { field: "region" },
          color: {
            field: "parity",
            type: "nominal",
            title: "f, colour changes with the code",
            legend: null,
          },
        },
      },
      {
        data: { values: tangentsOf(net, spaced(domain, anchors), domain) },
        transform: [{ filter: "datum.anchor == anchor" }],
        layer: [
          {
            transform: [{ filter: "!datum.contact" }],
            mark: { type: "line", color: "black", strokeWidth: 1.5, strokeDash: [6, 4] },
            encoding: positions,
          },
          {
            transform: [{ filter: "datum.contact" }],
            mark: { type: "point", color: "black", filled: true, size: 90, opacity: 1 },
            encoding: positions,
          },
        ],
      },
    ],
  };
}

const positions = {
  x: { field: "x", type: "quantitative" },
  y: { field: "f", type: "quantitative" },
} as const;

function spaced([from, to]: readonly [number, number], count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
}

/** Points of the curve; where the code changes, the old region's line runs on to the new point. */
function curveOf(net: SplineNetwork, xs: readonly number[]) {
  let region = -1;
  let key: string | undefined;
  return xs.flatMap((x) => {
    const f = net.forward([x])[0]!;
    const now = net.code([x]).key;
    if (now === key) return [{ x, f, region, parity: region % 2 }];
    key = now;
    region++;
    const first = { x, f, region, parity: region % 2 };
    return region === 0
      ? [first]
      : [{ ...first, region: region - 1, parity: (region - 1) % 2 }, first];
  });
}

function tangentsOf(
  net: SplineNetwork,
  anchors: readonly number[],
  domain: readonly [number, number],
) {
  return anchors.flatMap((x0, anchor) => {
    const { A, b } = net.affineMap([x0]);
    const at = (x: number, contact: boolean) => ({ anchor, x, f: A[0]! * x + b[0]!, contact });
    return [at(domain[0], false), at(domain[1], false), at(x0, true)];
  });
}
