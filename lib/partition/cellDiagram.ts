import { type NetworkDiagramOptions, networkDiagram, piecesOf, potentialOf } from "../network";
import { MaxAffineSpline } from "../spline";
import { PowerDiagram } from "../spline/quantisation";
import type { Complex } from "./Complex";

/**
 * The power diagram of a network's potential Φ_ε (see `networkDiagram`) in the coordinates of the
 * complex' slice: centroid i and radius i belong to cell i. For ε small enough (`largestEpsilon`)
 * its cells are those of the complex.
 *
 * @throws RangeError as `networkDiagram` does; and for a complex of some layers only, unless the
 *   others have the factor 0
 * @example
 * const complex = partition(net, { domain: [[-1, -1], [1, 1]] });
 * cellDiagram(complex, { epsilon: 0.01 }).code([0.3, 0.2]); // = complex.locate(0.3, 0.2)
 */
export function cellDiagram(complex: Complex, options: NetworkDiagramOptions = {}): PowerDiagram {
  const { network, slice, cellCount } = complex;
  const codes = Array.from({ length: cellCount }, (_, i) => complex.code(i));
  const { diagram } = networkDiagram(network, codes, options);
  if (diagram.cells !== cellCount) {
    throw new RangeError(
      `the layers chosen have ${diagram.cells} codes on the ${cellCount} cells of the complex`,
    );
  }
  const { A, b, dimension: D } = diagram.toSpline();
  const along = (r: number, v: Float64Array): number =>
    v.reduce((sum, value, i) => sum + value * A[r * D + i]!, 0);
  return PowerDiagram.ofSpline(
    MaxAffineSpline.fromFlat(
      Array.from(b, (_, r) => [along(r, slice.e1), along(r, slice.e2)]).flat(),
      b.map((offset, r) => offset + along(r, slice.origin)),
    ),
  );
}

/**
 * An ε up to which Φ_ε is convex on the complex, so that each smaller one makes its cells one power
 * diagram (up to rounding). Weights as in `networkDiagram`.
 *
 * A piecewise affine function is convex if and only if its gradient jumps forwards across every
 * edge. Across an edge of layer λ the jump is j_λ ε^(λ−1) + j_(λ+1) ε^λ + …, and j_λ > 0; what is
 * told is where j_λ stops to outweigh the negative ones among the others, at the worst edge, or 1.
 * For two layers that is the largest ε there is; for more a larger one may do.
 *
 * @throws RangeError if a layer isn't convex, or an edge has no kink
 * @example
 * const epsilon = largestEpsilon(partition(net, { domain }));
 */
export function largestEpsilon(
  complex: Complex,
  { weights }: Pick<NetworkDiagramOptions, "weights"> = {},
): number {
  const gradients = layerGradients(complex, weights);
  let epsilon = 1;
  for (const { from, to, left, right, layer } of complex.interiorEdges()) {
    // From the cell on the right to that on the left.
    const [nx, ny] = [from[1] - to[1], to[0] - from[0]];
    const jumps = gradients.map(
      (g) => nx * (g[2 * left]! - g[2 * right]!) + ny * (g[2 * left + 1]! - g[2 * right + 1]!),
    );
    if (!(jumps[layer]! > 0)) {
      throw new RangeError(`an edge of layer ${layer + 1} at [${from}] has no kink`);
    }
    epsilon = Math.min(epsilon, crossing(jumps.slice(layer)));
  }
  return epsilon;
}

/** For each layer the gradients [cells × 2] of Σ_k c_k z_k, in the coordinates of the slice. */
function layerGradients(
  complex: Complex,
  weights: NetworkDiagramOptions["weights"],
): Float64Array[] {
  const { network, slice, cellCount, cellsPerLayer } = complex;
  const layers = network.graph.nodes.filter(({ operator }) => operator.units > 0);
  const scales = layers.map((_, l) => (l < cellsPerLayer.length ? 1 : 0));
  const potential = potentialOf(network, { scales, ...(weights && { weights }) });
  const gradients = scales.map(() => new Float64Array(2 * cellCount));
  for (let i = 0; i < cellCount; i++) {
    const codes = piecesOf(network, complex.code(i));
    [...potential].forEach((functional, l) => {
      const gradient = network.graph.pullbackFrom(codes, new Map([functional]));
      [slice.e1, slice.e2].forEach((e, axis) => {
        gradients[l]![2 * i + axis] = e.reduce((sum, v, d) => sum + v * gradient[d]!, 0);
      });
    });
  }
  return gradients;
}

/** The largest ε of [0, 1], up to rounding, with j₀ > Σ_m ε^m max(0, −j_m). */
function crossing(jumps: readonly number[]): number {
  const left = (epsilon: number): number =>
    jumps.reduce((sum, j, m) => sum + (m === 0 ? j : epsilon ** m * Math.min(0, j)), 0);
  if (left(1) > 0) return 1;
  let [good, bad] = [0, 1];
  for (let step = 0; step < 60; step++) {
    const middle = (good + bad) / 2;
    if (left(middle) > 0) good = middle;
    else bad = middle;
  }
  return good;
}
