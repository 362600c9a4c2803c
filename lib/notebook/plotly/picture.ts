import type { PlotlyFigure } from "./figure";
import { FLAT_TRACES, svgOfFlat } from "./flat";
import { SCENE_TRACES, svgOfScene } from "./scene";

export { isPlotly, type PlotlyFigure } from "./figure";

/**
 * A still picture of a Plotly figure, drawn without Plotly (which needs a browser).
 *
 * @throws RangeError for kinds of traces of which there is no picture: never a blank one
 */
export function svgOfPlotly(figure: PlotlyFigure): string {
  const types = figure.data.map(({ type = "scatter" }) => type);
  const all = (known: readonly string[]) => types.every((type) => known.includes(type));
  if (all(FLAT_TRACES))
    return svgOfFlat({
      ...figure,
      data: figure.data.map((trace, k) => ({ ...trace, type: types[k]! })),
    });
  if (all(SCENE_TRACES)) return svgOfScene(figure);
  const known = [...FLAT_TRACES, ...SCENE_TRACES].join(", ");
  throw new RangeError(
    `no picture of a Plotly figure of ${[...new Set(types)].join(" and ")}: known are ${known}, flat and solid ones not mixed`,
  );
}
