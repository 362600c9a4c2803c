import { escaped } from "../picture";
import { extremes } from "../spline/extremes";

/**
 * Several SVG pictures side by side as one SVG, row by row.
 *
 * @throws RangeError without a picture, and for a text that isn't an SVG with width and height
 * @example
 * show(pictureGrid([complex.toSVG({ size: 200 }), complex.toSVG({ colour: "norm", size: 200 })]));
 */
export function pictureGrid(
  pictures: readonly string[],
  {
    columns = pictures.length,
    title = "",
  }: { readonly columns?: number; readonly title?: string } = {},
): string {
  if (pictures.length === 0) throw new RangeError("a grid of no pictures");
  const sizes = pictures.map((svg, n) => {
    const [, width, height] = /^<svg[^>]*? width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
    if (width === undefined || height === undefined) {
      throw new RangeError(`picture ${n} is no SVG with a width and a height`);
    }
    return [Number(width), Number(height)] as const;
  });
  const [, w] = extremes(sizes.map(([width]) => width));
  const [, h] = extremes(sizes.map(([, height]) => height));
  const top = title === "" ? 0 : 38;
  const placed = pictures.map((svg, n) => {
    const [x, y] = [(n % columns) * w, top + Math.floor(n / columns) * h];
    return svg.replace(/^<svg/, `<svg x="${x}" y="${y}"`);
  });
  const width = Math.max(Math.min(columns, pictures.length) * w, 10 * title.length + 20);
  const height = top + Math.ceil(pictures.length / columns) * h;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" fill="#222222">` +
    (title === "" ? "" : `<title>${escaped(title)}</title>`) +
    `<rect width="100%" height="100%" fill="white"/>` +
    (title === ""
      ? ""
      : `<text x="14" y="26" font-size="18" font-weight="bold">${escaped(title)}</text>`) +
    `${placed.join("")}</svg>`
  );
}
