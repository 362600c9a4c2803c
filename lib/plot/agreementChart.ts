import { extremes } from "../spline/extremes";

/** Which share of points has the code that a diagram tells, for one ε of one network. */
export interface Agreement {
  readonly network: string;
  readonly epsilon: number;
  /** Of 0 to 1. */
  readonly share: number;
}

/**
 * How the agreement of a network's codes with its single power diagram depends on ε, as a Vega-Lite
 * 5 spec with a logarithmic axis; a line a network.
 *
 * `limits` are rules with the network's colour, as the largest ε that is guaranteed.
 *
 * @example
 * show(agreementChart([0.001, 0.1, 1].map((epsilon) => {
 *   const { diagram, codes } = networkDiagram(net, points, { epsilon });
 *   const right = codes[diagram.code(x)]!.equals(net.code(x));
 *   return { network: "2-6-1", epsilon, share: right ? 1 : 0 };
 * })));
 */
export function agreementChart(
  agreements: readonly Agreement[],
  {
    title = "ε must be small, but not too small",
    limits = [],
  }: {
    readonly title?: string;
    readonly limits?: readonly { readonly network: string; readonly epsilon: number }[];
  } = {},
): object {
  const networks = [...new Set(agreements.map(({ network }) => network))];
  const colour = {
    field: "network",
    type: "nominal",
    title: "network",
    scale: { domain: networks },
  };
  const x = {
    field: "epsilon",
    type: "quantitative",
    title: "ε (log scale)",
    scale: { type: "log" },
    axis: { format: "~e", values: powersOfTen(agreements) },
  };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    width: 560,
    height: 280,
    layer: [
      {
        data: { values: limits },
        mark: { type: "rule", strokeDash: [6, 4], strokeWidth: 1.5 },
        encoding: { x, color: colour },
      },
      {
        data: { values: agreements },
        mark: { type: "line", point: { size: 60 } },
        encoding: {
          x,
          y: {
            field: "share",
            type: "quantitative",
            title: "codes that agree",
            axis: { format: "%" },
          },
          color: colour,
        },
      },
    ],
  };
}

function powersOfTen(agreements: readonly Agreement[]): number[] {
  const exponents = agreements.map(({ epsilon }) => Math.floor(Math.log10(epsilon)));
  const [least, most] = extremes(exponents);
  const count = most - least + 1;
  return Array.from({ length: count }, (_, k) => 10 ** (least + k));
}
