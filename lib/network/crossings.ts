import type { Pieces } from "../spline/operators";
import { makePieces, sizeOf } from "../spline/operators";
import type { Graph } from "./Graph";
import type { SplineNetwork } from "./SplineNetwork";

/** A unit that takes another piece behind a facet. */
export interface ChangedUnit {
  /** Index of its node in the graph, and of the unit in that node. */
  readonly node: number;
  readonly unit: number;
  /** The pieces it takes before and behind. */
  readonly from: number;
  readonly to: number;
}

/** A facet that a segment crosses. */
export interface Crossing {
  /** Where, from 0 at its beginning to 1 at its end. */
  readonly t: number;
  /** Units that change their piece there: one, but for coincidences. */
  readonly units: readonly ChangedUnit[];
}

/** A stretch of the segment on which all nodes seen so far have one code. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Values at both ends; undefined where nothing reads them any more. */
  readonly atStart: (Float64Array | undefined)[];
  readonly atEnd: (Float64Array | undefined)[];
  readonly codes: Pieces[];
}

/**
 * All facets that the segment from x to y crosses, in their order, with the units that change.
 *
 * None is missed, down to `tolerance` in t. Node by node: on a stretch on which all nodes before have
 * one code, the input of the next is affine, so that this node's own code can be followed by halving;
 * where it changes, the stretch is divided. That takes two forward passes a cell, not one for each
 * halving. Crossings closer together than the tolerance count as one, of several units; an end that
 * lies on a facet doesn't cross it. Ties are told by rounded numbers: of an end on many facets at once,
 * as an image with a black background is, the first 1e-14 or so of the way are left to chance.
 *
 * @throws RangeError on points of another size or that aren't finite
 * @example
 * const facets = crossings(net, [-1, 0], [1, 0]);
 * facets.length + 1; // cells that the segment meets
 */
export function crossings(
  net: SplineNetwork,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { tolerance = 1e-12 }: { readonly tolerance?: number } = {},
): Crossing[] {
  const found: Crossing[] = [];
  let last: Stretch | undefined;
  const start = { from: 0, to: 1, codes: [], atStart: [net.read(x)], atEnd: [net.read(y)] };
  for (const cell of cellsOf(net.graph, start, lastReaders(net.graph), tolerance)) {
    if (cell.to - cell.from <= tolerance) continue; // a point on a facet, no cell that is crossed
    if (last !== undefined) {
      const units = changedUnits(last.codes, cell.codes);
      if (units.length > 0) found.push({ t: (last.to + cell.from) / 2, units });
    }
    last = cell;
  }
  return found;
}

/** The cells on a stretch from left to right, each with the codes of all nodes. */
function* cellsOf(
  graph: Graph,
  stretch: Stretch,
  lastReader: readonly number[],
  tolerance: number,
): Generator<Stretch> {
  const { from, to, atStart, atEnd, codes } = stretch;
  for (let i = codes.length; i < graph.nodes.length; i++) {
    const { operator } = graph.nodes[i]!;
    const read = [atStart, atEnd].map((values) => graph.readBy(i, values as Float64Array[]));
    const run = (input: Float64Array) => {
      const value = new Float64Array(sizeOf(operator.outputShape));
      const code = makePieces(operator.units, operator.pieces);
      operator.forward(input, value, code);
      return { value, code };
    };
    const [first, end] = read.map(run);
    if (same(first!.code, end!.code)) {
      codes.push(first!.code);
      atStart.push(first!.value);
      atEnd.push(end!.value);
      continue;
    }
    const codeAt = (w: number) => run(between(read[0]!, read[1]!, w)).code;
    const parts = unchangedParts(codeAt, tolerance / (to - from));
    for (const [a, b] of parts) {
      const live = (w: number) =>
        atStart.map((value, v) =>
          lastReader[v]! >= i ? between(value!, atEnd[v]!, w) : undefined,
        );
      const inner = {
        from: from + a * (to - from),
        to: from + b * (to - from),
        atStart: live(a),
        atEnd: live(b),
        codes: [...codes],
      };
      yield* cellsOf(graph, inner, lastReader, tolerance);
    }
    return;
  }
  yield stretch;
}

/**
 * Maximal parts of [0, 1] with one code each, from left to right, with gaps of at most `tolerance`
 * between them. The code of an operator is the same on all between two points that have it.
 */
function unchangedParts(codeAt: (w: number) => Pieces, tolerance: number): [number, number][] {
  const parts: [number, number][] = [];
  let from = 0;
  const search = (a: number, codeA: Pieces, b: number, codeB: Pieces): void => {
    if (same(codeA, codeB)) return;
    const middle = (a + b) / 2;
    if (b - a <= tolerance || middle === a || middle === b) {
      parts.push([from, a]);
      from = b;
      return;
    }
    const code = codeAt(middle);
    search(a, codeA, middle, code);
    search(middle, code, b, codeB);
  };
  search(0, codeAt(0), 1, codeAt(1));
  parts.push([from, 1]);
  return parts;
}

/** For each value the last node that reads it. */
function lastReaders(graph: Graph): number[] {
  const last = new Array<number>(graph.nodes.length + 1).fill(-1);
  graph.nodes.forEach(({ inputs }, i) => {
    for (const v of inputs) last[v] = i;
  });
  return last;
}

/** (1 − w) a + w b; exactly a where they agree. */
function between(a: Float64Array, b: Float64Array, w: number): Float64Array {
  const z = new Float64Array(a.length);
  for (let k = 0; k < z.length; k++) z[k] = a[k]! + w * (b[k]! - a[k]!);
  return z;
}

function same(a: Pieces, b: Pieces): boolean {
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return false;
  return true;
}

function changedUnits(before: readonly Pieces[], behind: readonly Pieces[]): ChangedUnit[] {
  return before.flatMap((q, node) => {
    const changed: ChangedUnit[] = [];
    for (let unit = 0; unit < q.length; unit++) {
      const [from, to] = [q[unit]!, behind[node]![unit]!];
      if (from !== to) changed.push({ node, unit, from, to });
    }
    return changed;
  });
}
