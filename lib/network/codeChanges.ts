import { crossings } from "./crossings";
import type { SplineNetwork } from "./SplineNetwork";

/**
 * Where the code changes on the segment from x to y: all t in (0, 1), rising, such that the code of
 * (1 − t) x + t y is not the same on both sides. Each is the crossing of a facet; {@link crossings}
 * also tells the units.
 *
 * None is missed, down to `tolerance` in t. Crossings closer together than the tolerance count as one.
 *
 * @throws RangeError on points of another size or that aren't finite
 * @example codeChanges(net, [-1, 0], [1, 0]).length + 1; // cells that the segment meets
 */
export function codeChanges(
  net: SplineNetwork,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  options: { readonly tolerance?: number } = {},
): Float64Array {
  return Float64Array.from(crossings(net, x, y, options), ({ t }) => t);
}
