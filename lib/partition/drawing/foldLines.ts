import type { Complex } from "../Complex";

/** A line along which one unit changes its piece: straight in the first layer, bent in later ones. */
export interface FoldLine {
  /** The layer of the unit, counted from 0; −1 for the domain's boundary. */
  readonly layer: number;
  /** The unit; −1 for the domain's boundary. */
  readonly unit: number;
  /** Points of the polyline, x and y side by side; the first again at the end if it is closed. */
  readonly points: Float64Array;
}

/** Turns smaller than this, in radians, are rounding: the line is straight there. */
const STRAIGHT = 1e-9;

/**
 * The edges of a complex joined to lines, one or more a unit, without the vertices at which they
 * don't bend: the same picture as all edges, from a fraction of the points.
 *
 * @example
 * const lines = foldLines(partition(net, { domain }));
 * lines.filter(({ layer }) => layer === 0); // straight: two points each
 */
export function foldLines(complex: Complex): FoldLine[] {
  const { edgeLayers, edgeUnits, edgeVertices } = complex.arrays;
  const order = Array.from(edgeLayers, (_, e) => e).sort(
    (a, b) => edgeLayers[a]! - edgeLayers[b]! || edgeUnits[a]! - edgeUnits[b]! || a - b,
  );
  const lines: FoldLine[] = [];
  for (let start = 0; start < order.length; ) {
    const [layer, unit] = [edgeLayers[order[start]!]!, edgeUnits[order[start]!]!];
    let end = start + 1;
    while (
      end < order.length &&
      edgeLayers[order[end]!] === layer &&
      edgeUnits[order[end]!] === unit
    ) {
      end++;
    }
    for (const chain of chains(order.slice(start, end), edgeVertices)) {
      lines.push({ layer, unit, points: straightened(chain, complex.arrays.vertices) });
    }
    start = end;
  }
  return lines;
}

/** Joins edges at vertices where exactly two of them meet; returns the vertices of each chain. */
function chains(edges: readonly number[], edgeVertices: Int32Array): number[][] {
  const at = new Map<number, number[]>();
  for (const e of edges) {
    for (const v of [edgeVertices[2 * e]!, edgeVertices[2 * e + 1]!]) {
      const here = at.get(v);
      if (here === undefined) at.set(v, [e]);
      else here.push(e);
    }
  }
  const used = new Set<number>();
  const walk = (from: number, first: number): number[] => {
    const chain = [from];
    let [v, e] = [from, first];
    for (;;) {
      used.add(e);
      v = edgeVertices[2 * e] === v ? edgeVertices[2 * e + 1]! : edgeVertices[2 * e]!;
      chain.push(v);
      const here = at.get(v)!;
      const next = here.length === 2 ? here.find((other) => !used.has(other)) : undefined;
      if (next === undefined) return chain;
      e = next;
    }
  };
  const found: number[][] = [];
  // From ends and junctions first; what is left are rings.
  for (const [v, here] of at) {
    if (here.length === 2) continue;
    for (const e of here) if (!used.has(e)) found.push(walk(v, e));
  }
  for (const e of edges) if (!used.has(e)) found.push(walk(edgeVertices[2 * e]!, e));
  return found;
}

function straightened(chain: readonly number[], vertices: Float64Array): Float64Array {
  const kept: number[] = [];
  chain.forEach((v, k) => {
    const [x, y] = [vertices[2 * v]!, vertices[2 * v + 1]!];
    if (k > 0 && k + 1 < chain.length) {
      const n = kept.length;
      const [ax, ay] = [x - kept[n - 2]!, y - kept[n - 1]!];
      const next = 2 * chain[k + 1]!;
      const [bx, by] = [vertices[next]! - x, vertices[next + 1]! - y];
      const turn = Math.abs(ax * by - ay * bx);
      if (turn <= STRAIGHT * Math.hypot(ax, ay) * Math.hypot(bx, by) && ax * bx + ay * by > 0)
        return;
    }
    kept.push(x, y);
  });
  return Float64Array.from(kept);
}
