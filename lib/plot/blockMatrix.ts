import type { BlockForm } from "../recurrent";

/**
 * A_RNN as a Vega-Lite 5 spec: every entry a small square, from orange (negative) over white to blue,
 * with lines between the blocks of different times.
 *
 * @example
 * const net = recurrentNetwork({ steps: 3, layers: [{ W: [[1]], Wr: [[-0.5]], activation: "linear" }] });
 * show(blockMatrix(new SequenceNetwork(net).at([1, 1, 1]).stackedForm()));
 */
export function blockMatrix(
  { A, steps, inputSize: D, stateSize: H }: BlockForm,
  { title = "A_RNN: all states from all inputs" }: { readonly title?: string } = {},
): object {
  const [rows, columns] = [steps * H, steps * D];
  const side = Math.max(2, Math.min(14, Math.floor(420 / Math.max(rows, columns))));
  const values = Array.from(A, (value, i) => ({
    row: Math.floor(i / columns),
    column: i % columns,
    value: Number(value.toPrecision(3)),
  }));
  const most = A.reduce((largest, v) => Math.max(largest, Math.abs(v)), 0) || 1;
  const axis = (size: number, title: string) => ({
    title,
    axis: {
      values: Array.from({ length: steps }, (_, t) => (t + 0.5) * size),
      labelExpr: `round(datum.value / ${size} + 0.5)`,
      grid: false,
      labelAngle: 0,
      ticks: false,
      domain: false,
    },
    scale: { nice: false, domain: [0, steps * size] },
  });
  const lines = Array.from({ length: steps + 1 }, (_, t) => t);
  const rule = (encoding: object, data: number[]) => ({
    data: { values: data.map((at) => ({ at })) },
    mark: { type: "rule", color: "#444444", strokeWidth: 0.7 },
    encoding,
  });
  const down = axis(H, "time of the state h^s");
  const y = { ...down, scale: { ...down.scale, reverse: true } };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    width: side * columns,
    height: side * rows,
    layer: [
      {
        data: { values },
        transform: [
          { calculate: "datum.row + 1", as: "below" },
          { calculate: "datum.column + 1", as: "right" },
        ],
        mark: { type: "rect" },
        encoding: {
          x: { field: "column", type: "quantitative", ...axis(D, "time of the input x^t") },
          x2: { field: "right" },
          y: { field: "row", type: "quantitative", ...y },
          y2: { field: "below" },
          color: {
            field: "value",
            type: "quantitative",
            title: "entry",
            scale: {
              domain: [-most, 0, most],
              range: ["#d55e00", "#ffffff", "#0072b2"],
              interpolate: "rgb",
            },
          },
        },
      },
      rule(
        { x: { field: "at", type: "quantitative", ...axis(D, "time of the input x^t") } },
        lines.map((t) => t * D),
      ),
      rule(
        { y: { field: "at", type: "quantitative", ...y } },
        lines.map((t) => t * H),
      ),
    ],
  };
}
