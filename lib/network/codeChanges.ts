import type { ActivationCode } from "./ActivationCode";
import type { SplineNetwork } from "./SplineNetwork";

/**
 * Where the code changes on the segment from x to y: all t in (0, 1), rising, such that the code of
 * (1 − t) x + t y is not the same on both sides. Each is the crossing of a facet.
 *
 * None is missed, down to `tolerance` in t: a cell is convex, so that a stretch with the same code
 * at both ends lies in one cell, and any other one is halved. Crossings closer together than the
 * tolerance count as one.
 *
 * @throws RangeError on points of another size or that aren't finite
 * @example codeChanges(net, [-1, 0], [1, 0]).length + 1; // cells that the segment meets
 */
export function codeChanges(
  net: SplineNetwork,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { tolerance = 1e-12 }: { readonly tolerance?: number } = {},
): Float64Array {
  const at = (t: number) => net.code(Float64Array.from(x, (v, i) => (1 - t) * v + t * y[i]!));
  const found: number[] = [];
  const search = (a: number, codeA: ActivationCode, b: number, codeB: ActivationCode): void => {
    if (codeA.equals(codeB)) return;
    const middle = (a + b) / 2;
    if (b - a <= tolerance) {
      if (middle - (found.at(-1) ?? -1) > tolerance) found.push(middle);
      return;
    }
    const code = at(middle);
    search(a, codeA, middle, code);
    search(middle, code, b, codeB);
  };
  search(0, at(0), 1, at(1));
  return Float64Array.from(found);
}
