/** One trace of a Plotly figure: its type, and numbers under the names that the type asks for. */
export interface Trace {
  type?: string;
  name?: string;
  mode?: string;
  // biome-ignore lint/suspicious/noExplicitAny: Plotly's attributes, read one by one with care
  [attribute: string]: any;
}

/** A Plotly figure. */
export interface PlotlyFigure {
  data: Trace[];
  // biome-ignore lint/suspicious/noExplicitAny: Plotly's attributes, read one by one with care
  layout?: any;
  frames?: object[];
  /** The still picture as SVG; drawn from the data if left out. */
  still?: string;
}

/** Whether something is a Plotly figure: a list of traces, and possibly a layout. */
export function isPlotly(figure: object): figure is PlotlyFigure {
  const { data } = figure as { data?: unknown };
  const isTrace = (entry: unknown) =>
    typeof entry === "object" &&
    entry !== null &&
    ("type" in entry || "x" in entry || "z" in entry);
  return Array.isArray(data) && data.length > 0 && data.every(isTrace);
}

/** A title as Plotly takes it: a text, or an object with one. */
export function textOf(title: unknown): string {
  if (typeof title === "string") return title;
  return ((title as { text?: string } | undefined)?.text ?? "").replace(/<[^>]*>/g, "");
}
