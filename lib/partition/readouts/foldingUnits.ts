import type { Complex } from "../Complex";

/**
 * The units that change their piece somewhere inside the domain: of each layer, their numbers in
 * rising order. The exact count of which local complexity is an estimate.
 *
 * @example
 * const complex = partition(net, { domain });
 * foldingUnits(complex).map((units) => units.length); // folds in each layer
 */
export function foldingUnits(complex: Complex): Int32Array[] {
  const { edgeLayers, edgeUnits } = complex.arrays;
  const found = complex.cellsPerLayer.map(() => new Set<number>());
  for (let e = 0; e < edgeLayers.length; e++) {
    if (edgeLayers[e]! >= 0) found[edgeLayers[e]!]!.add(edgeUnits[e]!);
  }
  return found.map((units) => Int32Array.from(units).sort());
}
