import { svgOfVegaLite, withTheme } from "../rendering";
import { PALETTE } from "../theme";
import { colourScale, css } from "./colours";
import { type PlotlyFigure, type Trace, textOf } from "./figure";

/** The traces of two dimensions of which there are pictures. */
export const FLAT_TRACES: readonly string[] = ["scatter", "bar", "heatmap"];

/** The picture of a Plotly figure in two dimensions: the same data drawn by Vega-Lite. */
export function svgOfFlat({ data, layout = {} }: PlotlyFigure): string {
  const names = data.map((trace, k) => trace.name ?? `trace ${k}`);
  const named = data.some(({ name }) => name !== undefined);
  return svgOfVegaLite(
    withTheme({
      $schema: "https://vega.github.io/schema/vega-lite/v5.json",
      title: textOf(layout.title),
      width: (layout.width ?? 700) - 140,
      height: (layout.height ?? 450) - 120,
      layer: data.flatMap((trace, k) => layersOf(trace, names[k]!, layout, named ? names : [])),
    }),
  );
}

function layersOf(
  trace: Trace,
  name: string,
  layout: PlotlyFigure["layout"],
  names: string[],
): object[] {
  const xAxis = { field: "x", title: textOf(layout.xaxis?.title) };
  const yAxis = { field: "y", title: textOf(layout.yaxis?.title) };
  if (trace.type === "heatmap") return [heatmap(trace, xAxis, yAxis)];
  const values = pointsOf(trace).map((point) => ({ ...point, name }));
  const kind =
    typeof values[0]?.x === "number" && trace.type !== "bar" ? "quantitative" : "ordinal";
  const own = trace.line?.color ?? trace.marker?.color;
  const fixed = typeof own === "string" ? { value: own } : undefined;
  const legend = { domain: names, range: names.map((_, k) => PALETTE[k % PALETTE.length]) };
  const encoding = {
    x: { type: kind, ...xAxis, ...(kind === "quantitative" ? scaleOf(layout.xaxis) : {}) },
    y: { type: "quantitative", ...yAxis, ...scaleOf(layout.yaxis, trace.type === "bar") },
    color: fixed ?? {
      ...(names.length > 0
        ? { field: "name", type: "nominal", title: null, scale: legend }
        : { value: PALETTE[0] }),
    },
    order: { field: "i" },
  };
  const layer = (mark: object) => ({ data: { values }, mark, encoding });
  if (trace.type === "bar") return [layer({ type: "bar" })];
  const mode = trace.mode ?? "lines";
  return [
    ...(mode.includes("lines") ? [layer({ type: "line" })] : []),
    ...(mode.includes("markers") ? [layer({ type: "point", filled: true, size: 50 })] : []),
  ];
}

function pointsOf({ x, y }: Trace): { i: number; x: number | string; y: number | null }[] {
  const ys: (number | null)[] = y ?? [];
  return ys.map((value, i) => ({ i, x: x?.[i] ?? i, y: value }));
}

function heatmap({ x, y, z, colorscale = "Viridis" }: Trace, xAxis: object, yAxis: object): object {
  const rows: (number | null)[][] = z;
  const values = rows.flatMap((row, j) =>
    row.map((value, i) => ({ x: x?.[i] ?? i, y: y?.[j] ?? j, z: value })),
  );
  const colour = colourScale(colorscale);
  const range = Array.from({ length: 33 }, (_, i) => css(colour(i / 32)));
  return {
    data: { values },
    mark: "rect",
    encoding: {
      x: { ...xAxis, type: "ordinal" },
      // Plotly's first row is the lowest.
      y: { ...yAxis, type: "ordinal", sort: "descending" },
      color: { field: "z", type: "quantitative", title: null, scale: { range } },
    },
  };
}

function scaleOf(axis: { type?: string; range?: number[] } | undefined, zero = false): object {
  const type = axis?.type === "log" ? { type: "log" } : {};
  const domain = axis?.range === undefined ? { zero } : { domain: axis.range };
  return { scale: { ...type, ...domain } };
}
