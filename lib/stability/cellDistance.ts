import type { SplineNetwork } from "../network";
import { Activation, makePieces, type Operator, type Pieces } from "../spline/operators";

/** The nearest facet of the cell of a signal. */
export interface NearestFacet {
  /** Distance to it, in lengths; +∞ where the cell is the whole space. */
  readonly distance: number;
  /** The node and the unit whose piece changes there, and the piece behind; −1 if there is none. */
  readonly node: number;
  readonly unit: number;
  readonly piece: number;
}

/** A slope this small, relative to the largest of its layer, is none: units that see nothing. */
const FLAT = 1e-13;

/**
 * The exact distance of a signal to the boundary of its cell, and the unit that changes there.
 *
 * The cell is {z : G_k z + h_k ≥ 0 for all units k and all rival pieces}, and the distance is the
 * smallest of |G_k x + h_k| / ‖G_k‖: the foot point on the nearest hyperplane is in the closure of the
 * cell. G comes from pushing the D directions of the input through the frozen network, D times a
 * forward pass. Exact up to rounding; 0 for a signal on a facet.
 *
 * @throws RangeError on a signal of another size
 * @example
 * const net = SplineNetwork.fromWeights([{ W: [[3, 4]], b: [-5] }, { W: [[1]], b: [0] }]);
 * cellDistance(net, [0, 0]).distance; // 1
 */
export function cellDistance(net: SplineNetwork, x: ArrayLike<number>): NearestFacet {
  const { graph } = net;
  const signal = net.read(x);
  const { values, codes } = graph.run(signal);
  const rivals = graph.nodes.flatMap(({ operator }, node) =>
    operator.units === 0 ? [] : rivalsOf(operator, node, graph.readBy(node, values), codes[node]!),
  );
  const origin = graph.applyAll(codes, new Float64Array(signal.length));
  const squares = rivals.map(({ lead }) => new Float64Array(lead.length));
  const direction = new Float64Array(signal.length);
  for (let d = 0; d < signal.length; d++) {
    direction.fill(0);
    direction[d] = 1;
    const moved = graph
      .applyAll(codes, direction)
      .map((value, v) => value.map((entry, k) => entry - origin[v]![k]!));
    rivals.forEach(({ node, slope }, i) => {
      const change = slope(graph.readBy(node, moved));
      for (let k = 0; k < change.length; k++) squares[i]![k]! += change[k]! ** 2;
    });
  }
  let nearest: NearestFacet = { distance: Number.POSITIVE_INFINITY, node: -1, unit: -1, piece: -1 };
  rivals.forEach(({ node, lead, pieceBehind }, i) => {
    // Units without this rival have NaN, which counts as nothing here and below.
    const steepest = squares[i]!.reduce((most, square) => Math.max(most, square || 0), 0);
    for (let k = 0; k < lead.length; k++) {
      const square = squares[i]![k]!;
      if (!(square > steepest * FLAT * FLAT)) continue;
      const distance = Math.abs(lead[k]!) / Math.sqrt(square);
      if (distance < nearest.distance) nearest = { distance, node, unit: k, piece: pieceBehind(k) };
    }
  });
  return nearest;
}

/** What a node's units must not lose to: one rival for each unit. */
interface Rivals {
  readonly node: number;
  /** By how much each unit is on its side of the facet; NaN where there is no rival. */
  readonly lead: Float64Array;
  readonly pieceBehind: (k: number) => number;
  /** How the lead changes along a direction of what the node reads. */
  readonly slope: (direction: Float64Array) => Float64Array;
}

function rivalsOf(operator: Operator, node: number, read: Float64Array, q: Pieces): Rivals[] {
  return operator instanceof Activation
    ? knotsAround(operator, node, read, q)
    : otherPieces(operator, node, read, q);
}

/** The knots below and above each unit's pre-activation. */
function knotsAround(
  { knots, pieces }: Activation,
  node: number,
  read: Float64Array,
  q: Pieces,
): Rivals[] {
  return [-1, 1].map((step) => ({
    node,
    lead: read.map((u, k) => {
      const knot = step < 0 ? q[k]! - 1 : q[k]!;
      return knot < 0 || knot >= pieces - 1 ? Number.NaN : Math.abs(u - knots[knot]!);
    }),
    pieceBehind: (k) => q[k]! + step,
    slope: (direction) => direction,
  }));
}

/** All pieces of a maximum but the one that is taken. */
function otherPieces(operator: Operator, node: number, read: Float64Array, q: Pieces): Rivals[] {
  const { units, pieces } = operator;
  const lost = (r: number, evaluate: (code: Pieces, y: Float64Array) => void) => {
    const [own, rival] = [new Float64Array(units), new Float64Array(units)];
    evaluate(q, own);
    evaluate(makePieces(units, pieces).fill(r), rival);
    return own.map((v, k) => (q[k] === r ? Number.NaN : v - rival[k]!));
  };
  return Array.from({ length: pieces }, (_, r) => ({
    node,
    lead: lost(r, (code, y) => operator.apply(code, read, y)),
    pieceBehind: () => r,
    slope: (direction: Float64Array) =>
      lost(r, (code, y) => operator.pushforward(code, direction, y)),
  }));
}
