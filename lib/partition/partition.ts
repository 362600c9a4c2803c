import type { SplineNetwork } from "../network";
import { type Domain, readDomain } from "../spline/planar";
import { Complex } from "./Complex";
import { clipNetwork } from "./clipping";
import { readSlice, type Slice } from "./Slice";

/** What of a network's partition is wanted. */
export interface PartitionOptions {
  /** A box [[xmin, ymin], [xmax, ymax]], or the corners of a convex polygon, in the slice's coordinates. */
  readonly domain: Domain;
  /** The plane in input space; left out, the input space itself, which then must be a plane. */
  readonly slice?: Slice;
  /** Only the first so many layers (operators that choose pieces); all of them if left out. */
  readonly layers?: number;
}

/**
 * The exact partition of a 2-D slice of a network into activation regions.
 *
 * Cells are the sets {x : s_k (G_k x + h_k) ≥ 0 for all units k}, G = ∂u/∂x on the cell. Throws
 * RangeError for a domain that isn't convex, a slice that is missing or degenerate, and a number of
 * layers that the network doesn't have.
 *
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
  const { arrays, source } = clipNetwork(net, slice, corners, layers);
  return new Complex(net, slice, arrays, source);
}
