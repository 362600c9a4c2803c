import { indexedPng } from "../picture";
import { type Bundle, display } from "./display";
import {
  channelsOf,
  describeImages,
  type ImageData,
  type ImageOptions,
  svgOfImages,
} from "./images";
import { plainJson } from "./plainJson";
import { isPlotly, type PlotlyFigure, svgOfPlotly } from "./plotly/picture";
import { type Picture, pictureOfSvg, svgOfVegaLite, withTheme } from "./rendering";
import { type FrameLike, tableOf } from "./table";
import { Typeset, unescapeHtml } from "./text";
import { PLOTLY_LAYOUT } from "./theme";

/** What {@link show} takes. */
export type Figure = object | string | Uint8Array;

/** A figure larger than this has no place in a notebook. */
const LARGEST_MB = 5;
/** An SVG of more characters than this is shown as its picture alone. */
const LARGEST_SVG = 100_000;
/** A picture of more bytes than this is stored with 256 colours, if it isn't a photograph. */
const LARGEST_PICTURE = 120_000;
/** What may stand before the element of an SVG file: its declaration, type, comments. */
const PROLOG =
  /^\uFEFF?(?:\s+|<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!DOCTYPE(?:[^[>"']|"[^"]*"|'[^']*'|\[[^\]]*\])*>)*/i;
const ENTITY = /<!ENTITY\s+([\w.-]+)\s+("[^"]*"|'[^']*')\s*>/g;

/**
 * Shows a figure as one output in several forms: the native one for JupyterLab, a picture (PNG)
 * for GitHub, HTML and slides, and text last.
 *
 * Takes a Vega-Lite 5 spec, a Plotly figure `{ data, layout }`
 * (possibly with `frames`, and with a `still` SVG as its picture), an SVG text, PNG bytes, an image
 * or a grid of images (`{ data, shape }`, also a TensorFlow.js tensor), a danfo.js DataFrame, and
 * what {@link tex} and {@link markdown} make. Options are for images, but for the title.
 *
 * @throws TypeError on anything else; RangeError on numbers that can't be drawn
 * @example show(learningCurves(curve));
 * @example show(images, { title: "Templates", range: "symmetric", columns: 5 });
 */
export function show(figure: Figure, options: ImageOptions = {}): void {
  const { data, metadata = {} } = formsOf(figure, options);
  display(data, metadata);
}

interface Forms {
  data: Bundle;
  metadata?: Record<string, unknown>;
}

function formsOf(figure: Figure, options: ImageOptions): Forms {
  const { title } = options;
  // Cells aren't compiled strictly: undefined gets here.
  if (figure === undefined || figure === null) throw unknown(figure);
  if (figure instanceof Typeset) return { data: figure.bundle };
  if (typeof figure === "string") return svgForms(figure, title);
  if (figure instanceof Uint8Array) return pngForms(figure, title);
  if (isVegaLite(figure)) {
    const spec = limited(withTheme(plainJson(figure) as object));
    const picture = pictureOfSvg(svgOfVegaLite(spec));
    const label = title ?? titleOf((figure as { title?: unknown }).title) ?? "Vega-Lite figure";
    return withPicture({ "application/vnd.vegalite.v5+json": spec }, picture, label);
  }
  if (isPlotly(figure)) {
    const layout = { ...PLOTLY_LAYOUT, ...figure.layout };
    const { still, ...live } = figure;
    const plain = limited(plainJson({ ...live, layout }) as PlotlyFigure);
    const picture = pictureOfSvg(still ?? svgOfPlotly(plain));
    const label = title ?? titleOf(plain.layout?.title) ?? "Plotly figure";
    return withPicture({ "application/vnd.plotly.v1+json": plain }, picture, label);
  }
  if (isFrame(figure)) return { data: tableOf(figure) };
  const image = imageOf(figure);
  if (image !== undefined) {
    const picture = pictureOfSvg(svgOfImages(image, options));
    const photograph = channelsOf(image.shape) === 3;
    return withPicture({}, picture, describeImages(image, options), photograph);
  }
  throw unknown(figure);
}

function unknown(figure: unknown): TypeError {
  return new TypeError(
    `show can't draw ${nameOf(figure)}: it takes a Vega-Lite spec (with $schema), a Plotly figure ({ data, layout }), an SVG text, PNG bytes, { data, shape } or a tensor, a DataFrame, tex(…) or markdown(…)`,
  );
}

function isVegaLite(figure: object): boolean {
  const { $schema } = figure as { $schema?: unknown };
  if (typeof $schema !== "string") return false;
  if (/vega-lite\/v5/.test($schema)) return true;
  throw new TypeError(`show draws Vega-Lite 5, this figure says ${$schema}`);
}

function svgForms(text: string, given: string | undefined): Forms {
  const prolog = PROLOG.exec(text)![0];
  // A page takes the element alone, so that it must do without what was declared before.
  const declared = new Map(
    [...prolog.matchAll(ENTITY)].map(([, name, value]) => [name, value!.slice(1, -1)]),
  );
  const svg = text
    .slice(prolog.length)
    .replace(/&([\w.-]+);/g, (whole, name) => declared.get(name) ?? whole);
  if (!/^<svg[\s/>]/.test(svg)) {
    throw new TypeError(
      `show takes a text that is SVG, this one begins with "${svg.slice(0, 30)}"`,
    );
  }
  const title = given ?? /^<svg[^>]*>\s*<title>([^<]*)<\/title>/.exec(svg)?.[1] ?? "SVG figure";
  const native = svg.length <= LARGEST_SVG ? { "image/svg+xml": svg } : {};
  return withPicture(native, pictureOfSvg(svg), unescapeHtml(title));
}

function pngForms(png: Uint8Array, title = "image"): Forms {
  const bytes = Buffer.from(png);
  if (bytes.subarray(0, 8).toString("latin1") !== "\x89PNG\r\n\x1a\n") {
    throw new TypeError("show takes bytes that are a PNG file; these don't begin as one");
  }
  return { data: { "image/png": bytes.toString("base64"), "text/plain": title } };
}

function withPicture(
  native: Bundle,
  { png, width, height }: Picture,
  title: string,
  photograph = false,
): Forms {
  const stored = png.length > LARGEST_PICTURE && !photograph ? indexedPng(png) : png;
  return {
    data: { ...native, "image/png": Buffer.from(stored).toString("base64"), "text/plain": title },
    // Jupyter draws a PNG pixel by pixel unless told its size on the page.
    metadata: { "image/png": { width: Math.round(width), height: Math.round(height) } },
  };
}

function limited<T extends object>(figure: T): T {
  const size = JSON.stringify(figure).length / 1e6;
  if (size <= LARGEST_MB) return figure;
  throw new RangeError(
    `the figure takes ${size.toFixed(1)} MB, a notebook at most ${LARGEST_MB} MB each: draw fewer points, or an image`,
  );
}

function titleOf(title: unknown): string | undefined {
  if (typeof title === "string") return title;
  const text = (title as { text?: unknown } | undefined)?.text;
  return typeof text === "string" ? text : undefined;
}

function isFrame(figure: object): figure is FrameLike {
  const frame = figure as Partial<FrameLike>;
  return Array.isArray(frame.columns) && Array.isArray(frame.index) && Array.isArray(frame.values);
}

// A tensor is known by what it does, so that showing doesn't load TensorFlow.js.
function imageOf(figure: object): ImageData | undefined {
  const { shape, data, dataSync } = figure as {
    shape?: unknown;
    data?: unknown;
    dataSync?: () => ArrayLike<number>;
  };
  if (!Array.isArray(shape)) return undefined;
  if (typeof dataSync === "function") return { shape, data: dataSync.call(figure) };
  const numbers = Array.isArray(data) || ArrayBuffer.isView(data);
  return numbers ? { shape, data: data as unknown as ArrayLike<number> } : undefined;
}

function nameOf(figure: unknown): string {
  if (typeof figure !== "object" || figure === null) return String(figure);
  const prototype = Object.getPrototypeOf(figure) as { constructor?: { name?: string } } | null;
  const keys = Object.keys(figure).slice(0, 5).join(", ");
  return `${prototype?.constructor?.name ?? "an object"} with { ${keys} }`;
}
