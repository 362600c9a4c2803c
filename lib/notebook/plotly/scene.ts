import { extremes } from "../../spline/extremes";
import { escapeHtml } from "../text";
import { PALETTE } from "../theme";
import { colourScale, css, parse, type Rgb } from "./colours";
import { type PlotlyFigure, type Trace, textOf } from "./figure";

/** The traces of three dimensions of which there are pictures. */
export const SCENE_TRACES: readonly string[] = ["surface", "mesh3d", "scatter3d"];

type Point = readonly [number, number, number];
type Range = readonly [number, number];

/** A facet, a line or a dot, and the point by whose distance it is painted. */
interface Part {
  shape: "facet" | "line" | "dot";
  points: Point[];
  colour: Rgb;
  size: number;
}

/**
 * The picture of a Plotly scene: seen from the same camera, painted from back to front, flat-shaded.
 */
export function svgOfScene({ data, layout = {} }: PlotlyFigure): string {
  const [width, height] = [layout.width ?? 700, layout.height ?? 500];
  const scene = layout.scene ?? {};
  const parts = data.flatMap(partsOf);
  const ranges = [0, 1, 2].map((k) => rangeOf(parts, k)) as [Range, Range, Range];
  const box = boxOf(ranges, scene.aspectmode);
  const inBox = (p: Point): Point =>
    p.map((v, k) => ((v - ranges[k]![0]) / span(ranges[k]!) - 0.5) * box[k]!) as unknown as Point;
  const camera = cameraOf(scene.camera, width, height);

  const painted = parts
    .map((part) => ({ ...part, points: part.points.map(inBox) }))
    .map((part) => ({ part, distance: camera.distance(middle(part.points)) }))
    .sort((a, b) => b.distance - a.distance)
    .map(({ part }) => svgOfPart(part, camera.project));
  const axes = ["xaxis", "yaxis", "zaxis"].map((name) => textOf(scene[name]?.title));
  const title = textOf(layout.title);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif">` +
    `<rect width="100%" height="100%" fill="white"/>` +
    `<text x="14" y="30" font-size="17" font-weight="bold" fill="#222222">${escapeHtml(title)}</text>` +
    `${frame(ranges, box, camera, axes)}${painted.join("")}</svg>`
  );
}

function partsOf(trace: Trace): Part[] {
  if (trace.type === "surface") return surface(trace);
  if (trace.type === "mesh3d") return mesh(trace);
  return scatter(trace);
}

function surface({ x, y, z, surfacecolor, colorscale }: Trace): Part[] {
  const rows: number[][] = z;
  const shades: number[][] = surfacecolor ?? rows;
  const scale = scaled(shades.flat(), colorscale);
  const at = (j: number, i: number): Point => [
    coordinate(x, j, i),
    coordinate(y, j, i, true),
    rows[j]![i]!,
  ];
  return rows.slice(1).flatMap((row, above) =>
    row.slice(1).map((_, left) => {
      const corners = [
        at(above, left),
        at(above, left + 1),
        at(above + 1, left + 1),
        at(above + 1, left),
      ];
      return facet(corners, scale(shades[above]![left]!));
    }),
  );
}

// Plotly takes coordinates of a surface as a list for each side, as a table, or counts them.
function coordinate(
  values: number[] | number[][] | undefined,
  j: number,
  i: number,
  down = false,
): number {
  if (values === undefined) return down ? j : i;
  const entry = values[Array.isArray(values[0]) ? j : down ? j : i]!;
  return typeof entry === "number" ? entry : entry[i]!;
}

function mesh({ x, y, z, i, j, k, intensity, colorscale, facecolor, color }: Trace): Part[] {
  const scale = intensity === undefined ? undefined : scaled(intensity, colorscale);
  const at = (n: number): Point => [x[n], y[n], z[n]];
  return (i as number[]).map((first, n) => {
    const corners = [first, j[n], k[n]] as number[];
    const mean = scale && corners.reduce((sum, c) => sum + intensity[c], 0) / 3;
    const colour =
      mean === undefined ? parse(facecolor?.[n] ?? color ?? PALETTE[0]!) : scale!(mean);
    return facet(corners.map(at), colour);
  });
}

function scatter({ x, y, z, mode = "markers", marker = {}, line = {} }: Trace): Part[] {
  const points = (z as number[]).map((_, n): Point => [x[n], y[n], z[n]]);
  const shades = Array.isArray(marker.color) ? scaled(marker.color, marker.colorscale) : undefined;
  const plain = parse(
    typeof marker.color === "string" ? marker.color : (line.color ?? PALETTE[0]!),
  );
  const dots = points.map((point, n): Part => {
    const colour = shades?.(marker.color[n]) ?? plain;
    return { shape: "dot", points: [point], colour, size: (marker.size ?? 6) / 2 };
  });
  const lines = points.slice(1).map((point, n): Part => {
    return {
      shape: "line",
      points: [points[n]!, point],
      colour: parse(line.color ?? PALETTE[0]!),
      size: line.width ?? 2,
    };
  });
  return [...(mode.includes("lines") ? lines : []), ...(mode.includes("markers") ? dots : [])];
}

function facet(points: Point[], colour: Rgb): Part {
  return { shape: "facet", points, colour, size: 0.6 };
}

function scaled(values: ArrayLike<number>, scale: unknown): (value: number) => Rgb {
  const [low, high] = extremes(values);
  const colour = colourScale(scale);
  return (value) => colour(high === low ? 0.5 : (value - low) / (high - low));
}

const rangeOf = (parts: readonly Part[], k: number): Range =>
  extremes(parts.flatMap(({ points }) => points.map((point) => point[k]!)));
const span = ([low, high]: Range): number => (high > low ? high - low : 1);

// As Plotly: true proportions, unless one side would be more than four times another.
function boxOf(ranges: readonly Range[], mode = "auto"): Point {
  const spans = ranges.map(span);
  const [least, most] = [Math.min(...spans), Math.max(...spans)];
  if (mode === "cube" || (mode === "auto" && most > 4 * least)) return [1, 1, 1];
  const unit = Math.cbrt(spans[0]! * spans[1]! * spans[2]!);
  return spans.map((s) => s / unit) as unknown as Point;
}

interface Camera {
  project(point: Point): [number, number];
  distance(point: Point): number;
}

function cameraOf(
  camera: { eye?: { x: number; y: number; z: number } } = {},
  width: number,
  height: number,
): Camera {
  const { x, y, z } = camera.eye ?? { x: 1.25, y: 1.25, z: 1.25 };
  const eye: Point = [x, y, z];
  const back = unit(eye);
  const right = unit([-back[1], back[0], 0]);
  const up = cross(back, right);
  const focus = 1.15 * Math.min(width, height);
  const distance = (p: Point) => dot(back, [eye[0] - p[0], eye[1] - p[1], eye[2] - p[2]]);
  return {
    distance,
    project: (p) => {
      const zoom = focus / distance(p);
      return [width / 2 + zoom * dot(right, p), height / 2 + 10 - zoom * dot(up, p)];
    },
  };
}

function svgOfPart({ shape, points, colour, size }: Part, project: Camera["project"]): string {
  const corners = points.map((point) => project(point).map((v) => v.toFixed(1)));
  if (shape === "dot") {
    const [x, y] = corners[0]!;
    return `<circle cx="${x}" cy="${y}" r="${size}" fill="${css(colour)}"/>`;
  }
  if (shape === "line") {
    return `<path d="M${corners.join("L")}" fill="none" stroke="${css(colour)}" stroke-width="${size}"/>`;
  }
  const fill = css(lit(points, colour));
  // Stroked in its own colour: no hairlines between neighbours.
  return `<path d="M${corners.join("L")}Z" fill="${fill}" stroke="${fill}" stroke-width="${size}"/>`;
}

// Light from above left, so that facets of one colour can be told apart by their slope.
function lit(points: readonly Point[], colour: Rgb): Rgb {
  const normal = cross(minus(points[1]!, points[0]!), minus(points.at(-1)!, points[0]!));
  const light = unit([-0.4, -0.5, 0.9]);
  const strength = 0.62 + 0.38 * Math.abs(dot(unit(normal), light));
  return colour.map((v) => v * strength) as unknown as Rgb;
}

/** The three far walls with their grid, and the near edges with ticks and titles. */
function frame(
  ranges: readonly Range[],
  box: Point,
  camera: Camera,
  titles: readonly string[],
): string {
  const corner = (signs: Point): Point =>
    signs.map((s, k) => (s * box[k]!) / 2) as unknown as Point;
  // On each axis the wall that is farther away.
  const far = [0, 1, 2].map((k) => {
    const side = (s: number) =>
      camera.distance(corner([0, 1, 2].map((m) => (m === k ? s : 0)) as unknown as Point));
    return side(1) > side(-1) ? 1 : -1;
  });
  const ticks = ranges.map(ticksOf);
  const place = (k: number, value: number) =>
    ((value - ranges[k]![0]) / span(ranges[k]!) - 0.5) * box[k]!;
  const at = (k: number, value: number, m: number, sign: number): Point => {
    const point = far.map((s, n) => (s * box[n]!) / 2);
    point[k] = value;
    point[m] = (sign * box[m]!) / 2;
    return point as unknown as Point;
  };
  const grid = [0, 1, 2].flatMap((k) =>
    [0, 1, 2]
      .filter((m) => m !== k)
      .flatMap((m) =>
        ticks[k]!.map((tick) =>
          path([at(k, place(k, tick), m, -1), at(k, place(k, tick), m, 1)], camera),
        ),
      ),
  );
  const labels = [0, 1, 2].flatMap((k) => {
    const edge = edgeOf(k, far, box, camera);
    const middleOfEdge = camera.project(edge(0));
    const [cx, cy] = camera.project([0, 0, 0]);
    const away = unit([middleOfEdge[0] - cx, middleOfEdge[1] - cy, 0]);
    const outwards = (distance: number, [x, y]: readonly [number, number]): [number, number] => [
      x + distance * away[0],
      y + distance * away[1],
    ];
    // Texts are wider than high: they need more room sideways.
    const room = 36 + 4 * titles[k]!.length * Math.abs(away[0]);
    const numbers = ticks[k]!.map((tick) =>
      label(outwards(16, camera.project(edge(place(k, tick)))), String(tick), 12),
    );
    return [...numbers, label(outwards(room, middleOfEdge), titles[k]!, 14)];
  });
  return grid.join("") + labels.join("");
}

// The edge along axis k that lies on the outline: at the bottom for x and y, at the left for z.
function edgeOf(k: number, far: readonly number[], box: Point, camera: Camera) {
  const others = [0, 1, 2].filter((m) => m !== k);
  const candidates =
    k === 2
      ? [
          [-far[0]!, far[1]!],
          [far[0]!, -far[1]!],
        ]
      : [[-far[others[0]!]!, -1]];
  const edges = candidates.map((signs) => (value: number): Point => {
    const point = [0, 0, 0];
    point[k] = value;
    others.forEach((m, n) => {
      point[m] = (signs[n]! * box[m]!) / 2;
    });
    return point as unknown as Point;
  });
  const leftmost = (a: (v: number) => Point, b: (v: number) => Point) =>
    camera.project(a(0))[0] <= camera.project(b(0))[0] ? a : b;
  return edges.reduce(leftmost);
}

function ticksOf([low, high]: Range): number[] {
  const rough = (high - low || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((s) => s * power >= rough)! * power;
  const count = Math.floor((high - low) / step + 1e-9);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(6)),
  ).filter((tick) => tick <= high);
}

const path = (points: readonly Point[], camera: Camera): string =>
  `<path d="M${points.map((p) => camera.project(p).map((v) => v.toFixed(1))).join("L")}" stroke="#dddddd" fill="none"/>`;
const label = ([x, y]: readonly [number, number], content: string, size: number): string =>
  `<text x="${x.toFixed(1)}" y="${(y + size / 3).toFixed(1)}" font-size="${size}" fill="#333333" text-anchor="middle">${escapeHtml(content)}</text>`;

const dot = (a: Point, b: Point): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const minus = (a: Point, b: Point): Point => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const cross = (a: Point, b: Point): Point => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
function unit(a: Point): Point {
  const length = Math.hypot(...a) || 1;
  return [a[0] / length, a[1] / length, a[2] / length];
}
function middle(points: readonly Point[]): Point {
  const sum = (k: number) => points.reduce((total, point) => total + point[k]!, 0) / points.length;
  return [sum(0), sum(1), sum(2)];
}
