import { type Activation, makePieces, type Pieces } from "../spline/operators";
import type { DenseLayer } from "./denseLayers";
import { scaleRow, slopesBehind } from "./slopesBehind";

/** A box of the input space: lower and upper corner. */
export interface InputBox {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Which pieces each unit of each layer with an activation may take on a box: first and last. */
export interface PossiblePieces {
  readonly first: readonly Pieces[];
  readonly last: readonly Pieces[];
}

/**
 * The pieces that units can take somewhere on a box, or more: pre-activations are enclosed by an
 * affine function of the input and an error, u = G x + h ± e. A stable unit passes both on by its
 * slope; an unstable one is enclosed by the strip between its chord and the parallel that touches it.
 */
export function possiblePieces(
  layers: readonly DenseLayer[],
  { low, high }: InputBox,
): PossiblePieces {
  const D = low.length;
  const centre = low.map((v, i) => v / 2 + high[i]! / 2);
  const radius = low.map((v, i) => high[i]! / 2 - v / 2);
  const first: Pieces[] = [];
  const last: Pieces[] = [];
  // The layer's input: rows of G over x − centre, h, e; the input itself to begin with.
  let G = new Float64Array(D * D);
  for (let i = 0; i < D; i++) G[i * D + i] = 1;
  let h = centre.slice();
  let e = new Float64Array(D);
  for (const { inputs, outputs, W, b, activation } of layers) {
    if (activation === undefined) break;
    const [nextG, nextH, nextE] = [
      slopesBehind({ inputs, outputs, W }, G, D),
      b.slice(),
      new Float64Array(outputs),
    ];
    const [from, to] = [0, 1].map(() => makePieces(outputs, activation.pieces)) as [Pieces, Pieces];
    for (let k = 0; k < outputs; k++) {
      let [value, error, size] = [b[k]!, 0, Math.abs(b[k]!)];
      const row = k * D;
      for (let i = 0; i < inputs; i++) {
        const w = W[k * inputs + i]!;
        value += w * h[i]!;
        error += Math.abs(w) * e[i]!;
        size += Math.abs(w * h[i]!);
      }
      let reach = error + ROUNDING * size; // what rounding may have hidden
      for (let d = 0; d < D; d++) reach += Math.abs(nextG[row + d]!) * radius[d]!;
      const [lowest, highest] = [value - reach, value + reach];
      from[k] = pieceAt(activation, lowest);
      to[k] = pieceAt(activation, highest);
      const strip = enclosed(activation, k, from[k]!, to[k]!, lowest, highest);
      scaleRow(nextG, k, D, strip.slope);
      nextH[k] = strip.slope * value + strip.offset;
      nextE[k] = Math.abs(strip.slope) * (error + ROUNDING * size) + strip.error;
    }
    first.push(from);
    last.push(to);
    [G, h, e] = [nextG, nextH, nextE];
  }
  return { first, last };
}

/** Relative to the size of the terms of a sum. */
const ROUNDING = 1e-13;

/** The piece taken at u. */
function pieceAt({ knots }: Activation, u: number): number {
  let r = 0;
  while (r < knots.length && u > knots[r]!) r++;
  return r;
}

/** Slope and offset of an affine function, and how far the activation strays from it on [low, high]. */
function enclosed(
  activation: Activation,
  k: number,
  first: number,
  last: number,
  low: number,
  high: number,
): { slope: number; offset: number; error: number } {
  const { knots, slopes, intercepts, pieces, channels } = activation;
  const row = (k % channels) * pieces;
  const valueAt = (u: number, r: number) => slopes[row + r]! * u + intercepts[row + r]!;
  if (first === last)
    return { slope: slopes[row + first]!, offset: intercepts[row + first]!, error: 0 };
  const slope = (valueAt(high, last) - valueAt(low, first)) / (high - low);
  // A piecewise-affine function strays from an affine one the most at its knots and its ends.
  const start = valueAt(low, first) - slope * low;
  let [least, most] = [start, start];
  for (let r = first; r < last; r++) {
    const rest = valueAt(knots[r]!, r) - slope * knots[r]!;
    least = Math.min(least, rest);
    most = Math.max(most, rest);
  }
  return { slope, offset: (least + most) / 2, error: (most - least) / 2 };
}
