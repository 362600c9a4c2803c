import { hex } from "../colours";
import { FigureError } from "../FigureError";
import { VEGA_CONFIG } from "../theme";
import { colourScale } from "./colourScales";
import { extent } from "./primitives";
import {
  type Axis,
  type Coordinates,
  isVisible,
  type Layout,
  type Marker,
  modeOf,
  SIZE,
  type Trace,
  textOf,
  turnColour,
} from "./traces";

type Json = { [key: string]: unknown };

/** One trace with what it needs from its place among the others. */
interface Placed {
  readonly trace: Trace;
  readonly name: string;
  readonly colour: string;
}

/** Translates a Plotly figure in the plane into Vega-Lite, for its static picture. */
export function planeSpec(traces: readonly Trace[], layout: Layout): object {
  const placed = traces
    .map(
      (trace, n): Placed => ({
        trace,
        name: trace.name ?? `trace ${n}`,
        colour: ownColour(trace) ?? turnColour(layout, n),
      }),
    )
    .filter(({ trace }) => isVisible(trace));
  const { width = SIZE.width, height = SIZE.height } = layout;
  const bars = placed.filter(({ trace }) => trace.type === "bar");
  const plain = placed.filter(({ trace }) => isScatter(trace) && numbersOf(trace.marker) === null);
  const legend = layout.showlegend ?? bars.length + plain.length > 1;
  const names = [...bars, ...plain];
  const color = (datum: Json): Json => ({
    ...datum,
    type: "nominal",
    title: null,
    scale: { domain: names.map((n) => n.name), range: names.map((n) => n.colour) },
    ...(legend ? {} : { legend: null }),
  });
  const position = (trace: Trace): Json => ({
    x: channel(trace.x as Coordinates | undefined, layout.xaxis, "x"),
    y: channel(trace.y as Coordinates | undefined, layout.yaxis, "y"),
  });
  const groups: Json[] = [];
  for (const { trace } of placed.filter(({ trace }) => trace.type === "heatmap")) {
    groups.push(heatmap(trace, layout));
  }
  const named = [
    ...(bars.length > 0 ? [barLayer(bars, layout, color({ field: "trace" }))] : []),
    ...plain.flatMap(({ trace, name }) => scatterLayers(trace, position, color({ datum: name }))),
  ];
  if (named.length > 0) groups.push({ layer: named });
  for (const { trace } of placed.filter(({ trace }) => numbersOf(trace.marker) !== null)) {
    groups.push({ layer: scatterLayers(trace, position, markerColour(trace.marker!)) });
  }
  const title = textOf(layout.title);
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    ...(title === undefined ? {} : { title }),
    width,
    height,
    autosize: { type: "fit", contains: "padding" },
    layer: groups,
    resolve: { scale: { color: "independent" } },
    config: VEGA_CONFIG,
  };
}

function isScatter({ type = "scatter" }: Trace): boolean {
  return type === "scatter" || type === "scattergl";
}

function ownColour({ line, marker }: Trace): string | undefined {
  const given = [line?.color, marker?.color].find((colour) => typeof colour === "string");
  return given as string | undefined;
}

function numbersOf(marker: Marker | undefined): readonly number[] | null {
  const given = marker?.color;
  return Array.isArray(given) && typeof given[0] === "number" ? (given as number[]) : null;
}

/** A position on an axis: numbers, dates or names, as Plotly tells them apart. */
function channel(values: Coordinates | undefined, axis: Axis | undefined, name: "x" | "y"): Json {
  const first = values?.find((value) => value !== null);
  const dates = axis?.type === "date" || (typeof first === "string" && /^\d{4}-\d\d/.test(first));
  const type = dates ? "temporal" : typeof first === "string" ? "nominal" : "quantitative";
  return { field: name, type, ...axisOf(axis, type) };
}

function axisOf(axis: Axis | undefined, type: string): Json {
  const common = { title: textOf(axis?.title) ?? null };
  if (type === "nominal") return { ...common, sort: null, axis: { labelAngle: 0 } };
  if (type === "temporal") return common;
  const log = axis?.type === "log";
  const range = axis?.range;
  const domain = range === undefined ? {} : { domain: log ? range.map((e) => 10 ** e) : range };
  const nice = range === undefined ? {} : { nice: false };
  return { ...common, scale: { type: log ? "log" : "linear", zero: false, ...domain, ...nice } };
}

function scatterLayers(trace: Trace, position: (trace: Trace) => Json, color: Json): Json[] {
  const ys = (trace.y ?? []) as Coordinates;
  const xs = (trace.x ?? ys.map((_, i) => i)) as Coordinates;
  if (xs.length !== ys.length || ys.length === 0) {
    throw new FigureError(`found ${xs.length} x and ${ys.length} y in a scatter trace`);
  }
  const { lines, markers } = modeOf(trace, xs.length);
  const numbers = numbersOf(trace.marker);
  const data = {
    values: xs.map((x, i) => ({ i, x, y: ys[i], ...(numbers && { c: numbers[i] }) })),
  };
  const encoding = { ...position({ ...trace, x: xs }), color };
  const { width = 2.5, dash } = trace.line ?? {};
  const dashes = dash === undefined || dash === "solid" ? {} : { strokeDash: dashOf(dash) };
  const opacity = trace.opacity ?? 1;
  // Plotly joins points in their order, Vega-Lite from left to right unless told so.
  const lineEncoding = {
    ...encoding,
    ...(numbers === null ? {} : { color: { value: ownColour(trace) ?? "#888888" } }),
    order: { field: "i" },
  };
  const side = trace.marker?.size ?? 6;
  const point = { type: "point", filled: true, size: side ** 2, opacity };
  return [
    ...(lines
      ? [
          {
            data,
            mark: { type: "line", strokeWidth: width, opacity, ...dashes },
            encoding: lineEncoding,
          },
        ]
      : []),
    ...(markers ? [{ data, mark: point, encoding }] : []),
  ];
}

function dashOf(name: string): number[] {
  const known: Readonly<Record<string, number[]>> = {
    dot: [2, 4],
    dash: [8, 6],
    longdash: [14, 6],
    dashdot: [8, 4, 2, 4],
    longdashdot: [14, 4, 2, 4],
  };
  return known[name] ?? name.split(/[\s,]+/).map((part) => Number.parseFloat(part));
}

function markerColour(marker: Marker): Json {
  return ramp(numbersOf(marker)!, marker, marker.cmin, marker.cmax, marker.showscale ?? false, "c");
}

/** A colour channel over numbers, with the colours of a Plotly scale. */
function ramp(
  numbers: Iterable<number | null>,
  source: Pick<Trace, "colorscale" | "reversescale" | "colorbar">,
  low: number | undefined,
  high: number | undefined,
  legend: boolean,
  field: string,
): Json {
  const [least, most] = extent(numbers);
  const scale = colourScale(source);
  const range = Array.from({ length: 17 }, (_, k) => hex(scale(k / 16)));
  const domain = [low ?? least, high ?? most];
  if (domain[0] === domain[1]) domain[1] = domain[0]! + 1;
  return {
    field,
    type: "quantitative",
    title: textOf(source.colorbar?.title) ?? null,
    scale: { domain, range, interpolate: "rgb", clamp: true },
    ...(legend ? {} : { legend: null }),
  };
}

function heatmap(trace: Trace, layout: Layout): Json {
  const rows = (trace.z ?? []) as readonly (readonly (number | null)[])[];
  const columns = rows[0]?.length ?? 0;
  if (columns === 0 || rows.some((row) => !Array.isArray(row) || row.length !== columns)) {
    throw new FigureError("wanted z of a heatmap as rows of equal length");
  }
  const x = bins(trace.x as Coordinates | undefined, columns, "x");
  const y = bins(trace.y as Coordinates | undefined, rows.length, "y");
  const values = rows.flatMap((row, r) => row.map((z, c) => ({ ...x(c), ...y(r), z })));
  const { zmin, zmax, showscale = true } = trace;
  const sides = (name: "x" | "y", axis: Axis | undefined): Json =>
    name in values[0]! && typeof values[0]![name as never] === "string"
      ? { [name]: { field: name, type: "nominal", ...axisOf(axis, "nominal") } }
      : {
          [name]: { field: name, type: "quantitative", ...tight(axis) },
          [`${name}2`]: { field: `${name}2` },
        };
  return {
    data: { values: values.filter(({ z }) => z !== null) },
    mark: { type: "rect", opacity: trace.opacity ?? 1, strokeWidth: 0 },
    encoding: {
      ...sides("x", layout.xaxis),
      ...sides("y", layout.yaxis),
      color: ramp(rows.flat(), trace, zmin, zmax, showscale, "z"),
    },
  };
}

/** No white rim around a heatmap. */
function tight(axis: Axis | undefined): Json {
  const { scale, ...rest } = axisOf(axis, "quantitative");
  return { ...rest, scale: { ...(scale as Json), nice: false } };
}

/** The sides of each column or row, half-way between centres; names stay names. */
function bins(centres: Coordinates | undefined, count: number, name: "x" | "y") {
  const at = centres ?? Array.from({ length: count }, (_, k) => k);
  if (at.length !== count && at.length !== count + 1) {
    throw new FigureError(`found ${at.length} ${name} for ${count} columns or rows of a heatmap`);
  }
  if (typeof at[0] === "string") return (k: number) => ({ [name]: at[k] });
  const c = at as readonly number[];
  if (c.length === count + 1) return (k: number) => ({ [name]: c[k], [`${name}2`]: c[k + 1] });
  const side = (k: number) => {
    if (count === 1) return c[0]! + k - 0.5;
    if (k === 0) return c[0]! - (c[1]! - c[0]!) / 2;
    if (k === count) return c[count - 1]! + (c[count - 1]! - c[count - 2]!) / 2;
    return (c[k - 1]! + c[k]!) / 2;
  };
  return (k: number) => ({ [name]: side(k), [`${name}2`]: side(k + 1) });
}

/** All bars of a figure: lengths from a base, places from the mode: beside or on each other. */
function barLayer(bars: readonly Placed[], layout: Layout, color: Json): Json {
  const horizontal = bars[0]!.trace.orientation === "h";
  if (bars.some(({ trace }) => (trace.orientation === "h") !== horizontal)) {
    throw new FigureError("found upright and lying bars in one Plotly figure: show two figures");
  }
  const { barmode = "group" } = layout;
  const [along, across] = horizontal ? (["y", "x"] as const) : (["x", "y"] as const);
  const places = (trace: Trace) => {
    const lengths = (trace[across] ?? []) as Coordinates;
    return { lengths, at: (trace[along] ?? lengths.map((_, i) => i)) as Coordinates };
  };
  const numeric = bars.every(({ trace }) => places(trace).at.every((v) => typeof v === "number"));
  const beside = barmode === "group" ? bars.length : 1;
  const width = 0.8 * (numeric ? smallestGap(bars.flatMap(({ trace }) => places(trace).at)) : 1);
  const tops = new Map<string, number>();
  const values = bars.flatMap(({ trace, name }, n) => {
    const { at, lengths } = places(trace);
    return at.map((place, i) => {
      const size = Number(lengths[i] ?? 0);
      const stacked = barmode === "stack" || barmode === "relative";
      const key = `${place} ${size < 0}`;
      const base = stacked ? (tops.get(key) ?? 0) : 0;
      tops.set(key, base + size);
      const ends = { [across]: base, [`${across}2`]: base + size, trace: name };
      if (!numeric) return { ...ends, [along]: place };
      const from = Number(place) - width / 2 + (beside > 1 ? (n * width) / beside : 0);
      return { ...ends, [along]: from, [`${along}2`]: from + width / beside };
    });
  });
  const axes = { x: layout.xaxis, y: layout.yaxis };
  const place = numeric
    ? {
        [along]: { field: along, type: "quantitative", ...axisOf(axes[along], "quantitative") },
        [`${along}2`]: { field: `${along}2` },
      }
    : {
        [along]: { field: along, type: "nominal", ...axisOf(axes[along], "nominal") },
        ...(beside > 1
          ? { [`${along}Offset`]: { field: "trace", sort: bars.map(({ name }) => name) } }
          : {}),
      };
  return {
    data: { values },
    // Bars with four sides given are rectangles to Vega-Lite.
    mark: { type: numeric ? "rect" : "bar", strokeWidth: 0 },
    encoding: {
      ...place,
      [across]: { field: across, type: "quantitative", ...axisOf(axes[across], "quantitative") },
      [`${across}2`]: { field: `${across}2` },
      color,
    },
  };
}

function smallestGap(places: Coordinates): number {
  const sorted = [...new Set(places as readonly number[])].sort((a, b) => a - b);
  const gaps = sorted.slice(1).map((place, k) => place - sorted[k]!);
  return gaps.length === 0 ? 1 : Math.min(...gaps);
}
