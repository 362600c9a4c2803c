import type { SplineNetwork } from "../network";
import { type Domain, type Point, readDomain } from "../spline/planar";
import { assemble } from "./assemble";
import type { Complex } from "./Complex";
import { DenseChain } from "./DenseChain";
import { ExactGeometry } from "./exact/ExactGeometry";
import { ExactMaps } from "./exact/ExactMaps";
import { GraphMaps } from "./GraphMaps";
import { Refinement } from "./Refinement";
import { type CheckedSlice, readSlice, type Slice } from "./Slice";

/** What of a network's partition is wanted. */
export interface PartitionOptions {
  /** A box [[xmin, ymin], [xmax, ymax]], or the corners of a convex polygon, in the slice's coordinates. */
  readonly domain: Domain;
  /** The plane in input space; left out, the input space itself, which then must be a plane. */
  readonly slice?: Slice;
  /** Only the first so many layers (operators that choose pieces); all of them if left out. */
  readonly layers?: number;
  /**
   * Settle by rational arithmetic, without rounding, on which side of a line a vertex lies wherever
   * float64 can't tell; false if left out. Then nothing stays undecided, and it takes long.
   */
  readonly exact?: boolean;
}

/**
 * The exact partition of a 2-D slice of a network into activation regions.
 *
 * Cells are the sets {x : s_k (G_k x + h_k) ≥ 0 for all units k}, G = ∂u/∂x on the cell; of maxima
 * those on which the same pieces are the largest (Balestriero & Baraniuk 2018).
 *
 * Guaranteed, whatever rounding does: V − E + F = 1, no crack and no overlap; each edge is a side of
 * its one or two cells, whose codes differ in the edge's unit. Up to rounding: cells are convex,
 * areas add up to the domain's, and codes are those of the network. A line that comes closer to a
 * vertex than 2⁻⁴³ times the terms that it is the sum of is taken to pass through it, and counted as
 * `undecided`; with `exact` such signs are found without rounding. A unit that vanishes on a whole
 * cell takes its lower piece there, and of equal maxima the lowest one wins. See docs/partitions.md.
 *
 * @throws RangeError for a domain that isn't convex, a slice that is missing or degenerate, a number
 *   of layers that the network doesn't have
 * @example
 * const complex = partition(net, { domain: [[-1, -1], [1, 1]] });
 * complex.cellCount; // the number of activation regions in the box
 */
export function partition(net: SplineNetwork, options: PartitionOptions): Complex {
  const corners = readDomain(options.domain);
  const slice = readSlice(options.slice, net.inputSize);
  const available = net.graph.nodes.filter(({ operator }) => operator.units > 0).length;
  const layers = options.layers ?? available;
  if (!(Number.isInteger(layers) && layers >= 1 && layers <= Math.max(1, available))) {
    throw new RangeError(`layers is ${layers}, expected an integer from 1 to ${available}`);
  }
  const centre = centreOf(corners);
  const local = Float64Array.from(corners.flatMap(([x, y]) => [x - centre[0], y - centre[1]]));
  const extent = local.reduce((largest, v) => Math.max(largest, Math.abs(v)), 0);
  const Maps = DenseChain.fits(net) ? DenseChain : GraphMaps;
  const maps = new Maps(net, recentred(slice, centre), extent, layers);
  const exact = options.exact
    ? new ExactGeometry(new ExactMaps(net.graph, maps.stages, slice, centre), corners, centre)
    : undefined;
  const refinement = new Refinement(maps, local, extent, exact);
  refinement.run();
  return assemble(net, slice, refinement, centre);
}

/** Centre of the bounding box: coordinates relative to it are as small as they can be. */
function centreOf(corners: readonly Point[]): Point {
  const [xs, ys] = [0, 1].map((i) => corners.map((p) => p[i]!)) as [number[], number[]];
  const middle = (values: number[]) => (Math.min(...values) + Math.max(...values)) / 2;
  return [middle(xs), middle(ys)];
}

function recentred({ origin, e1, e2 }: CheckedSlice, [x, y]: Point): CheckedSlice {
  return { origin: origin.map((o, i) => o + x * e1[i]! + y * e2[i]!), e1, e2 };
}
