import { hex } from "../colours";
import { FigureError } from "../FigureError";
import { textWidth } from "../fonts";
import { escapeMarkup } from "../markup";
import { label } from "../numbers";
import { FONT, INK } from "../theme";
import { type AxisLine, axesOf } from "./axes";
import { cross, dot, minus, type Projected, projection, unit, type Vector } from "./camera";
import { colour } from "./colourScales";
import { extent, type Primitive, primitivesOf, type ScaleBar } from "./primitives";
import { isVisible, type Layout, type Scene, SIZE, type Trace, textOf, turnColour } from "./traces";

/** The smallest and the largest value on each of three axes. */
type Box = readonly [
  readonly [number, number],
  readonly [number, number],
  readonly [number, number],
];

/**
 * Draws a Plotly scene as SVG: far things first, seen from the figure's camera, at the size that
 * fits. Throws FigureError where there is nothing to see.
 */
export function spaceSvg(traces: readonly Trace[], layout: Layout): string {
  const { width = SIZE.width, height = SIZE.height, scene = {} } = layout;
  const visible = traces.filter(isVisible);
  const drawn = visible.map((trace) => primitivesOf(trace, traces.indexOf(trace), layout));
  const primitives = drawn.flatMap((part) => part.primitives);
  if (primitives.length === 0) throw new FigureError("found a Plotly scene with nothing in it");
  const bars = drawn.flatMap(({ bar }) => bar ?? []);
  const named = visible.filter((trace) => trace.type === "scatter3d" && trace.name !== undefined);
  const legend = (layout.showlegend ?? named.length > 1) ? named : [];

  const box = boxOf(primitives, scene);
  const normal = normalisation(box, scene);
  const eye = vector(scene.camera?.eye, [1.25, 1.25, 1.25]);
  const center = vector(scene.camera?.center, [0, 0, 0]);
  const project = projection({
    eye,
    center,
    up: vector(scene.camera?.up, [0, 0, 1]),
    perspective: scene.camera?.projection?.type !== "orthographic",
  });
  const title = textOf(layout.title);
  const top = title === undefined ? 10 : 24 + FONT.title;
  const side = bars.length * 90 + (legend.length > 0 ? 150 : 0);
  const axes = axesOf(box, normal, minus(eye, center), scene);
  const place = fitted(project, normal, box, {
    left: 75,
    right: width - 75 - side,
    top: top + 16,
    bottom: height - 62,
  });
  const parts = [
    `<rect width="${width}" height="${height}" fill="white"/>`,
    ...axes.grid.map(({ from, to }) => segment(place(from), place(to), INK.grid, 1)),
    ...axes.edges.map(({ from, to }) => segment(place(from), place(to), INK.axis, 1.2)),
    ...painted(primitives, normal, place, eye),
    ...axes.lines.flatMap((axis) => axisText(axis, place)),
    ...bars.map((bar, n) => barSvg(bar, width - side + 8 + 90 * n, top + 20, height * 0.6)),
    ...legend.map((trace, n) =>
      legendEntry(trace, turnColour(layout, traces.indexOf(trace)), width - 150, top + 20 + 24 * n),
    ),
  ];
  if (title !== undefined) {
    const size = Math.min(
      FONT.title,
      (FONT.title * (width - 24)) / textWidth(title, FONT.title, "bold"),
    );
    parts.push(text(title, 12, 10 + FONT.title, { size, bold: true, anchor: "start" }));
  }
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `font-family="${FONT.family}">${parts.join("")}</svg>`
  );
}

function boxOf(primitives: readonly Primitive[], scene: Scene): Box {
  const points = primitives.flatMap(({ at }) => at);
  return [scene.xaxis, scene.yaxis, scene.zaxis].map((axis, k) => {
    if (axis?.type !== undefined && axis.type !== "linear" && axis.type !== "-") {
      throw new FigureError(`found a ${axis.type} axis in a Plotly scene, wanted linear ones`);
    }
    if (axis?.range !== undefined) return axis.range;
    const [low, high] = extent(points.map((point) => point[k]!));
    return low < high ? [low, high] : [low - 1, high + 1];
  }) as unknown as Box;
}

/** Maps the box to one around the origin with the scene's proportions, as Plotly does. */
function normalisation(box: Box, scene: Scene): (point: Vector) => Vector {
  const lengths = box.map(([low, high]) => high - low) as unknown as Vector;
  const { aspectmode = scene.aspectratio === undefined ? "auto" : "manual", aspectratio } = scene;
  const faithful =
    aspectmode === "data" ||
    (aspectmode === "auto" && Math.max(...lengths) <= 4 * Math.min(...lengths));
  const mean = Math.cbrt(lengths[0] * lengths[1] * lengths[2]);
  const aspect: Vector =
    aspectmode === "manual" && aspectratio !== undefined
      ? [aspectratio.x, aspectratio.y, aspectratio.z]
      : faithful
        ? [lengths[0] / mean, lengths[1] / mean, lengths[2] / mean]
        : [1, 1, 1];
  return (point) =>
    point.map(
      (value, k) => ((value - box[k]![0]) / lengths[k]! - 0.5) * aspect[k]!,
    ) as unknown as Vector;
}

interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

type Place = (point: Vector) => Projected;

/** Scales the picture plane so that the box fills the frame; y goes down from here on. */
function fitted(
  project: (point: Vector) => Projected,
  normal: (point: Vector) => Vector,
  box: Box,
  { left, right, top, bottom }: Frame,
): Place {
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((n) =>
    project(normal([box[0][n & 1]!, box[1][(n >> 1) & 1]!, box[2][(n >> 2) & 1]!])),
  );
  const [x0, x1] = extent(corners.map(([x]) => x));
  const [y0, y1] = extent(corners.map(([, y]) => y));
  const zoom = Math.min((right - left) / (x1 - x0), (bottom - top) / (y1 - y0));
  const [cx, cy] = [(left + right) / 2, (top + bottom) / 2];
  return (point) => {
    const [x, y, depth] = project(normal(point));
    return [cx + zoom * (x - (x0 + x1) / 2), cy - zoom * (y - (y0 + y1) / 2), depth];
  };
}

/** The painter's algorithm: what is nearer covers what is farther away. */
function painted(
  primitives: readonly Primitive[],
  normal: (point: Vector) => Vector,
  place: Place,
  eye: Vector,
): string[] {
  return primitives
    .map((primitive) => {
      const at = primitive.at.map(place);
      const depth = at.reduce((sum, point) => sum + point[2], 0) / at.length;
      // Lines and points that lie in a facet shall be seen.
      const nearer = primitive.kind === "facet" ? 0 : 0.02;
      return { depth: depth - nearer, svg: paint(primitive, at, normal, eye) };
    })
    .sort((a, b) => b.depth - a.depth)
    .map(({ svg }) => svg);
}

function paint(
  primitive: Primitive,
  at: readonly Projected[],
  normal: (point: Vector) => Vector,
  eye: Vector,
): string {
  if (primitive.kind === "segment")
    return segment(at[0]!, at[1]!, primitive.colour, primitive.width);
  if (primitive.kind === "point") {
    const [x, y] = at[0]!;
    return `<circle cx="${px(x)}" cy="${px(y)}" r="${primitive.size / 2}" fill="${primitive.colour}" stroke="white" stroke-width="0.5"/>`;
  }
  const corners = primitive.at.map(normal);
  const across = unit(cross(minus(corners[2]!, corners[0]!), minus(corners.at(-1)!, corners[1]!)));
  // A lamp at the eye, beside much light from everywhere: steep facets get darker.
  const light = 0.62 + 0.38 * Math.abs(dot(across, unit(minus(eye, corners[0]!))));
  const [r, g, b] = colour(primitive.colour);
  const fill = hex([r * light, g * light, b * light]);
  const points = at.map(([x, y]) => `${px(x)},${px(y)}`).join(" ");
  const solid = primitive.opacity >= 1;
  // Without a line of their own colour neighbours leave a seam.
  const edge = solid ? ` stroke="${fill}" stroke-width="0.7" stroke-linejoin="round"` : "";
  const veil = solid ? "" : ` fill-opacity="${primitive.opacity}"`;
  return `<polygon points="${points}" fill="${fill}"${edge}${veil}/>`;
}

function axisText({ ticks, title, outward }: AxisLine, place: Place): string[] {
  const [x0, y0] = place(outward.from);
  const [x1, y1] = place(outward.to);
  const far = Math.hypot(x1 - x0, y1 - y0) || 1;
  const [dx, dy] = [(x1 - x0) / far, (y1 - y0) / far];
  const middle = ticks.length === 0 ? undefined : place(outward.to);
  const widest = Math.max(0, ...ticks.map((tick) => textWidth(tick.text, FONT.label)));
  const parts = ticks.flatMap((tick) => {
    const [x, y] = place(tick.at);
    const reach = 8 + Math.abs(dx) * (textWidth(tick.text, FONT.label) / 2) + Math.abs(dy) * 7;
    return [
      segment([x, y, 0], [x + 5 * dx, y + 5 * dy, 0], INK.axis, 1.2),
      text(tick.text, x + dx * reach, y + dy * reach + 5),
    ];
  });
  if (title === undefined || middle === undefined) return parts;
  const half = textWidth(title, FONT.axis) / 2;
  if (outward.upright) {
    const x = middle[0] + Math.sign(dx) * (widest + 24);
    const y = middle[1];
    return [...parts, text(title, x, y, { size: FONT.axis, turn: -90 })];
  }
  const reach = 22 + Math.abs(dx) * (widest + half * 0.7) + Math.abs(dy) * 18;
  const [x, y] = [middle[0] + dx * reach, middle[1] + dy * reach + 5];
  return [...parts, text(title, x, y, { size: FONT.axis })];
}

function barSvg({ low, high, scale, title }: ScaleBar, x: number, y: number, tall: number): string {
  const steps = 64;
  const bands = Array.from({ length: steps }, (_, k) => {
    const fill = hex(scale(1 - (k + 0.5) / steps));
    return `<rect x="${x}" y="${px(y + (k * tall) / steps)}" width="16" height="${px((1.5 * tall) / steps)}" fill="${fill}"/>`;
  });
  const labels = [high, (low + high) / 2, low].map((value, k) =>
    text(label(value), x + 22, y + (k * tall) / 2 + 5, { anchor: "start" }),
  );
  const heading = title === undefined ? "" : text(title, x, y - 8, { anchor: "start" });
  return heading + bands.join("") + labels.join("");
}

function legendEntry(trace: Trace, own: string, x: number, y: number): string {
  const given = trace.marker?.color ?? trace.line?.color;
  const fill = hex(colour(typeof given === "string" ? given : own));
  const dot = `<circle cx="${x}" cy="${y - 5}" r="6" fill="${fill}"/>`;
  return dot + text(trace.name ?? "", x + 14, y, { anchor: "start" });
}

function segment([x0, y0]: Projected, [x1, y1]: Projected, stroke: string, width: number): string {
  return `<line x1="${px(x0)}" y1="${px(y0)}" x2="${px(x1)}" y2="${px(y1)}" stroke="${stroke}" stroke-width="${width}" stroke-linecap="round"/>`;
}

interface TextStyle {
  readonly size?: number;
  readonly bold?: boolean;
  readonly anchor?: "start" | "middle";
  readonly turn?: number;
}

function text(content: string, x: number, y: number, style: TextStyle = {}): string {
  const { size = FONT.label, bold = false, anchor = "middle", turn } = style;
  const place = `x="${px(x)}" y="${px(y)}"`;
  const rotated = turn === undefined ? "" : ` transform="rotate(${turn} ${px(x)} ${px(y)})"`;
  const weight = bold ? ' font-weight="bold"' : "";
  return `<text ${place} font-size="${px(size)}" text-anchor="${anchor}" fill="${INK.text}"${weight}${rotated}>${escapeMarkup(content)}</text>`;
}

/** A hundredth of a pixel is enough, and keeps the last bits of machines apart. */
function px(value: number): number {
  return Math.round(value * 100) / 100 + 0;
}

function vector(
  given: { readonly x: number; readonly y: number; readonly z: number } | undefined,
  otherwise: Vector,
): Vector {
  return given === undefined ? otherwise : [given.x, given.y, given.z];
}
