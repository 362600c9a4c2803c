import { PNG } from "pngjs";
import { escapeHtml } from "./text";
import { PALETTE } from "./theme";

/** Numbers in the shape [h, w], [h, w, 1 or 3], [n, h, w] or [n, h, w, 1 or 3]. */
export interface ImageData {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

/** How images are drawn. */
export interface ImageOptions {
  readonly title?: string;
  /** Images in a row of the grid. */
  readonly columns?: number;
  /** What stands under each image. */
  readonly captions?: readonly (string | number)[];
  /** Values drawn darkest and brightest: those that occur; the same on both sides of 0, which is
   *  then drawn white; or given. All images of a grid share one range. */
  readonly range?: "auto" | "symmetric" | readonly [number, number];
  /** Side of a pixel of the image, in pixels of the page. */
  readonly scale?: number;
  /** Colours of images with one channel. */
  readonly colors?: "grey" | "diverging" | "categorical";
}

type Colour = readonly [number, number, number];

/** Sizes of letters, in pixels. No font is at hand to measure a text: a letter is taken to be 0.54 of
 *  its size wide, bold 0.62, which is a little more than they are. */
const TITLE = 17;
const CAPTION = 13;

/** A grid of images as SVG. @throws RangeError on another shape, a wrong count, or NaN */
export function svgOfImages({ data, shape }: ImageData, options: ImageOptions): string {
  const { count, height, width, channels } = gridOf(shape, data.length);
  const { title = "", captions = [] } = options;
  if (captions.length > 0 && captions.length !== count) {
    throw new RangeError(`${captions.length} captions for ${count} images`);
  }
  const range = rangeOf(data, options.range ?? (channels === 3 ? [0, 1] : "auto"));
  const colors = options.colors ?? (options.range === "symmetric" ? "diverging" : "grey");
  const colour = channels === 3 ? undefined : colourMap(colors, range);
  const scale = options.scale ?? fittingScale(count, width, height);
  const columns = Math.min(count, options.columns ?? Math.ceil(Math.sqrt(count)));
  const [gap, top, line] = [count > 1 ? 10 : 0, title === "" ? 6 : 36, 18];
  const [w, h] = [width * scale, height * scale];
  // An image narrower than its caption stands in the middle above it.
  const slot = Math.max(w, ...captions.map((caption) => 0.54 * CAPTION * String(caption).length));
  const cell = [slot + gap, h + gap + (captions.length > 0 ? line : 0)] as const;
  const bar = colors === "categorical" || channels === 3 ? 0 : 44;
  const total = [
    Math.max(columns * cell[0] - gap, 0.62 * TITLE * title.length, bar > 0 ? 260 : 0) + 12,
    top + Math.ceil(count / columns) * cell[1] - gap + bar + 10,
  ];
  const parts: string[] = [];
  for (let n = 0; n < count; n++) {
    const left = 6 + (n % columns) * cell[0];
    const [x, y] = [left + (slot - w) / 2, top + Math.floor(n / columns) * cell[1]];
    const size = height * width * channels;
    const png = pngOf(data, n * size, { height, width, range, colour });
    const href = `data:image/png;base64,${png.toString("base64")}`;
    parts.push(
      `<image x="${x}" y="${y}" width="${w}" height="${h}" image-rendering="optimizeSpeed" href="${href}"/>`,
      `<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="none" stroke="#bbbbbb" stroke-width="0.5"/>`,
    );
    if (captions[n] !== undefined) {
      parts.push(text(x + w / 2, y + h + 14, CAPTION, String(captions[n]), `text-anchor="middle"`));
    }
  }
  if (title !== "") parts.push(text(6, 22, TITLE, title, `font-weight="bold"`));
  if (bar > 0) parts.push(colourBar(range, colour!, total[1]! - bar));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${total[0]}" height="${total[1]}" font-family="sans-serif">` +
    `<rect width="100%" height="100%" fill="white"/>${parts.join("")}</svg>`
  );
}

/** What an image is, in one line. */
export function describeImages({ shape }: ImageData, { title }: ImageOptions): string {
  return `${title ?? "image"} (${shape.join(" × ")})`;
}

/** Channels of an image, or of each image of a grid. */
export function channelsOf(shape: readonly number[]): 1 | 3 {
  return shape.length > 2 && shape.at(-1) === 3 ? 3 : 1;
}

function gridOf(shape: readonly number[], length: number) {
  const channels = channelsOf(shape);
  const colourLast = shape.length > 2 && shape.at(-1) === channels;
  const sizes = colourLast ? shape.slice(0, -1) : shape;
  if (sizes.length !== 2 && sizes.length !== 3) {
    throw new RangeError(
      `an image has the shape [h, w], [h, w, 1 or 3], [n, h, w] or [n, h, w, 1 or 3], got [${shape}]`,
    );
  }
  const [count, height, width] = (sizes.length === 2 ? [1, ...sizes] : sizes) as [
    number,
    number,
    number,
  ];
  const product = count * height * width * channels;
  if (product !== length || product === 0) {
    throw new RangeError(`shape [${shape}] needs ${product} numbers, got ${length}`);
  }
  return { count, height, width, channels };
}

function rangeOf(
  data: ArrayLike<number>,
  range: NonNullable<ImageOptions["range"]>,
): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (!Number.isFinite(value)) throw new RangeError(`number ${i} of the image is ${value}`);
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (range === "auto") return [low, high];
  if (range !== "symmetric") return [range[0], range[1]];
  const largest = Math.max(Math.abs(low), Math.abs(high));
  return [-largest, largest];
}

// Small images are drawn large enough to see their pixels, many of them small enough for a page.
function fittingScale(count: number, width: number, height: number): number {
  const wanted = count === 1 ? 360 : count <= 12 ? 110 : 64;
  return Math.max(1, Math.floor(wanted / Math.max(width, height)));
}

function colourMap(
  colors: "grey" | "diverging" | "categorical",
  [low, high]: readonly [number, number],
): (value: number) => Colour {
  const share = (value: number) =>
    high === low ? 0.5 : Math.min(1, Math.max(0, (value - low) / (high - low)));
  if (colors === "grey") return (value) => grey(share(value));
  if (colors === "diverging") return (value) => blend(DIVERGING, share(value));
  return (value) => categorical(share(value));
}

const grey = (t: number): Colour => [255 * t, 255 * t, 255 * t];

// Orange, white, purple (PuOr of ColorBrewer, Brewer 2003): told apart by every eye.
const DIVERGING: readonly Colour[] = [
  [127, 59, 8],
  [224, 130, 20],
  [253, 184, 99],
  [247, 247, 247],
  [178, 171, 210],
  [128, 115, 172],
  [45, 0, 75],
];

function blend(stops: readonly Colour[], t: number): Colour {
  const place = t * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(place));
  const [from, to, f] = [stops[i]!, stops[i + 1]!, place - i];
  return [0, 1, 2].map((k) => from[k]! + (to[k]! - from[k]!) * f) as unknown as Colour;
}

// A palette colour, lightened in five steps: neighbours differ in hue or in lightness.
function categorical(t: number): Colour {
  const step = Math.min(39, Math.floor(t * 40));
  const hex = PALETTE[step % 8]!;
  const light = 0.15 * Math.floor(step / 8);
  return [1, 3, 5].map((i) => {
    const value = Number.parseInt(hex.slice(i, i + 2), 16);
    return value + (255 - value) * light;
  }) as unknown as Colour;
}

interface Raster {
  height: number;
  width: number;
  range: readonly [number, number];
  /** Undefined for images with their own three channels. */
  colour: ((value: number) => Colour) | undefined;
}

function pngOf(data: ArrayLike<number>, start: number, raster: Raster): Buffer {
  const { height, width, colour } = raster;
  const [low, high] = raster.range;
  const png = new PNG({ width, height, colorType: 2 });
  for (let i = 0; i < height * width; i++) {
    const [r, g, b] =
      colour?.(data[start + i]!) ??
      ([0, 1, 2].map(
        (k) => (255 * (data[start + 3 * i + k]! - low)) / (high - low),
      ) as unknown as Colour);
    png.data.set([byte(r), byte(g), byte(b), 255], 4 * i);
  }
  return PNG.sync.write(png, { colorType: 2 });
}

const byte = (value: number): number => Math.min(255, Math.max(0, Math.round(value)));

function text(x: number, y: number, size: number, content: string, attributes = ""): string {
  return `<text x="${x}" y="${y}" font-size="${size}" fill="#222222" ${attributes}>${escapeHtml(content)}</text>`;
}

function colourBar(
  [low, high]: readonly [number, number],
  colour: (value: number) => Colour,
  y: number,
): string {
  const steps = 60;
  const boxes = Array.from({ length: steps }, (_, i) => {
    const rgb = colour(low + ((high - low) * (i + 0.5)) / steps).map(byte);
    return `<rect x="${6 + 3 * i}" y="${y + 14}" width="3.2" height="10" fill="rgb(${rgb})"/>`;
  });
  const frame = `<rect x="6" y="${y + 14}" width="${3 * steps}" height="10" fill="none" stroke="#999999" stroke-width="0.5"/>`;
  const ends = [low, high].map((value, i) =>
    text(
      6 + i * 3 * steps,
      y + 40,
      12,
      String(Number(value.toPrecision(3))),
      i === 0 ? "" : `text-anchor="end"`,
    ),
  );
  return [...boxes, frame, ...ends].join("");
}
