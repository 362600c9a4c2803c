import type { Complex } from "../Complex";

/** Colours that colour-blind people can tell apart (Okabe & Ito 2008): of classes and of layers. */
export const STRONG = ["#0072b2", "#d55e00", "#009e73", "#e69f00", "#cc79a7", "#56b4e9"] as const;

/** Pale colours of regions: dark edges, points and lines stand out on them. */
export const PALE = ["#cfe3f1", "#fbe3b3", "#c9e8dc", "#f6d3bd", "#f0d9e6", "#f7f3c4", "#dddddd"];

/** A colour of a class; the strong ones come again, paler, from the seventh class on. */
export function classColour(c: number): string {
  const colour = STRONG[c % STRONG.length]!;
  return mixed(colour, "#ffffff", Math.min(0.7, 0.3 * Math.floor(c / STRONG.length)));
}

/** A pale colour of a class, for areas. */
export const classTint = (c: number): string => mixed(classColour(c), "#ffffff", 0.68);

/** Ten equally spaced colours of Viridis (S. van der Walt & N. Smith 2015, CC0). */
const VIRIDIS =
  "#440154 #482878 #3e4989 #31688e #26828e #1f9e89 #35b779 #6ece58 #b5de2b #fde725".split(" ");

/** The colour scale Viridis on [0, 1], in 64 steps. */
export function viridis(t: number): string {
  const place = (Math.round(63 * Math.min(1, Math.max(0, t))) / 63) * (VIRIDIS.length - 1);
  const k = Math.min(VIRIDIS.length - 2, Math.floor(place));
  return mixed(VIRIDIS[k]!, VIRIDIS[k + 1]!, place - k);
}

/** A colour that SVG, canvas and PNG understand. @throws RangeError unless it is #rrggbb */
export function checkedColour(colour: string): string {
  if (/^#[0-9a-f]{6}$/i.test(colour)) return colour;
  throw new RangeError(`the colour of a cell is "${colour}", expected #rrggbb`);
}

/** Red, green and blue, 0 … 255, of a colour #rrggbb. */
export function rgb(colour: string): [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function mixed(from: string, to: string, t: number): string {
  const [p, q] = [rgb(from), rgb(to)];
  const parts = p.map((v, k) => Math.round(v + t * (q[k]! - v)));
  return `#${parts.map((v) => v.toString(16).padStart(2, "0")).join("")}`;
}

/** A number for every group of cells, so that groups which touch have different ones, if enough. */
export function distinctNumbers(
  complex: Complex,
  groupOf: Int32Array,
  groups: number,
  available: number,
): Int32Array {
  const { edgeCells } = complex.arrays;
  const beside = Array.from({ length: groups }, () => new Set<number>());
  for (let e = 0; e < edgeCells.length; e += 2) {
    if (edgeCells[e]! < 0 || edgeCells[e + 1]! < 0) continue;
    const [g, h] = [groupOf[edgeCells[e]!]!, groupOf[edgeCells[e + 1]!]!];
    if (g === h) continue;
    beside[g]!.add(h);
    beside[h]!.add(g);
  }
  const numbers = new Int32Array(groups).fill(-1);
  const used = new Int32Array(available);
  for (let g = 0; g < groups; g++) {
    const taken = new Set([...beside[g]!].map((h) => numbers[h]!));
    let best = -1;
    // The least used of those that no neighbour has: all colours get their share.
    for (let k = 0; k < available; k++) {
      if (!taken.has(k) && (best < 0 || used[k]! < used[best]!)) best = k;
    }
    if (best < 0) best = g % available;
    numbers[g] = best;
    used[best]!++;
  }
  return numbers;
}
