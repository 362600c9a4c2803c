import { Heap } from "heap-js";
import type { SplineNetwork } from "../network";
import { extremes } from "../spline/extremes";
import { type InputBox, type PossiblePieces, possiblePieces } from "./boxBounds";
import { type DenseLayer, denseLayers } from "./denseLayers";
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

/** So many undecided units are decided in all ways; with more, entries of A are enclosed one by one. */
const ALL_WAYS = 6;

/**
 * The Lipschitz constant of a dense network on a box of its input space, by branch and bound over
 * codes.
 *
 * On a box most units are decided. The rest are decided in all ways, each a code with its ‖A‖₂, if
 * they are six or fewer; with more of them, the entries of A are enclosed. The box with the largest
 * bound is halved next, across its longest side; ‖A‖₂ at the middle of each is a lower bound. The
 * search converges to the exact constant, since around a point in general position all ways of
 * deciding the units that are undecided there do occur. For few inputs: boxes multiply with them.
 *
 * Throws RangeError for networks with branches or pooling, and on a box of another size.
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
  const look = (part: InputBox, above: number) => {
    const middle = centreOf(part);
    const norm = normAt(layers, middle);
    if (norm > lower) [lower, at] = [norm, middle];
    looked++;
    const bound = Math.min(above, boundOn(layers, part));
    if (bound > lower * (1 + gap)) heap.push({ part, bound });
    else decided = Math.max(decided, bound);
  };
  let decided = 0; // the largest bound of a box that needs no more looking at
  look(whole, Number.POSITIVE_INFINITY);
  while (looked < boxes) {
    const next = heap.pop();
    if (next === undefined) break;
    const { part, bound } = next;
    if (bound <= lower * (1 + gap)) {
      decided = Math.max(decided, bound);
      break;
    }
    for (const half of halves(part)) look(half, bound);
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

const centreOf = ({ low, high }: InputBox): Float64Array => low.map((v, i) => (v + high[i]!) / 2);

function halves({ low, high }: InputBox): InputBox[] {
  let widest = 0;
  for (let i = 1; i < low.length; i++) {
    if (high[i]! - low[i]! > high[widest]! - low[widest]!) widest = i;
  }
  const middle = (low[widest]! + high[widest]!) / 2;
  const [cutHigh, cutLow] = [high.slice(), low.slice()];
  cutHigh[widest] = middle;
  cutLow[widest] = middle;
  return [
    { low, high: cutHigh },
    { low: cutLow, high },
  ];
}

/** ‖A[x]‖₂, from below. */
function normAt(layers: readonly DenseLayer[], x: Float64Array): number {
  const { first } = possiblePieces(layers, { low: x, high: x });
  return normOf(layers, first, "lower");
}

function boundOn(layers: readonly DenseLayer[], box: InputBox): number {
  const possible = possiblePieces(layers, box);
  let undecided = 0;
  possible.first.forEach((from, l) => {
    for (let k = 0; k < from.length; k++) undecided += Number(from[k] !== possible.last[l]![k]);
  });
  return undecided <= ALL_WAYS
    ? largestOfAllWays(layers, possible)
    : enclosedNorm(layers, possible);
}

/** The largest ‖A‖₂ of all codes in which every unit takes one of its possible pieces. */
function largestOfAllWays(layers: readonly DenseLayer[], { first, last }: PossiblePieces): number {
  const code = first.map((pieces) => pieces.slice());
  const choices: [number, number][] = [];
  first.forEach((from, l) => {
    for (let k = 0; k < from.length; k++) if (from[k] !== last[l]![k]) choices.push([l, k]);
  });
  let largest = 0;
  const decide = (i: number): void => {
    if (i === choices.length) {
      largest = Math.max(largest, normOf(layers, code, "upper"));
      return;
    }
    const [l, k] = choices[i]!;
    for (let r = first[l]![k]!; r <= last[l]![k]!; r++) {
      code[l]![k] = r;
      decide(i + 1);
    }
  };
  decide(0);
  return largest;
}

function normOf(
  layers: readonly DenseLayer[],
  code: readonly Uint8Array[],
  end: "lower" | "upper",
): number {
  const D = layers[0]!.inputs;
  let A = layers[0]!.W;
  layers.forEach(({ inputs, outputs, W }, l) => {
    if (l === 0) return;
    const { slopes, pieces, channels } = layers[l - 1]!.activation!;
    const next = new Float64Array(outputs * D);
    for (let i = 0; i < inputs; i++) {
      const slope = slopes[(i % channels) * pieces + code[l - 1]![i]!]!;
      if (slope === 0) continue;
      for (let k = 0; k < outputs; k++) {
        const factor = W[k * inputs + i]! * slope;
        for (let d = 0; d < D; d++) next[k * D + d]! += factor * A[i * D + d]!;
      }
    }
    A = next;
  });
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
