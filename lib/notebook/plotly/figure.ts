import type { Bundle } from "../display";
import { FigureError } from "../FigureError";
import { storable } from "../numbers";
import { pictureBundle, rasterise } from "../picture";
import { PLOTLY_LAYOUT } from "../theme";
import { refuseLarge, vegaLiteSvg } from "../vegaLite";
import { planeSpec } from "./plane";
import { spaceSvg } from "./space";
import { isPlane, isSpace, type Layout, type Trace, textOf } from "./traces";

const MIME = "application/vnd.plotly.v1+json";

/** A Plotly figure, as Plotly.newPlot takes it. */
export interface PlotlyFigure {
  readonly data: readonly object[];
  readonly layout?: object;
  readonly frames?: readonly object[];
}

/** Tells whether something is meant to be a Plotly figure. */
export function isPlotly(figure: object): figure is PlotlyFigure {
  const { data } = figure as Partial<PlotlyFigure>;
  return Array.isArray(data) && data.every((trace) => typeof trace === "object" && trace !== null);
}

/**
 * The bundle of a Plotly figure. Plotly itself needs a browser: the static picture is our own, of
 * the first frame. Throws FigureError for a trace that has none.
 */
export function plotlyBundle(figure: PlotlyFigure, title: string | undefined): Bundle {
  const own = storable(figure) as { data: Trace[]; layout?: Layout; frames?: object[] };
  const layout: Layout = {
    ...PLOTLY_LAYOUT,
    ...own.layout,
    font: { ...PLOTLY_LAYOUT.font, ...own.layout?.font },
    ...(title === undefined ? {} : { title: { text: title } }),
  };
  const themed = { ...own, data: own.data.map(withColourScale), layout };
  refuseLarge(themed, "Plotly");
  const alt = `${textOf(layout.title) ?? "untitled"} [Plotly figure]`;
  const { data, metadata } = pictureBundle(rasterise(plotlySvg(themed)), alt);
  return { data: { [MIME]: themed, ...data }, metadata: metadata ?? {} };
}

/** The static picture of a figure as SVG. */
export function plotlySvg({ data, layout }: { data: readonly Trace[]; layout: Layout }): string {
  if (data.length === 0) throw new FigureError("found a Plotly figure without traces");
  const strange = data.find((trace) => !isPlane(trace) && !isSpace(trace));
  if (strange !== undefined) {
    throw new FigureError(
      `found a Plotly trace of type "${strange.type}", for which there is no static picture; ` +
        "there is one for scatter, bar, heatmap, surface, mesh3d and scatter3d",
    );
  }
  if (data.every(isSpace)) return spaceSvg(data, layout);
  if (data.every(isPlane)) return vegaLiteSvg(planeSpec(data, layout));
  throw new FigureError(
    "found a Plotly figure with traces in the plane and in space: show them as two figures",
  );
}

/** Plotly's own default, blue to red over grey, says nothing about zero and reads badly. */
function withColourScale(trace: Trace): Trace {
  const mapped = ["surface", "heatmap", "mesh3d"].includes(trace.type ?? "");
  return mapped && trace.colorscale === undefined ? { ...trace, colorscale: "Viridis" } : trace;
}
