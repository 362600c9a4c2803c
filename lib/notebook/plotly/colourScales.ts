import { type ColourScale, parseColour, piecewise, type Rgb } from "../colours";
import { FigureError } from "../FigureError";
import type { Trace } from "./traces";

/** Plotly's named scales: position and colour of each stop. */
const NAMED: Readonly<Record<string, string>> = {
  Blackbody: "0 #000000 0.2 #e60000 0.4 #e6d200 0.7 #ffffff 1 #a0c8ff",
  Bluered: "0 #0000ff 1 #ff0000",
  Blues: "0 #050aac 0.35 #283cbe 0.5 #4664f5 0.6 #5a78f5 0.7 #6a89f7 1 #dcdcdc",
  Cividis:
    "0 #00204c 0.176 #273f6c 0.353 #5b5f6d 0.529 #838178 0.706 #b0a572 0.882 #e1cc5c 1 #ffe945",
  Earth: "0 #000082 0.1 #00b4b4 0.2 #28d228 0.4 #e6e632 0.6 #784614 1 #ffffff",
  Electric: "0 #000000 0.15 #1e0064 0.4 #780064 0.6 #a05a00 0.8 #e6c800 1 #fffadc",
  Greens: "0 #00441b 0.25 #238b45 0.5 #74c476 0.75 #c7e9c0 1 #f7fcf5",
  Greys: "0 #000000 1 #ffffff",
  Hot: "0 #000000 0.3 #e60000 0.6 #ffd200 1 #ffffff",
  Jet: "0 #000083 0.125 #003caa 0.375 #05ffff 0.625 #ffff00 0.875 #fa0000 1 #800000",
  Picnic: "0 #0000ff 0.2 #66ccff 0.4 #ccccff 0.5 #ffffff 0.6 #ffccff 0.8 #ff66cc 1 #ff0000",
  Portland: "0 #0c3383 0.25 #0a88ba 0.5 #f2d338 0.75 #f28f38 1 #d91e1e",
  Rainbow: "0 #96005a 0.125 #0000c8 0.375 #0098ff 0.5 #2cff96 0.625 #97ff00 0.75 #ffea00 1 #ff0000",
  RdBu: "0 #050aac 0.35 #6a89f7 0.5 #bebebe 0.6 #dcaa84 0.7 #e6915a 1 #b20a1c",
  Reds: "0 #dcdcdc 0.2 #f5c39d 0.4 #f5a069 1 #b20a1c",
  Viridis:
    "0 #440154 0.125 #472d7b 0.25 #3b528b 0.375 #2c728e 0.5 #21918c 0.625 #28ae80 0.75 #5ec962 " +
    "0.875 #addc30 1 #fde725",
  YlGnBu: "0 #081d58 0.25 #225ea8 0.5 #41b6c4 0.75 #c7e9b4 1 #ffffd9",
  YlOrRd: "0 #800026 0.25 #e31a1c 0.5 #fd8d3c 0.75 #fed976 1 #ffffcc",
};

/** Reads a trace's colour scale, a name or [position, colour] stops; Viridis if there is none. */
export function colourScale({
  colorscale = "Viridis",
  reversescale = false,
}: Pick<Trace, "colorscale" | "reversescale">): ColourScale {
  const scale = piecewise(typeof colorscale === "string" ? named(colorscale) : stops(colorscale));
  return reversescale ? (t) => scale(1 - t) : scale;
}

function named(name: string): (readonly [number, Rgb])[] {
  const key = Object.keys(NAMED).find((known) => known.toLowerCase() === name.toLowerCase());
  if (key === undefined) {
    throw new FigureError(
      `found colour scale "${name}", wanted [position, colour] stops or one of ` +
        Object.keys(NAMED).join(", "),
    );
  }
  const words = NAMED[key]!.split(" ");
  return Array.from(
    { length: words.length / 2 },
    (_, s) => [Number(words[2 * s]), colour(words[2 * s + 1]!)] as const,
  );
}

function stops(pairs: readonly (readonly [number, string])[]): (readonly [number, Rgb])[] {
  return pairs.map(([at, text]) => [at, colour(text)] as const);
}

/** Reads a colour; throws FigureError for the name of one. */
export function colour(text: string): Rgb {
  const known: Readonly<Record<string, string>> = {
    black: "#000000",
    white: "#ffffff",
    grey: "#808080",
    gray: "#808080",
    red: "#ff0000",
    green: "#008000",
    blue: "#0000ff",
    orange: "#ffa500",
    purple: "#800080",
  };
  const rgb = parseColour(known[text.toLowerCase()] ?? text);
  if (rgb === undefined) {
    throw new FigureError(
      `found the colour ${JSON.stringify(text)}, wanted #rrggbb or rgb(r, g, b)`,
    );
  }
  return rgb;
}
