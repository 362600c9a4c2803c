import { type ColourScale, hex } from "../colours";
import { FigureError } from "../FigureError";
import type { Vector } from "./camera";
import { colour, colourScale } from "./colourScales";
import { type Layout, modeOf, type Trace, turnColour } from "./traces";

/** What a scene is made of, in the coordinates of the data. */
export type Primitive =
  | {
      readonly kind: "facet";
      readonly at: readonly Vector[];
      readonly colour: string;
      opacity: number;
    }
  | {
      readonly kind: "segment";
      readonly at: readonly Vector[];
      readonly colour: string;
      width: number;
    }
  | {
      readonly kind: "point";
      readonly at: readonly Vector[];
      readonly colour: string;
      size: number;
    };

/** A colour scale over a range of numbers. */
export interface ScaleBar {
  readonly low: number;
  readonly high: number;
  readonly scale: ColourScale;
  readonly title?: string | undefined;
}

/** The primitives of a trace in space, and the colour scale to explain them, if it wants one. */
export interface Drawn {
  readonly primitives: Primitive[];
  readonly bar?: ScaleBar;
}

/** Cuts a trace in space into primitives; `n` is its place among the traces. */
export function primitivesOf(trace: Trace, n: number, layout: Layout): Drawn {
  if (trace.type === "surface") return surface(trace);
  if (trace.type === "mesh3d") return mesh(trace, turnColour(layout, n));
  return scatter(trace, turnColour(layout, n));
}

function surface(trace: Trace): Drawn {
  const z = matrix(trace.z, "z");
  const [rows, columns] = [z.length, z[0]?.length ?? 0];
  const x = gridAxis(trace.x, "x", columns, rows);
  const y = gridAxis(trace.y, "y", columns, rows);
  const values = trace.surfacecolor === undefined ? z : matrix(trace.surfacecolor, "surfacecolor");
  if (values.length !== rows || values[0]?.length !== columns) {
    throw new FigureError(
      `found surfacecolor [${values.length}, ${values[0]?.length}] for z [${rows}, ${columns}]`,
    );
  }
  const { colours, bar } = mapped(values.flat(), trace);
  const primitives: Primitive[] = [];
  const opacity = trace.opacity ?? 1;
  for (let r = 0; r + 1 < rows; r++) {
    for (let c = 0; c + 1 < columns; c++) {
      const corners = [
        [r, c],
        [r, c + 1],
        [r + 1, c + 1],
        [r + 1, c],
      ] as const;
      const at = corners.map(([i, k]): Vector => [x(i, k), y(i, k), z[i]![k]!]);
      const mean = corners.reduce((sum, [i, k]) => sum + values[i]![k]!, 0) / 4;
      // A gap in z or in its colours is a hole.
      if (at.flat().every(Number.isFinite) && Number.isFinite(mean)) {
        primitives.push({ kind: "facet", at, colour: colours(mean), opacity });
      }
    }
  }
  return { primitives, ...(trace.showscale === false ? {} : { bar }) };
}

function mesh(trace: Trace, own: string): Drawn {
  const points = vectors(trace);
  const { i, j, k, intensity, facecolor } = trace;
  if (i === undefined || j === undefined || k === undefined) {
    throw new FigureError("found a mesh3d trace without i, j, k: its triangles must be given");
  }
  const map = intensity === undefined ? undefined : mapped(intensity, trace);
  const primitives = i.map((first, t): Primitive => {
    const corners = [first, j[t]!, k[t]!];
    const at = corners.map((p) => {
      const point = points[p];
      if (point !== undefined) return point;
      throw new FigureError(`found vertex ${p} in triangle ${t} of a mesh of ${points.length}`);
    });
    const mean = corners.reduce((sum, p) => sum + (intensity?.[p] ?? 0), 0) / 3;
    const fill = facecolor?.[t] ?? map?.colours(mean) ?? trace.color ?? own;
    return { kind: "facet", at, colour: hex(colour(fill)), opacity: trace.opacity ?? 1 };
  });
  const bar = trace.showscale === false ? undefined : map?.bar;
  return { primitives, ...(bar === undefined ? {} : { bar }) };
}

function scatter(trace: Trace, own: string): Drawn {
  const points = vectors(trace, true);
  const { lines, markers } = modeOf(trace, points.length);
  const primitives: Primitive[] = [];
  const { marker = {}, line = {} } = trace;
  const given = marker.color;
  const numbers = Array.isArray(given) && typeof given[0] === "number" ? (given as number[]) : null;
  const map = numbers === null ? undefined : mapped(numbers, marker);
  const single = typeof given === "string" ? given : own;
  const present = (point: Vector | undefined): point is Vector =>
    point?.every(Number.isFinite) ?? false;
  const stroke = hex(colour(typeof line.color === "string" ? line.color : single));
  points.forEach((point, p) => {
    const next = points[p + 1];
    if (!present(point)) return;
    if (lines && present(next)) {
      // Plotly's widths in space come out thinner than in the plane.
      const width = Math.max(1.5, line.width ?? 2);
      primitives.push({ kind: "segment", at: [point, next], colour: stroke, width });
    }
    if (markers) {
      const fill = numbers !== null ? map!.colours(numbers[p]!) : itemColour(given, p, single);
      const size = marker.size ?? 6;
      primitives.push({ kind: "point", at: [point], colour: hex(colour(fill)), size });
    }
  });
  return { primitives, ...(map !== undefined && marker.showscale ? { bar: map.bar } : {}) };
}

function itemColour(given: unknown, p: number, otherwise: string): string {
  const item = Array.isArray(given) ? given[p] : undefined;
  return typeof item === "string" ? item : otherwise;
}

/** A colour for each number, over the trace's own range or that of the numbers. */
function mapped(
  numbers: readonly (number | null)[],
  trace: Pick<Trace, "colorscale" | "reversescale" | "cmin" | "cmax" | "colorbar">,
): { colours: (value: number) => string; bar: ScaleBar } {
  const scale = colourScale(trace);
  const [least, most] = extent(numbers);
  const [low, high] = [trace.cmin ?? least, trace.cmax ?? most];
  const title = (trace.colorbar?.title as { text?: string } | undefined)?.text;
  return {
    colours: (value) => hex(scale(high > low ? (value - low) / (high - low) : 0.5)),
    bar: { low, high, scale, title },
  };
}

/** Smallest and largest number, gaps left out. */
export function extent(numbers: Iterable<number | null>): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of numbers) {
    if (value === null || !Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) throw new FigureError("found a Plotly trace without a single finite number");
  return [low, high];
}

type Matrix = readonly (readonly (number | null)[])[];

function matrix(rows: unknown, name: string): Matrix {
  const good =
    Array.isArray(rows) &&
    rows.length > 1 &&
    rows.every((row) => Array.isArray(row) && row.length > 1 && row.length === rows[0].length);
  if (good) return rows.map((row: (number | null)[]) => row.map((v) => v ?? Number.NaN));
  throw new FigureError(`wanted ${name} of a surface as rows of equal length, at least 2 × 2`);
}

/** Coordinates of a surface's grid: numbers of columns or rows, given for each, or for each point. */
function gridAxis(given: unknown, name: "x" | "y", columns: number, rows: number) {
  const along = (i: number, k: number) => (name === "x" ? k : i);
  if (given === undefined) return along;
  const values = given as readonly unknown[];
  if (Array.isArray(values[0])) {
    return (i: number, k: number) => Number((values[i] as readonly number[])[k]);
  }
  const wanted = name === "x" ? columns : rows;
  if (values.length !== wanted || values.some((value) => typeof value !== "number")) {
    throw new FigureError(
      `found ${values.length} entries in ${name} of a surface of ${rows} rows and ${columns} ` +
        `columns, wanted ${wanted} numbers`,
    );
  }
  return (i: number, k: number) => values[along(i, k)] as number;
}

function vectors({ x, y, z, type }: Trace, gaps = false): Vector[] {
  const [xs, ys, zs] = [x, y, z].map((axis) => {
    const good = (value: unknown) => typeof value === "number" || (gaps && value === null);
    if (Array.isArray(axis) && axis.every(good)) return axis as (number | null)[];
    throw new FigureError(`wanted x, y and z of a ${type} trace as arrays of numbers`);
  }) as [(number | null)[], (number | null)[], (number | null)[]];
  if (xs.length !== ys.length || xs.length !== zs.length) {
    throw new FigureError(
      `found ${xs.length}, ${ys.length} and ${zs.length} numbers in x, y and z of a ${type} trace`,
    );
  }
  return xs.map((value, p) => [value ?? Number.NaN, ys[p] ?? Number.NaN, zs[p] ?? Number.NaN]);
}
