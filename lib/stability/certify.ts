import { cellBoundary, type NearestFacet, type SplineNetwork } from "../network";

/** What is certain about the class of a signal and of all near it. */
export interface Certificate {
  /** The class with the largest logit, the lowest of equal ones. */
  readonly label: number;
  /** The nearest facet of the cell; undefined if the cell is everything. */
  readonly facet: NearestFacet | undefined;
  /** Distance of the decision boundary that the cell's affine map has, extended beyond the cell. */
  readonly margin: number;
  /** The class on the other side of it. */
  readonly rival: number;
  /** The smaller of both: no signal nearer than this has another class. */
  readonly radius: number;
  /** True where the margin lies within the cell: then `radius` is the exact distance to another class. */
  readonly exact: boolean;
}

/**
 * A certified radius: within it the class can't change, whatever the network does elsewhere.
 *
 * Inside its cell the network is A x + b, and class c overtakes class y at the distance
 * (f_y − f_c) / ‖A_y − A_c‖. Up to the cell's boundary that is certain; where it comes before the
 * boundary, it is even exact (the region certificate of Croce, Andriushchenko & Hein 2019). Exact up
 * to rounding. Throws RangeError for networks with one output.
 *
 * @example
 * const net = SplineNetwork.fromWeights([{ W: [[1, 0], [0, 1]], b: [0, 0] }, { W: [[1, 0], [0, 1]], b: [0, 0] }]);
 * const { radius, exact } = certify(net, [3, 1]);
 * radius; // 1: the second unit switches off before the classes swap
 * exact; // false
 */
export function certify(net: SplineNetwork, x: ArrayLike<number>): Certificate {
  const { label, margin, rival } = linearMargin(net, x);
  const { nearest: facet } = cellBoundary(net, x);
  const boundary = facet?.distance ?? Number.POSITIVE_INFINITY;
  return {
    label,
    facet,
    margin,
    rival,
    radius: Math.min(margin, boundary),
    exact: margin <= boundary,
  };
}

/** The index of the largest value, the lowest of equal ones. */
export const largestOf = (values: Float64Array): number =>
  values.indexOf(values.reduce((most, v) => Math.max(most, v), Number.NEGATIVE_INFINITY));

/** Distance and class of the nearest decision boundary of the affine map at x. */
export function linearMargin(
  net: SplineNetwork,
  x: ArrayLike<number>,
): { label: number; margin: number; rival: number; step: Float64Array } {
  const C = net.outputSize;
  if (C < 2) throw new RangeError("a network with one output tells no classes apart");
  const D = net.inputSize;
  const f = net.forward(x);
  const { A } = net.affineMap(x);
  const label = largestOf(f);
  let [margin, rival, square] = [Number.POSITIVE_INFINITY, -1, 1];
  for (let c = 0; c < C; c++) {
    if (c === label) continue;
    let slope = 0;
    for (let i = 0; i < D; i++) slope += (A[label * D + i]! - A[c * D + i]!) ** 2;
    const distance =
      slope === 0 ? Number.POSITIVE_INFINITY : (f[label]! - f[c]!) / Math.sqrt(slope);
    if (distance < margin) [margin, rival, square] = [distance, c, slope];
  }
  // The way there, straight up the difference of the two templates.
  const step = new Float64Array(D);
  if (rival >= 0) {
    const factor = margin / Math.sqrt(square);
    for (let i = 0; i < D; i++) step[i] = factor * (A[rival * D + i]! - A[label * D + i]!);
  }
  return { label, margin, rival, step };
}
