import { codeChanges, type SplineNetwork } from "../network";

/** One panel: a network of one input and one output, and what its axes are called. */
export interface CurvePanel {
  readonly net: SplineNetwork;
  readonly title: string;
  readonly domain?: readonly [number, number];
  readonly x?: string;
  readonly y?: string;
}

/**
 * Networks of one input side by side as a Vega-Lite 5 spec: each graph is drawn from kink to kink,
 * exactly, with a disc where it bends up and a hollow square where it bends down.
 *
 * Throws RangeError if a network has another size.
 *
 * @example
 * const unit = { W: [[1]], b: [-1] };
 * const abs = SplineNetwork.fromWeights([unit, unit], { activation: "abs" });
 * show(curvePanels([{ net: abs, title: "|x − 1| − 1" }]));
 */
export function curvePanels(
  panels: readonly CurvePanel[],
  { title = "Networks of one input" }: { readonly title?: string } = {},
): object {
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    hconcat: panels.map(panelOf),
  };
}

const BENDS = ["convex kink", "concave kink"];

function panelOf({ net, title, domain = [-3, 3], x = "x", y = "f(x)" }: CurvePanel): object {
  if (net.inputSize !== 1 || net.outputSize !== 1) {
    throw new RangeError(
      `a panel needs one input and one output, got ${net.inputSize} and ${net.outputSize}`,
    );
  }
  const [low, high] = domain;
  const crossings = Array.from(codeChanges(net, [low], [high]), (t) => low + t * (high - low));
  const ends = [low, ...crossings, high];
  const value = (at: number) => net.forward([at])[0]!;
  const slopes = ends.slice(1).map((end, i) => (value(end) - value(ends[i]!)) / (end - ends[i]!));
  const kinks = crossings.flatMap((at, i) => {
    const jump = slopes[i + 1]! - slopes[i]!;
    if (Math.abs(jump) < 1e-6) return []; // the code changes, the slope does not
    return [{ x: at, f: value(at), bend: BENDS[jump > 0 ? 0 : 1] }];
  });
  const positions = {
    x: { field: "x", type: "quantitative", title: x },
    y: { field: "f", type: "quantitative", title: y },
  };
  const bend = (range: readonly string[]) => ({
    field: "bend",
    type: "nominal",
    title: null,
    scale: { domain: BENDS, range },
  });
  return {
    title: { text: title, fontSize: 14 },
    width: 210,
    height: 190,
    layer: [
      {
        data: { values: ends.map((at) => ({ x: at, f: value(at) })) },
        mark: { type: "line", color: "#0072b2", strokeWidth: 3 },
        encoding: positions,
      },
      {
        data: { values: kinks },
        mark: { type: "point", size: 110, opacity: 1, strokeWidth: 2.5, stroke: "#d55e00" },
        encoding: {
          ...positions,
          shape: bend(["circle", "square"]),
          fill: bend(["#d55e00", "white"]),
        },
      },
    ],
  };
}
