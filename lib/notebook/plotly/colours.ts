/** A colour in [0, 255]³. */
export type Rgb = readonly [number, number, number];

// Those of Plotly's named scales that are the same in Vega; most of its others are its own.
const SCHEMES: Record<string, string> = { Viridis: "viridis", Cividis: "cividis" };

/** Plotly's colour scale, by name or as [place, colour] stops, as a function on [0, 1]. */
export function colourScale(scale: unknown = "Viridis"): (t: number) => Rgb {
  if (Array.isArray(scale)) {
    const stops = scale.map(([place, colour]) => [Number(place), parse(String(colour))] as const);
    return (t) => {
      const k = Math.max(
        1,
        stops.findIndex(([place]) => place >= t),
      );
      const [[from, a], [to, b]] = [stops[k - 1]!, stops[k]!];
      const f = to === from ? 0 : Math.min(1, Math.max(0, (t - from) / (to - from)));
      return [0, 1, 2].map((i) => a[i]! + f * (b[i]! - a[i]!)) as unknown as Rgb;
    };
  }
  if (scale === "Greys")
    return colourScale([
      [0, "#000000"],
      [1, "#ffffff"],
    ]);
  const scheme = SCHEMES[String(scale)];
  if (scheme === undefined) {
    throw new RangeError(
      `no picture of Plotly's colour scale "${scale}": take Viridis, Cividis, Greys, or a list of [place, colour]`,
    );
  }
  const vega = require("vega") as unknown as { scheme(name: string): (t: number) => string };
  const at = vega.scheme(scheme);
  return (t) => parse(at(Math.min(1, Math.max(0, t))));
}

/** A colour written as #rgb, #rrggbb or rgb(…). */
export function parse(colour: string): Rgb {
  const hex = /^#([0-9a-f]{6}|[0-9a-f]{3})$/i.exec(colour)?.[1];
  if (hex !== undefined) {
    const size = hex.length / 3;
    const part = (k: number) => hex.slice(k * size, (k + 1) * size).padStart(2, hex[k * size]);
    return [0, 1, 2].map((k) => Number.parseInt(part(k), 16)) as unknown as Rgb;
  }
  const numbers = /^rgba?\(([^)]*)\)$/.exec(colour)?.[1]?.split(",").map(Number);
  if (numbers === undefined || numbers.length < 3) {
    throw new RangeError(
      `no picture of the colour "${colour}": write it as #rrggbb or rgb(r, g, b)`,
    );
  }
  return numbers.slice(0, 3) as unknown as Rgb;
}

/** A colour for SVG. */
export const css = (rgb: Rgb): string => `rgb(${rgb.map((v) => Math.round(v)).join(",")})`;
