import { Heap } from "heap-js";
import { Matrix, QrDecomposition } from "ml-matrix";
import type { SplineNetwork } from "../network";
import { euclideanNorm } from "../spline/magnitude";
import { makePieces } from "../spline/operators";
import { deepFool } from "./attacks";
import { largestOf, neverOvertakes, sameTemplates } from "./certify";
import { type DenseLayer, denseLayers } from "./denseLayers";
import { leastDistance } from "./leastDistance";
import { scaleRow, slopesBehind } from "./slopesBehind";

/** The nearest signal of another class. */
export interface MinimalPerturbation {
  /** Distance to the decision boundary; +∞ if no signal has another class. */
  readonly distance: number;
  /** The nearest point of the boundary, or the nearest one found; undefined if there is none. */
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

/** How long the search goes on, and where it starts. */
export interface CellSearchOptions {
  /** Ends after so many cells; 10,000 if left out. */
  readonly cells?: number;
}

/**
 * The smallest change that changes the class, exact, by a search over cells.
 *
 * Cells are looked at in the order of their distance, from the signal's own across facet after
 * facet; in each, the nearest point at which another class takes over is a least-distance problem
 * with the cell's inequalities. When the next cell is further away than the best point found, that
 * is the nearest of all (Jordan, Lewis & Dimakis 2019). `deepFool` gives a first point, so that
 * nothing behind it is looked at. The network sees no change orthogonal to the rows of its first
 * layer, so that the search takes place in the space of these rows: its dimension is at most the
 * layer's width. For small dense networks: the number of cells decides. Where the search is cut off,
 * `certified` and `distance` enclose the distance.
 *
 * Of equal logits the first is the class, and another class counts where it has room: where signals
 * of it fill a ball, however small. Logits that come together on a kink and part again, so that a
 * former class is the class on a face without volume, change nothing; a region in which they are
 * equal all over is one of the former class. "Nearer" in `distance` and `certified` leaves such faces
 * out, and so does `certify`. Room of less than 1e-10 of the distance is taken for rounding.
 *
 * The first layer, of n units, takes memory for n × D numbers and time of n² D; a cell takes time of
 * the number of weights times n. A picture of 150,528 numbers with two logits takes a second.
 *
 * @throws RangeError for networks with branches or pooling, with one output, with a layer of more
 * than 2^24 weights when written out, and where slopes are below the numbers of full precision
 *
 * @example
 * const layers = [{ W: [[1, 0], [0, 1]], b: [0, 0] }, { W: [[1, 0], [0, 1]], b: [0, 0] }];
 * minimalPerturbation(SplineNetwork.fromWeights(layers), [3, 1]).distance; // 1.41
 */
export function minimalPerturbation(
  net: SplineNetwork,
  x: ArrayLike<number>,
  { cells: most = 10_000 }: CellSearchOptions = {},
): MinimalPerturbation {
  const own = denseLayers(net, "the search over cells");
  if (net.outputSize < 2) throw new RangeError("a network with one output tells no classes apart");
  const signal = net.read(x);
  const { layers, moved, noise } = aroundSignal(own, signal);
  const label = largestOf(net.forward(signal));
  const attack = deepFool(net, signal);
  let best = {
    distance: attack?.distance ?? Number.POSITIVE_INFINITY,
    signal: attack?.signal,
    rival: attack?.label ?? -1,
  };
  const start = codeAt(layers, new Float64Array(layers[0]!.inputs));
  const seen = new Set([keyOf(start)]);
  // Until a cell's distance is known, what it is at least.
  const waiting = new Heap<WaitingCell>((one, other) => one.distance - other.distance);
  waiting.push({ code: start, distance: 0, known: true });
  let cells = 0;
  for (let next = waiting.peek(); next !== undefined; next = waiting.peek()) {
    const { code, distance, known } = next;
    if (distance >= best.distance) break;
    if (cells === most) return { ...best, cells, exact: false, certified: distance };
    waiting.pop();
    const cell = cellOf(layers, code, noise);
    if (cell === undefined) continue;
    if (!known) {
      const step = within(cell, best.distance);
      if (step !== undefined) {
        waiting.push({ code, distance: Math.max(distance, lengthOf(step)), known: true });
      }
      continue;
    }
    cells++;
    for (let c = 0; c < net.outputSize; c++) {
      if (c === label) continue;
      const more = overtaking(cell, label, c);
      if (more === undefined || more.limit >= best.distance) continue;
      const step = within(cell, best.distance, more);
      if (step === undefined || !overtakes(cell, more, step)) continue;
      best = { distance: lengthOf(step), signal: moved(step), rival: c };
    }
    for (let k = 0; k < cell.h.length; k++) {
      // Behind its hyperplane the unit takes its other piece.
      const atLeast = Math.max(distance, -cell.h[k]!);
      if (atLeast >= best.distance) continue;
      const behind = neighbour(cell, code, k);
      const key = keyOf(behind);
      if (seen.has(key)) continue;
      seen.add(key);
      waiting.push({ code: behind, distance: atLeast, known: false });
    }
  }
  return { ...best, cells, exact: true, certified: best.distance };
}

interface WaitingCell {
  readonly code: Uint32Array;
  readonly distance: number;
  readonly known: boolean;
}

const keyOf = (code: Uint32Array): string => code.join();
const lengthOf = euclideanNorm;
/** What rounding makes of a sum, relative to its terms. */
const ROUNDING = 1e-15;
/** Another class has to have as much room as this, relative to the numbers compared. */
const ROOM = 1e-10;

/**
 * The layers as functions of a change of the signal, in orthonormal coordinates of the space of the
 * first layer's rows, and the signal after a change.
 */
function aroundSignal(
  [first, ...rest]: readonly DenseLayer[],
  signal: Float64Array,
): { layers: DenseLayer[]; moved: (step: Float64Array) => Float64Array; noise: Float64Array } {
  const { inputs: D, outputs, W } = first!;
  const b = first!.b.map((offset, k) => {
    let u = offset;
    for (let i = 0; i < D; i++) u += W[k * D + i]! * signal[i]!;
    return u;
  });
  // What rounding makes of it: cells and boundaries are no sharper than that.
  const noise = first!.b.map((offset, k) => {
    let size = Math.abs(offset);
    for (let i = 0; i < D; i++) size += Math.abs(W[k * D + i]! * signal[i]!);
    return ROUNDING * size;
  });
  if (D <= outputs) {
    return {
      noise,
      layers: [{ ...first!, b }, ...rest],
      moved: (step) => signal.map((v, i) => v + step[i]!),
    };
  }
  const rows = Matrix.from1DArray(outputs, D, W);
  const Q = new QrDecomposition(rows.transpose()).orthogonalMatrix; // [D × outputs]
  const inRows = Float64Array.from(rows.mmul(Q).to1DArray());
  return {
    noise,
    layers: [{ ...first!, inputs: outputs, W: inRows, b }, ...rest],
    moved: (step) => {
      const change = Q.mmul(Matrix.columnVector(step)).to1DArray();
      return signal.map((v, i) => v + change[i]!);
    },
  };
}

/** A cell seen from the signal: d is in it iff G d ≥ h; the network is A d + f there. */
interface SeenCell {
  /** Rows of length 1 [m × D], and what they have to reach. */
  readonly G: Float64Array;
  readonly h: Float64Array;
  /** How far rounding may move what rows have to reach. */
  readonly noise: Float64Array;
  /** Place in the code, and the piece behind, of each row. */
  readonly places: readonly number[];
  readonly behind: readonly number[];
  readonly A: Float64Array;
  readonly f: Float64Array;
  /** How far rounding may move f. */
  readonly error: Float64Array;
  readonly D: number;
}

function codeAt(layers: readonly DenseLayer[], x: Float64Array): Uint32Array {
  let z = x;
  const code = layers.flatMap(({ inputs, outputs, W, b, activation }) => {
    const u = b.slice();
    for (let k = 0; k < outputs; k++) {
      for (let i = 0; i < inputs; i++) u[k]! += W[k * inputs + i]! * z[i]!;
    }
    if (activation === undefined) return [];
    const q = makePieces(outputs, activation.pieces);
    z = new Float64Array(outputs);
    activation.forward(u, z, q);
    return Array.from(q);
  });
  return Uint32Array.from(code);
}

/** The inequalities and the map of a code's cell; undefined if it can't be a cell. */
function cellOf(
  layers: readonly DenseLayer[],
  code: Uint32Array,
  noise: Float64Array,
): SeenCell | undefined {
  const D = layers[0]!.inputs;
  const [rows, limits, blurs]: [number[], number[], number[]] = [[], [], []];
  const [places, behind]: [number[], number[]] = [[], []];
  let J = new Float64Array(D * D);
  for (let i = 0; i < D; i++) J[i * D + i] = 1;
  let z = new Float64Array(D);
  let place = 0;
  let error = new Float64Array(D); // of z, by rounding
  for (const [l, { inputs, outputs, W, b, activation }] of layers.entries()) {
    const [nextJ, u] = [slopesBehind({ inputs, outputs, W }, J, D), b.slice()];
    const nextError = l === 0 ? noise.slice() : new Float64Array(outputs);
    for (let k = 0; k < outputs; k++) {
      nextError[k]! += ROUNDING * Math.abs(b[k]!);
      for (let i = 0; i < inputs; i++) {
        const w = W[k * inputs + i]!;
        u[k]! += w * z[i]!;
        nextError[k]! += Math.abs(w) * (error[i]! + ROUNDING * Math.abs(z[i]!));
      }
    }
    if (activation !== undefined) {
      const { knots, slopes, intercepts, pieces, channels } = activation;
      for (let k = 0; k < outputs; k++, place++) {
        const r = code[place]!;
        const gradient = nextJ.subarray(k * D, (k + 1) * D);
        const length = euclideanNorm(gradient);
        for (const [knot, sign, other] of [
          [knots[r - 1], 1, r - 1],
          [knots[r], -1, r + 1],
        ] as const) {
          if (knot === undefined) continue;
          // Widened by rounding, so that cells between coinciding hyperplanes are passed through.
          const lead = sign * (u[k]! - knot) + nextError[k]!;
          if (length === 0) {
            // A unit that sees nothing: always on this side, or never.
            if (lead < 0) return undefined;
            continue;
          }
          for (const v of gradient) rows.push((sign * v) / length);
          limits.push(-lead / length);
          blurs.push(nextError[k]! / length);
          places.push(place);
          behind.push(other);
        }
        const row = (k % channels) * pieces + r;
        u[k] = slopes[row]! * u[k]! + intercepts[row]!;
        nextError[k] =
          Math.abs(slopes[row]!) * nextError[k]! + ROUNDING * Math.abs(intercepts[row]!);
        scaleRow(nextJ, k, D, slopes[row]!);
      }
    }
    [J, z, error] = [nextJ, u, nextError];
  }
  return {
    G: Float64Array.from(rows),
    h: Float64Array.from(limits),
    noise: Float64Array.from(blurs),
    places,
    behind,
    A: J,
    f: z,
    error,
    D,
  };
}

/** f_c ≥ f_y as a row of length 1 and what it has to reach, and how far rounding may move that. */
interface Overtaking {
  readonly row: Float64Array;
  readonly limit: number;
  readonly noise: number;
}

/** Where class c comes level with y; undefined if it never does in this cell. */
function overtaking({ A, f, error, D }: SeenCell, y: number, c: number): Overtaking | undefined {
  const row = Float64Array.from({ length: D }, (_, d) => A[c * D + d]! - A[y * D + d]!);
  const length = euclideanNorm(row);
  const gap = f[y]! - f[c]!;
  const noise = error[y]! + error[c]!;
  const level = Math.abs(gap) <= noise ? 0 : gap;
  if (neverOvertakes(level, length, y, c, A, f, D)) return undefined;
  // Class c is it in all of the cell, ahead or equal and former: any of its points will do.
  if (length === 0 || (level === 0 && sameTemplates(length, A, y, c, D)))
    return { row, limit: Number.NEGATIVE_INFINITY, noise: 0 };
  return { row: row.map((v) => v / length), limit: gap / length, noise: noise / length };
}

/**
 * Has the class room in the cell, or is it met on a face alone? Room is what stays when all limits
 * move inwards, by rounding and by a small part of the distance.
 */
function overtakes(cell: SeenCell, more: Overtaking, step: Float64Array): boolean {
  const reach = lengthOf(step) || nearestOther(cell.h);
  const inwards = (limit: number, noise: number) =>
    limit + ROOM * (Math.abs(limit) + reach) + 4 * noise;
  const h = cell.h.map((limit, j) => inwards(limit, cell.noise[j]!));
  const limit =
    more.limit === Number.NEGATIVE_INFINITY ? more.limit : inwards(more.limit, more.noise);
  return within({ ...cell, h }, Number.POSITIVE_INFINITY, { ...more, limit }) !== undefined;
}

/** Distance to the nearest limit that the signal isn't on; 1 if there is none, as any will do then. */
function nearestOther(h: Float64Array): number {
  const least = h.reduce(
    (most, limit) => (limit === 0 ? most : Math.min(most, Math.abs(limit))),
    Number.POSITIVE_INFINITY,
  );
  return least === Number.POSITIVE_INFINITY ? 1 : least;
}

/** The nearest point of a cell, with one more inequality or without; undefined from the limit on. */
function within(
  { G, h, D }: SeenCell,
  limit: number,
  more?: { row: Float64Array; limit: number },
): Float64Array | undefined {
  if (more === undefined || more.limit === Number.NEGATIVE_INFINITY) {
    return leastDistance(G, h, D, limit);
  }
  const [rows, limits] = [new Float64Array(G.length + D), new Float64Array(h.length + 1)];
  rows.set(G);
  rows.set(more.row, G.length);
  limits.set(h);
  limits[h.length] = more.limit;
  return leastDistance(rows, limits, D, limit);
}

function neighbour({ places, behind }: SeenCell, code: Uint32Array, k: number): Uint32Array {
  const other = code.slice();
  other[places[k]!] = behind[k]!;
  return other;
}
