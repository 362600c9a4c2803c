/** The smallest jump of the slope of one network, under the name of the family it was drawn from. */
export interface SmallestJump {
  readonly family: string;
  readonly jump: number;
}

/**
 * Smallest jumps of the slope of many networks as a Vega-Lite 5 spec, one strip a family, each
 * network a tick: left of 0 it isn't convex.
 *
 * @example
 * show(jumpStrips(convexDespiteSigns().map(({ net, formula }) => (
 *   { family: formula, jump: facetTest(net, { domain: [[-5], [5]] }).smallestJump }))));
 */
export function jumpStrips(
  jumps: readonly SmallestJump[],
  { title = "Which of them are convex?" }: { readonly title?: string } = {},
): object {
  const families = [...new Set(jumps.map(({ family }) => family))];
  const verdicts = ["convex", "not convex"];
  const values = jumps.map(({ family, jump }) => ({
    family,
    jump,
    verdict: verdicts[jump >= -1e-9 ? 0 : 1],
  }));
  const y = { field: "family", type: "nominal", title: null, sort: families };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    width: 460,
    height: { step: 44 },
    layer: [
      {
        data: { values: [{ zero: 0 }] },
        mark: { type: "rule", color: "#555555", strokeWidth: 1.5 },
        encoding: { x: { field: "zero", type: "quantitative" } },
      },
      {
        data: { values },
        mark: { type: "tick", thickness: 1.5, opacity: 0.6, height: 26 },
        encoding: {
          x: {
            field: "jump",
            type: "quantitative",
            title: "smallest jump of the slope where a code changes",
            scale: { padding: 12 },
            axis: { tickCount: 6 },
          },
          y: { ...y, axis: { labelLimit: 400 } },
          color: {
            field: "verdict",
            type: "nominal",
            title: null,
            scale: { domain: verdicts, range: ["#0072b2", "#d55e00"] },
          },
        },
      },
    ],
  };
}
