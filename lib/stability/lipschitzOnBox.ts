import { Heap } from "heap-js";
import type { SplineNetwork } from "../network";
import { extremes } from "../spline/extremes";
import type { Pieces } from "../spline/operators";
import { type InputBox, type PossiblePieces, possiblePieces } from "./boxBounds";
import { interiorPoint, type Undecided } from "./cellInBox";
import { type DenseLayer, denseLayers } from "./denseLayers";
import { scaleRow, slopesBehind } from "./slopesBehind";
import { spectralNorm } from "./spectralNorm";

/** How long the search goes on. */
export interface BoxSearchOptions {
  /** Ends when upper ≤ lower (1 + gap); 1e-6 if left out. */
  readonly gap?: number;
  /** Ends after so many boxes; 100,000 if left out. */
  readonly boxes?: number;
}

/** The Lipschitz constant on a box between two certified bounds. */
export interface BoxLipschitz {
  /** ‖A[x]‖₂ at `at`. */
  readonly lower: number;
  /** No two points of the box are mapped further apart than this times their distance. */
  readonly upper: number;
  /** (upper − lower) / lower, 0 if both are 0. */
  readonly gap: number;
  /** Where `lower` is attained. */
  readonly at: Float64Array;
  /** Boxes looked at. */
  readonly boxes: number;
}

/** Undecided units are decided in up to so many ways; with more, entries of A are enclosed. */
const ALL_WAYS = 64;

/**
 * The Lipschitz constant of a dense network on a box of its input space, by branch and bound over
 * codes.
 *
 * On a box most units are decided. The rest are decided in all ways, if these are 64 or fewer, each a
 * code with its ‖A‖₂; only codes count whose cells have interior points in the box, as those that are
 * met at kinks alone have slopes that the network has nowhere. With more ways, the entries of A are
 * enclosed. Each cell with a point well inside gives a lower bound; the box with the largest upper
 * bound is halved next, across its longest side. A box all of whose cells are known needs no more
 * looking at, so that the search ends with the exact constant. For few inputs: boxes multiply with
 * them.
 *
 * @throws RangeError for networks with branches or pooling, on a box of another size, and where slopes
 * are below the numbers of full precision
 *
 * @example
 * const { lower, upper } = lipschitzOnBox(net, [[-1, -1], [1, 1]]);
 * upper <= lower * 1.000001; // true
 */
export function lipschitzOnBox(
  net: SplineNetwork,
  box: readonly [ArrayLike<number>, ArrayLike<number>],
  { gap = 1e-6, boxes = 100_000 }: BoxSearchOptions = {},
): BoxLipschitz {
  const layers = denseLayers(net, "branch and bound");
  const whole = readBox(box, net.inputSize);
  // The largest bound on top.
  const heap = new Heap<{ part: InputBox; bound: number }>((one, other) => other.bound - one.bound);
  let [lower, at, looked] = [0, centreOf(whole), 0];
  let decided = 0; // the largest bound of a box that needs no more looking at
  const look = (part: InputBox, above: number) => {
    const { upper, known, steepest } = boundsOn(layers, part);
    if (steepest !== undefined && steepest.norm > lower) {
      [lower, at] = [steepest.norm, steepest.at];
    }
    looked++;
    const bound = Math.min(above, upper);
    if (!known && bound > lower * (1 + gap)) heap.push({ part, bound });
    else decided = Math.max(decided, bound);
  };
  look(whole, Number.POSITIVE_INFINITY);
  while (looked < boxes) {
    const next = heap.peek();
    if (next === undefined || next.bound <= lower * (1 + gap)) break;
    heap.pop();
    for (const half of halves(next.part)) look(half, next.bound);
  }
  const upper = Math.max(decided, heap.peek()?.bound ?? 0, lower);
  return { lower, upper, gap: lower === 0 ? upper : upper / lower - 1, at, boxes: looked };
}

/** Checks a box once. */
export function readBox(
  [low, high]: readonly [ArrayLike<number>, ArrayLike<number>],
  D: number,
): InputBox {
  if (low.length !== D || high.length !== D) {
    throw new RangeError(`a box of ${low.length} and ${high.length} numbers, expected ${D} each`);
  }
  const box = { low: Float64Array.from(low), high: Float64Array.from(high) };
  const bad = box.low.findIndex(
    (v, i) => !(Number.isFinite(box.high[i]! - v) && v <= box.high[i]!),
  );
  if (bad >= 0) {
    throw new RangeError(
      `the box goes from ${box.low[bad]} to ${box.high[bad]} along input ${bad}, expected low ≤ high`,
    );
  }
  return box;
}

const centreOf = ({ low, high }: InputBox): Float64Array => low.map((v, i) => v / 2 + high[i]! / 2);

function halves({ low, high }: InputBox): InputBox[] {
  let widest = 0;
  for (let i = 1; i < low.length; i++) {
    if (high[i]! - low[i]! > high[widest]! - low[widest]!) widest = i;
  }
  const middle = low[widest]! / 2 + high[widest]! / 2;
  const [cutHigh, cutLow] = [high.slice(), low.slice()];
  cutHigh[widest] = middle;
  cutLow[widest] = middle;
  return [
    { low, high: cutHigh },
    { low: cutLow, high },
  ];
}

/** What is known of a box: a bound, whether it is attained, and the steepest cell seen there. */
interface BoundsOfBox {
  readonly upper: number;
  readonly known: boolean;
  readonly steepest: SteepCell | undefined;
}

/** ‖A‖₂ of a cell, from below, and a point inside of it. */
interface SteepCell {
  readonly norm: number;
  readonly at: Float64Array;
}

function boundsOn(layers: readonly DenseLayer[], box: InputBox): BoundsOfBox {
  const possible = possiblePieces(layers, box);
  const undecided: [number, number][] = [];
  let ways = 1;
  possible.first.forEach((from, l) => {
    for (let k = 0; k < from.length; k++) {
      const more = possible.last[l]![k]! - from[k]!;
      if (more > 0) undecided.push([l, k]);
      ways *= more + 1;
    }
  });
  if (ways <= ALL_WAYS) return boundsOfCodes(layers, possible, undecided, box);
  return {
    upper: enclosedNorm(layers, possible),
    known: false,
    steepest: cellNearMiddle(layers, box),
  };
}

/** The cell of a point off the middle, where kinks like to lie; undefined if it is on one. */
function cellNearMiddle(layers: readonly DenseLayer[], box: InputBox): SteepCell | undefined {
  const at = box.low.map((v, i) => {
    const share = 0.5 + 0.1 * (((i + 1) * 0.6180339887) % 1);
    return v + share * (box.high[i]! - v);
  });
  const { first, last } = possiblePieces(layers, { low: at, high: at });
  const tied = first.some((from, l) => from.some((r, k) => r !== last[l]![k]));
  return tied ? undefined : { norm: normOf(layers, first, "lower"), at };
}

/** Bounds from all codes in which every unit takes one of its possible pieces. */
function boundsOfCodes(
  layers: readonly DenseLayer[],
  { first, last }: PossiblePieces,
  undecided: Undecided,
  box: InputBox,
): BoundsOfBox {
  const code = first.map((pieces) => pieces.slice());
  let [upper, known, found] = [0, true, false];
  let steepest: SteepCell | undefined;
  const decide = (i: number): void => {
    if (i < undecided.length) {
      const [l, k] = undecided[i]!;
      for (let r = first[l]![k]!; r <= last[l]![k]!; r++) {
        code[l]![k] = r;
        decide(i + 1);
      }
      return;
    }
    const inside = interiorPoint(layers, code, undecided, box);
    if (inside === "none") return;
    found = true;
    upper = Math.max(upper, normOf(layers, code, "upper"));
    if (inside === undefined) {
      known = false;
      return;
    }
    const norm = normOf(layers, code, "lower");
    if (steepest === undefined || norm > steepest.norm) steepest = { norm, at: inside };
  };
  decide(0);
  // A box as small as rounding holds no cell for sure.
  if (!found) return { upper: enclosedNorm(layers, { first, last }), known: false, steepest };
  return { upper, known, steepest };
}

function normOf(
  layers: readonly DenseLayer[],
  code: readonly Pieces[],
  end: "lower" | "upper",
): number {
  const D = layers[0]!.inputs;
  let A = layers[0]!.W;
  for (let l = 1; l < layers.length; l++) {
    const { inputs } = layers[l]!;
    const { slopes, pieces, channels } = layers[l - 1]!.activation!;
    const behind = A.slice();
    for (let i = 0; i < inputs; i++) {
      scaleRow(behind, i, D, slopes[(i % channels) * pieces + code[l - 1]![i]!]!);
    }
    A = slopesBehind(layers[l]!, behind, D);
  }
  return spectralNorm(A, A.length / D, D)[end];
}

/** ‖|A|‖₂ for the largest magnitudes that the entries of A can have. */
function enclosedNorm(layers: readonly DenseLayer[], { first, last }: PossiblePieces): number {
  const D = layers[0]!.inputs;
  let [low, high] = [layers[0]!.W, layers[0]!.W];
  layers.forEach(({ inputs, outputs, W }, l) => {
    if (l === 0) return;
    const { slopes, pieces, channels } = layers[l - 1]!.activation!;
    const [nextLow, nextHigh] = [new Float64Array(outputs * D), new Float64Array(outputs * D)];
    for (let i = 0; i < inputs; i++) {
      const row = (i % channels) * pieces;
      const own = slopes.subarray(row + first[l - 1]![i]!, row + last[l - 1]![i]! + 1);
      const [least, most] = extremes(own);
      for (let d = 0; d < D; d++) {
        const [a, b] = [low[i * D + d]!, high[i * D + d]!];
        const lowest = Math.min(least * a, least * b, most * a, most * b);
        const highest = Math.max(least * a, least * b, most * a, most * b);
        if (lowest === 0 && highest === 0) continue;
        for (let k = 0; k < outputs; k++) {
          const w = W[k * inputs + i]!;
          nextLow[k * D + d]! += w > 0 ? w * lowest : w * highest;
          nextHigh[k * D + d]! += w > 0 ? w * highest : w * lowest;
        }
      }
    }
    [low, high] = [nextLow, nextHigh];
  });
  const magnitudes = low.map((v, i) => Math.max(Math.abs(v), Math.abs(high[i]!)));
  return spectralNorm(magnitudes, magnitudes.length / D, D, { tolerance: 1e-6 }).upper;
}
