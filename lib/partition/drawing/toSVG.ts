import { PNG } from "pngjs";
import { escaped } from "../../picture";
import type { Complex } from "../Complex";
import { sliceMaps } from "../readouts";
import { cellText, short } from "./cellFacts";
import { cellRaster } from "./cellRaster";
import { classColour, classTint, rgb, viridis } from "./colours";
import { Drawing, type Legend } from "./Drawing";
import type { DrawingOptions } from "./DrawingOptions";
import { SvgPath } from "./PathSink";
import type { View } from "./View";

/** Room around the domain for ticks and names, in pixels. */
const [LEFT, RIGHT, BOTTOM] = [62, 16, 50];

/**
 * A complex as SVG text, with axes and a legend.
 *
 * Up to `vectorLimit` cells all is paths, larger complexes have their colours as one picture, exact
 * at the centre of each of its pixels, under lines that stay paths.
 */
export function toSVG(complex: Complex, options: DrawingOptions = {}): string {
  const drawing = new Drawing(complex, options);
  const { view, legend } = drawing;
  const { title = "", axes = ["x₁", "x₂"], vectorLimit = 5000 } = options;
  const top = title === "" ? 12 : 42;
  const key = legendOf(legend, LEFT, top + view.height + BOTTOM, view.width);
  const width = Math.max(LEFT + view.width + RIGHT, 14 + 10 * title.length);
  const height = top + view.height + BOTTOM + key.height;
  const areas = complex.cellCount > vectorLimit ? picture(drawing) : paths(drawing);
  const lines = [...drawing.lines()].map(({ colour, width: w, trace }) => {
    const path = new SvgPath();
    trace(path);
    return `<path d="${path}" stroke="${colour}" stroke-width="${round(w)}"/>`;
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" font-family="sans-serif" fill="#222222">` +
    (title === "" ? "" : `<title>${escaped(title)}</title>`) +
    `<rect width="100%" height="100%" fill="white"/>` +
    (title === "" ? "" : text(14, 25, 17, title, `font-weight="bold"`)) +
    `<g transform="translate(${LEFT},${top})">${areas}` +
    `<g fill="none" stroke-linejoin="round" stroke-linecap="round">${lines.join("")}</g>` +
    `${pointsOf(drawing)}${ticksOf(view, axes)}</g>${key.svg}</svg>`
  );
}

function paths(drawing: Drawing): string {
  const parts: string[] = [];
  for (const { colour, cell, trace } of drawing.areas()) {
    const path = new SvgPath();
    trace(path);
    const told = cell === undefined ? "" : escaped(cellText(drawing.complex, cell));
    const inner = told === "" ? "/>" : `><title>${told}</title></path>`;
    // Stroked in its own colour: no hairlines between areas.
    parts.push(`<path d="${path}" fill="${colour}" stroke="${colour}" stroke-width="0.6"${inner}`);
  }
  return parts.join("");
}

/** The colours as one PNG of twice the resolution of the page. */
function picture(drawing: Drawing): string {
  const { complex, view, cellColour } = drawing;
  const [width, height] = [Math.round(2 * view.width), Math.round(2 * view.height)];
  const raster = cellRaster(complex, width, height);
  const winner = cellColour === undefined ? classAt(complex, view) : undefined;
  const known = new Map<string, [number, number, number]>();
  const png = new PNG({ width, height, colorType: 6 });
  raster.forEach((cell, at) => {
    if (cell < 0) return; // outside: transparent
    const colour =
      cellColour?.(cell) ?? classTint(winner!(cell, at % width, Math.floor(at / width)));
    let parts = known.get(colour);
    if (parts === undefined) {
      parts = rgb(colour);
      known.set(colour, parts);
    }
    png.data.set(parts, 4 * at);
    png.data[4 * at + 3] = 255;
  });
  const data = PNG.sync.write(png, { colorType: 6 }).toString("base64");
  return `<image width="${round(view.width)}" height="${round(view.height)}" preserveAspectRatio="none" href="data:image/png;base64,${data}"/>`;
}

/** The class at the centre of a pixel of the picture, by the affine map of its cell. */
function classAt(
  complex: Complex,
  view: View,
): (cell: number, column: number, row: number) => number {
  const { A, b, outputs } = sliceMaps(complex);
  return (cell, column, row) => {
    const x = view.left + (column + 0.5) / (2 * view.scale);
    const y = view.high - (row + 0.5) / (2 * view.scale);
    let [best, most] = [0, outputs === 1 ? 0 : Number.NEGATIVE_INFINITY];
    for (let c = 0; c < outputs; c++) {
      const at = outputs * cell + c;
      const score = A[2 * at]! * x + A[2 * at + 1]! * y + b[at]!;
      if (score > most) [best, most] = [outputs === 1 ? 1 : c, score];
    }
    return best;
  };
}

function pointsOf({ options, view }: Drawing): string {
  const { points = [], labels } = options;
  const inside = (x: number, y: number) => x >= 0 && y >= 0 && x <= view.width && y <= view.height;
  const dots: string[] = [];
  // A few points are marks to be found, many are a cloud.
  const [radius, rim] = points.length <= 40 ? [5, 1.5] : [1.6, 0.3];
  for (let n = 0; 2 * n < points.length; n++) {
    const [x, y] = [view.x(points[2 * n]!), view.y(points[2 * n + 1]!)];
    if (!inside(x, y)) continue;
    const colour = labels === undefined ? "#222222" : classColour(labels[n]!);
    dots.push(`<circle cx="${round(x)}" cy="${round(y)}" r="${radius}" fill="${colour}"/>`);
  }
  return dots.length === 0 ? "" : `<g stroke="white" stroke-width="${rim}">${dots.join("")}</g>`;
}

function ticksOf(view: View, axes: readonly [string, string]): string {
  const parts: string[] = [];
  const mark = (x: number, y: number, dx: number, dy: number) =>
    parts.push(`<path d="M${round(x)},${round(y)}l${dx},${dy}" stroke="#555555"/>`);
  for (const tick of ticks(view.left, view.right)) {
    mark(view.x(tick), view.height, 0, 5);
    parts.push(text(view.x(tick), view.height + 19, 13, short(tick), `text-anchor="middle"`));
  }
  for (const tick of ticks(view.low, view.high)) {
    mark(0, view.y(tick), -5, 0);
    parts.push(text(-9, view.y(tick) + 4.5, 13, short(tick), `text-anchor="end"`));
  }
  const middle = `text-anchor="middle"`;
  parts.push(text(view.width / 2, view.height + 40, 14, axes[0], middle));
  const turn = `transform="rotate(-90)" ${middle}`;
  parts.push(text(-view.height / 2, -44, 14, axes[1], turn));
  return parts.join("");
}

/** Round numbers from low to high, about five of them. */
function ticks(low: number, high: number): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((s) => s * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

function legendOf({ entries, bar }: Legend, x: number, y: number, room: number) {
  const parts: string[] = [];
  let [at, row] = [x, y];
  for (const { colour, label, line } of entries) {
    const needed = 30 + 8.2 * label.length;
    if (at > x && at + needed > x + room) [at, row] = [x, row + 22];
    const height = line === true ? 3 : 13;
    parts.push(
      `<rect x="${round(at)}" y="${round(row + 8 - height / 2)}" width="13" height="${height}" fill="${colour}"/>`,
      text(at + 18, row + 13, 13, label),
    );
    at += needed;
  }
  if (bar !== undefined) {
    for (let k = 0; k < 64; k++) {
      const colour = viridis((k + 0.5) / 64);
      parts.push(
        `<rect x="${x + 60 + 3 * k}" y="${round(y + 2)}" width="3.3" height="12" fill="${colour}"/>`,
      );
    }
    parts.push(
      text(x + 52, y + 13, 13, short(bar.low), `text-anchor="end"`),
      text(x + 260, y + 13, 13, `${short(bar.high)}   ${bar.title}`, `xml:space="preserve"`),
    );
  }
  return { svg: parts.join(""), height: parts.length === 0 ? 0 : row - y + 28 };
}

const text = (x: number, y: number, size: number, content: string, attributes = ""): string =>
  `<text x="${round(x)}" y="${round(y)}" font-size="${size}" ${attributes}>${escaped(content)}</text>`;

const round = (value: number): number => Math.round(100 * value) / 100;
