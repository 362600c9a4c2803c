import type { SplineNetwork } from "../network";
import { type DenseLayer, denseLayers } from "./denseLayers";
import { leastDistance } from "./leastDistance";

/** The nearest signal of another class. */
export interface MinimalPerturbation {
  /** Distance to the decision boundary; +∞ if no signal has another class. */
  readonly distance: number;
  /** The nearest point of the boundary; undefined if there is none. */
  readonly signal: Float64Array | undefined;
  /** The class on the other side. */
  readonly rival: number;
  /** Cells looked at. */
  readonly cells: number;
  /** True if the search ended by itself: then `distance` is exact. Else it is an upper bound. */
  readonly exact: boolean;
  /** No signal nearer than this has another class. */
  readonly certified: number;
}

/**
 * The smallest change that changes the class, exact, by a search over cells.
 *
 * Cells are looked at in the order of their distance, from the signal's own across facet after
 * facet; in each, the nearest point at which another class takes over is a least-distance problem
 * with the cell's inequalities. When the next cell is further away than the best point found, that
 * is the nearest of all. For small dense networks: the number of cells decides.
 *
 * Throws RangeError for networks with branches or pooling, or with one output.
 *
 * @example
 * const layers = [{ W: [[1, 0], [0, 1]], b: [0, 0] }, { W: [[1, 0], [0, 1]], b: [0, 0] }];
 * minimalPerturbation(SplineNetwork.fromWeights(layers), [3, 1]).distance; // 1.41
 */
export function minimalPerturbation(
  net: SplineNetwork,
  x: ArrayLike<number>,
  { cells: most = 10_000 }: { readonly cells?: number } = {},
): MinimalPerturbation {
  const layers = denseLayers(net, "the search over cells");
  if (net.outputSize < 2) throw new RangeError("a network with one output tells no classes apart");
  const signal = net.read(x);
  const f = net.forward(signal);
  const label = f.indexOf(f.reduce((top, v) => Math.max(top, v), Number.NEGATIVE_INFINITY));
  const start = codeAt(layers, signal);
  const seen = new Set([start.join()]);
  const waiting = [{ code: start, distance: 0 }];
  let best: { distance: number; step: Float64Array | undefined; rival: number } = {
    distance: Number.POSITIVE_INFINITY,
    step: undefined,
    rival: -1,
  };
  let cells = 0;
  let certified = 0;
  while (waiting.length > 0) {
    let next = 0;
    for (let i = 1; i < waiting.length; i++) {
      if (waiting[i]!.distance < waiting[next]!.distance) next = i;
    }
    const [{ code, distance }] = waiting.splice(next, 1) as [(typeof waiting)[number]];
    certified = Math.min(distance, best.distance);
    if (distance >= best.distance) return result(true);
    if (cells === most) return result(false);
    cells++;
    const cell = cellOf(layers, code, signal)!; // only cells wait
    for (let c = 0; c < net.outputSize; c++) {
      if (c === label) continue;
      const step = within(cell, overtaking(cell, label, c));
      const length = step === undefined ? Number.POSITIVE_INFINITY : Math.hypot(...step);
      if (length < best.distance) best = { distance: length, step, rival: c };
    }
    for (let k = 0; k < cell.h.length; k++) {
      // Behind its hyperplane the unit takes its other piece; further away than the best, who cares.
      if (-cell.h[k]! >= best.distance) continue;
      const behind = neighbour(cell, code, k);
      const key = behind.join();
      if (seen.has(key)) continue;
      seen.add(key);
      const beyond = cellOf(layers, behind, signal);
      const step = beyond && within(beyond);
      if (step === undefined) continue;
      const length = Math.hypot(...step);
      if (length < best.distance) waiting.push({ code: behind, distance: length });
    }
  }
  certified = best.distance;
  return result(true);

  function result(exact: boolean): MinimalPerturbation {
    const { distance, step, rival } = best;
    const reached = step && signal.map((v, i) => v + step[i]!);
    return {
      distance,
      signal: reached,
      rival,
      cells,
      exact,
      certified: exact ? distance : certified,
    };
  }
}

/** A cell seen from the signal: d is in it iff G d ≥ h; the network is A d + f there. */
interface SeenCell {
  /** Rows of length 1 [m × D], and what they have to reach. */
  readonly G: Float64Array;
  readonly h: Float64Array;
  /** Place in the code, and the piece behind, of each row. */
  readonly places: readonly number[];
  readonly behind: readonly number[];
  readonly A: Float64Array;
  readonly f: Float64Array;
  readonly D: number;
}

function codeAt(layers: readonly DenseLayer[], x: Float64Array): number[] {
  let z = x;
  return layers.flatMap(({ inputs, outputs, W, b, activation }) => {
    const u = b.slice();
    for (let k = 0; k < outputs; k++) {
      for (let i = 0; i < inputs; i++) u[k]! += W[k * inputs + i]! * z[i]!;
    }
    if (activation === undefined) return [];
    const q = new Uint8Array(outputs);
    z = new Float64Array(outputs);
    activation.forward(u, z, q);
    return Array.from(q);
  });
}

/** The inequalities and the map of a code's cell, around the signal; undefined if it can't be a cell. */
function cellOf(
  layers: readonly DenseLayer[],
  code: readonly number[],
  signal: Float64Array,
): SeenCell | undefined {
  const D = signal.length;
  const [rows, limits, places, behind]: [number[], number[], number[], number[]] = [[], [], [], []];
  let J = new Float64Array(D * D);
  for (let i = 0; i < D; i++) J[i * D + i] = 1;
  let z = signal;
  let place = 0;
  for (const { inputs, outputs, W, b, activation } of layers) {
    const [nextJ, u] = [new Float64Array(outputs * D), b.slice()];
    for (let k = 0; k < outputs; k++) {
      for (let i = 0; i < inputs; i++) {
        const w = W[k * inputs + i]!;
        u[k]! += w * z[i]!;
        for (let d = 0; d < D; d++) nextJ[k * D + d]! += w * J[i * D + d]!;
      }
    }
    if (activation !== undefined) {
      const { knots, slopes, intercepts, pieces, channels } = activation;
      for (let k = 0; k < outputs; k++, place++) {
        const r = code[place]!;
        const gradient = nextJ.subarray(k * D, (k + 1) * D);
        const length = Math.hypot(...gradient);
        for (const [knot, sign, other] of [
          [knots[r - 1], 1, r - 1],
          [knots[r], -1, r + 1],
        ] as const) {
          if (knot === undefined) continue;
          const lead = sign * (u[k]! - knot);
          if (length === 0) {
            // A unit that sees nothing: always on this side, or never.
            if (lead < 0) return undefined;
            continue;
          }
          for (const v of gradient) rows.push((sign * v) / length);
          limits.push(-lead / length);
          places.push(place);
          behind.push(other);
        }
        const row = (k % channels) * pieces + r;
        u[k] = slopes[row]! * u[k]! + intercepts[row]!;
        for (let d = 0; d < D; d++) nextJ[k * D + d]! *= slopes[row]!;
      }
    }
    [J, z] = [nextJ, u];
  }
  return {
    G: Float64Array.from(rows),
    h: Float64Array.from(limits),
    places,
    behind,
    A: J,
    f: z,
    D,
  };
}

/** The row of length 1 that says f_c ≥ f_y, and what it has to reach; undefined if they never meet. */
function overtaking(
  { A, f, D }: SeenCell,
  y: number,
  c: number,
): { row: Float64Array; limit: number } {
  const row = Float64Array.from({ length: D }, (_, d) => A[c * D + d]! - A[y * D + d]!);
  const length = Math.hypot(...row) || 1;
  return { row: row.map((v) => v / length), limit: (f[y]! - f[c]!) / length };
}

/** The nearest point of a cell, with one more inequality or without. */
function within(
  { G, h, D }: SeenCell,
  more?: { row: Float64Array; limit: number },
): Float64Array | undefined {
  if (more === undefined) return leastDistance(G, h, D);
  const [rows, limits] = [new Float64Array(G.length + D), new Float64Array(h.length + 1)];
  rows.set(G);
  rows.set(more.row, G.length);
  limits.set(h);
  limits[h.length] = more.limit;
  return leastDistance(rows, limits, D);
}

function neighbour({ places, behind }: SeenCell, code: readonly number[], k: number): number[] {
  const other = [...code];
  other[places[k]!] = behind[k]!;
  return other;
}
