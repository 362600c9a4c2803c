import { FigureError } from "../FigureError";

/** Coordinates, one each; null is a gap. */
export type Coordinates = readonly (number | string | null)[];

/** A colour, or numbers that a colour scale maps. */
export type Colours = string | readonly (number | string | null)[];

/** The parts of a Plotly trace that static pictures know. */
export interface Trace {
  readonly type?: string;
  readonly name?: string;
  readonly mode?: string;
  readonly orientation?: "v" | "h";
  readonly x?: Coordinates | readonly Coordinates[];
  readonly y?: Coordinates | readonly Coordinates[];
  readonly z?: Coordinates | readonly (readonly (number | null)[])[];
  readonly i?: readonly number[];
  readonly j?: readonly number[];
  readonly k?: readonly number[];
  readonly intensity?: readonly number[];
  readonly facecolor?: readonly string[];
  readonly color?: string;
  readonly surfacecolor?: readonly (readonly (number | null)[])[];
  readonly colorscale?: string | readonly (readonly [number, string])[];
  readonly reversescale?: boolean;
  readonly showscale?: boolean;
  readonly colorbar?: { readonly title?: unknown };
  readonly cmin?: number;
  readonly cmax?: number;
  readonly zmin?: number;
  readonly zmax?: number;
  readonly opacity?: number;
  readonly visible?: boolean | "legendonly";
  readonly showlegend?: boolean;
  readonly line?: { readonly color?: Colours; readonly width?: number; readonly dash?: string };
  readonly marker?: Marker;
}

export interface Marker {
  readonly color?: Colours;
  readonly size?: number;
  readonly colorscale?: Trace["colorscale"];
  readonly reversescale?: boolean;
  readonly showscale?: boolean;
  readonly colorbar?: { readonly title?: unknown };
  readonly cmin?: number;
  readonly cmax?: number;
}

/** The parts of a Plotly axis that static pictures know. */
export interface Axis {
  readonly title?: unknown;
  readonly type?: string;
  readonly range?: readonly [number, number];
}

/** The parts of a Plotly layout that static pictures know. */
export interface Layout {
  readonly title?: unknown;
  readonly width?: number;
  readonly height?: number;
  readonly font?: object;
  readonly colorway?: readonly string[];
  readonly barmode?: string;
  readonly showlegend?: boolean;
  readonly xaxis?: Axis;
  readonly yaxis?: Axis;
  readonly scene?: Scene;
}

/** A box in space and where it is seen from. */
export interface Scene {
  readonly xaxis?: Axis;
  readonly yaxis?: Axis;
  readonly zaxis?: Axis;
  readonly aspectmode?: string;
  readonly aspectratio?: { readonly x: number; readonly y: number; readonly z: number };
  readonly camera?: {
    readonly eye?: { readonly x: number; readonly y: number; readonly z: number };
    readonly center?: { readonly x: number; readonly y: number; readonly z: number };
    readonly up?: { readonly x: number; readonly y: number; readonly z: number };
    readonly projection?: { readonly type?: string };
  };
}

/** Plotly's size of a figure that gives none. */
export const SIZE = { width: 700, height: 450 } as const;

export function isPlane({ type = "scatter" }: Trace): boolean {
  return ["scatter", "scattergl", "bar", "heatmap"].includes(type);
}

export function isSpace({ type }: Trace): boolean {
  return type !== undefined && ["surface", "mesh3d", "scatter3d"].includes(type);
}

/** Tells whether a trace is drawn. */
export function isVisible({ visible = true }: Trace): boolean {
  return visible === true;
}

/** The text of a title, which is a string or { text }; HTML tags are left out. */
export function textOf(title: unknown): string | undefined {
  const text =
    typeof title === "object" && title !== null ? (title as { text?: unknown }).text : title;
  return typeof text === "string" && text !== ""
    ? text.replace(/<br\s*\/?>/gi, " ").replace(/<\/?[a-z]+[^>]*>/gi, "")
    : undefined;
}

/** Parts of a scatter's mode; throws FigureError for text, which static pictures leave out. */
export function modeOf(
  { mode, type }: Trace,
  length: number,
): { lines: boolean; markers: boolean } {
  const text = mode ?? (type === "scatter3d" || length < 20 ? "lines+markers" : "lines");
  const parts = text.split("+");
  const unknown = parts.find((part) => part !== "lines" && part !== "markers");
  if (unknown !== undefined) {
    throw new FigureError(
      `found a ${type ?? "scatter"} trace of mode "${text}"; the static picture knows lines, ` +
        "markers and lines+markers",
    );
  }
  return { lines: parts.includes("lines"), markers: parts.includes("markers") };
}

/** The colour of a trace that names none: its turn in the colour way. */
export function turnColour({ colorway = [] }: Layout, n: number): string {
  return colorway[n % colorway.length] ?? "#1f77b4";
}
