import type { RecurrenceWeights } from "../../lib/network";
import type { Random } from "../../lib/random";
import type { BidirectionalWeights, RecurrentHead, RecurrentWeights } from "../../lib/recurrent";
import type { ActivationSpec } from "../../lib/spline/operators";

export const ACTIVATIONS: readonly ActivationSpec[] = ["relu", "leakyRelu", "abs", "linear"];
const HEADS: readonly RecurrentHead[] = ["last", "all", "mean", "max"];

const matrix = (rng: Random, rows: number, columns: number, deviation: number): number[][] =>
  Array.from({ length: rows }, () => [...rng.normals(columns, 0, deviation)]);

export const isBidirectional = (
  layer: RecurrenceWeights | BidirectionalWeights,
): layer is BidirectionalWeights => "directions" in layer;

/** What a random recurrent net may be. */
export interface Kinds {
  readonly activations?: readonly ActivationSpec[];
  readonly heads?: readonly RecurrentHead[];
  readonly steps?: readonly [number, number];
  readonly layers?: readonly [number, number];
  /** Chance that a layer reads both ends, and that a plain one reads from the end. */
  readonly both?: number;
  readonly backward?: number;
  /** Without initial states TensorFlow.js, which starts at 0, computes the same. */
  readonly initialStates?: boolean;
  readonly units?: readonly [number, number];
}

/**
 * A recurrent net of random size and kind. Its weights keep states and roundings about as large as they
 * are: with |u| and larger ones, 50 steps amplify a rounding error a thousandfold.
 */
export function randomWeights(
  rng: Random,
  {
    activations = ACTIVATIONS,
    heads = HEADS,
    steps = [1, 50],
    layers: depth = [1, 3],
    both = 0.3,
    backward = 0.3,
    initialStates = true,
    units = [1, 7],
  }: Kinds = {},
): RecurrentWeights {
  let width = rng.integer(1, 4);
  const layers: (RecurrenceWeights | BidirectionalWeights)[] = [];
  for (let left = rng.integer(...depth); left > 0; left--) {
    const H = rng.integer(...units);
    const read = width;
    const activation = activations[rng.integer(0, activations.length - 1)]!;
    const direction = (): RecurrenceWeights => ({
      W: matrix(rng, H, read, 1 / Math.sqrt(read)),
      Wr: matrix(rng, H, H, 0.5 / Math.sqrt(H)),
      b: [...rng.normals(H, 0, 0.5)],
      activation,
      backward: rng.uniform() < backward,
      ...(initialStates && { initialState: [...rng.normals(H)] }),
    });
    const merge = (["concat", "sum", "ave"] as const)[rng.integer(0, 2)]!;
    const bidirectional = rng.uniform() < both;
    layers.push(bidirectional ? { directions: [direction(), direction()], merge } : direction());
    width = bidirectional && merge === "concat" ? 2 * H : H;
  }
  const C = rng.integer(1, 4);
  return {
    steps: rng.integer(...steps),
    layers,
    head: heads[rng.integer(0, heads.length - 1)]!,
    output: { W: matrix(rng, C, width, 1 / Math.sqrt(width)), b: [...rng.normals(C)] },
  };
}

/** The same network by the recursion itself, in plain loops: an oracle that knows no graph. */
export function forwardByHand({ layers, head, output }: RecurrentWeights, x: number[][]): number[] {
  let sequence = x;
  let last: number[] = [];
  for (const layer of layers) {
    if (!isBidirectional(layer)) {
      sequence = statesByHand(layer, sequence);
      last = layer.backward ? sequence[0]! : sequence.at(-1)!;
      continue;
    }
    const [f, b] = [
      statesByHand({ ...layer.directions[0], backward: false }, sequence),
      statesByHand({ ...layer.directions[1], backward: true }, sequence),
    ];
    const merged = (p: number[], q: number[]): number[] => {
      if (layer.merge === "concat") return [...p, ...q];
      const factor = layer.merge === "ave" ? 0.5 : 1;
      return p.map((v, k) => factor * (v + q[k]!));
    };
    sequence = f.map((h, t) => merged(h, b[t]!));
    last = merged(f.at(-1)!, b[0]!);
  }
  const affine = (h: number[]): number[] =>
    output!.W.map((row, c) => output!.b![c]! + row.reduce((sum, w, k) => sum + w * h[k]!, 0));
  const column = (k: number): number[] => sequence.map((h) => h[k]!);
  const units = sequence[0]!.map((_, k) => k);
  if (head === "all") return sequence.flatMap(affine);
  if (head === "mean") {
    return affine(units.map((k) => column(k).reduce((a, v) => a + v, 0) / sequence.length));
  }
  if (head === "max") return affine(units.map((k) => Math.max(...column(k))));
  return affine(last);
}

/** States in the order of time. */
function statesByHand(layer: RecurrenceWeights, x: number[][]): number[][] {
  const { W, Wr, b, activation, backward, initialState } = layer;
  const order = backward ? [...x].reverse() : x;
  let h = [...(initialState ?? W.map(() => 0))];
  const states = order.map((input) => {
    h = W.map((row, k) => {
      const u =
        b![k]! +
        row.reduce((sum, w, i) => sum + w * input[i]!, 0) +
        Wr[k]!.reduce((sum, w, j) => sum + w * h[j]!, 0);
      if (activation === "relu") return Math.max(0, u);
      if (activation === "leakyRelu") return u > 0 ? u : 0.3 * u;
      return activation === "abs" ? Math.abs(u) : u;
    });
    return h;
  });
  return backward ? states.reverse() : states;
}
