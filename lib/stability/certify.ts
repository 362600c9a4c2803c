import { cellBoundary, type NearestFacet, type SplineNetwork } from "../network";
import { slopesLost, underflows } from "../network/underflow";
import { euclideanNorm, largestMagnitude } from "../spline/magnitude";

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
  /** True where the margin lies inside the cell: then `radius` is the exact distance to another class. */
  readonly exact: boolean;
}

/**
 * A certified radius: within it the class can't change, whatever the network does elsewhere.
 *
 * Inside its cell the network is A x + b, and class c overtakes class y at the distance
 * (f_y − f_c) / ‖A_y − A_c‖. Up to the cell's boundary that is certain; where it comes before the
 * boundary, it is even exact (the region certificate of Croce, Andriushchenko & Hein 2019). Exact up
 * to rounding. Of equal logits the first is the class, by the rule of `minimalPerturbation`: a later
 * class that is only equal changes nothing, nor does a class that is met on a face of the cell alone;
 * since the radius ends at the cell's boundary, it never reaches beyond such a face.
 *
 * @throws RangeError for networks with one output, and where slopes are too small or too large for
 * float64, so that nothing can be vouched for
 *
 * @example
 * const net = SplineNetwork.fromWeights([{ W: [[1, 0], [0, 1]], b: [0, 0] }, { W: [[1, 0], [0, 1]], b: [0, 0] }]);
 * const { radius, exact } = certify(net, [3, 1]);
 * radius; // 1: the second unit switches off before the classes swap
 * exact; // false
 */
export function certify(net: SplineNetwork, x: ArrayLike<number>): Certificate {
  const { graph, inputSize, outputSize } = net;
  const { codes } = graph.run(net.read(x));
  // The affine map is read backwards then; forwards, `cellBoundary` looks.
  if (outputSize <= inputSize && underflows((g) => graph.pullback(codes, g), outputSize)) {
    throw slopesLost();
  }
  const { label, margin, rival } = linearMargin(net, x);
  const { nearest: facet } = cellBoundary(net, x);
  const boundary = facet?.distance ?? Number.POSITIVE_INFINITY;
  return {
    label,
    facet,
    margin,
    rival,
    radius: Math.min(margin, boundary),
    // On the cell's boundary itself logits may come together and part again.
    exact: margin < boundary * (1 - 1e-12) || boundary === Number.POSITIVE_INFINITY,
  };
}

/** The index of the largest value, the lowest of equal ones. */
export const largestOf = (values: Float64Array): number =>
  values.indexOf(values.reduce((most, v) => Math.max(most, v), Number.NEGATIVE_INFINITY));

/** Where the decision boundary of the affine map at x is that comes first. */
export interface LinearMargin {
  readonly label: number;
  /** Its distance; +∞ if the affine map has none. */
  readonly margin: number;
  /** The class behind it, −1 if there is none. */
  readonly rival: number;
  /** The direction of length 1 straight to it; 0 if there is none. */
  readonly direction: Float64Array;
  /** How far rounding of x and of the logits may move it. */
  readonly room: number;
}

/** Distance and class of the nearest decision boundary of the affine map at x. */
export function linearMargin(net: SplineNetwork, x: ArrayLike<number>): LinearMargin {
  const C = net.outputSize;
  if (C < 2) throw new RangeError("a network with one output tells no classes apart");
  const D = net.inputSize;
  const f = net.forward(x);
  const { A } = net.affineMap(x);
  const label = largestOf(f);
  const own = A.subarray(label * D, (label + 1) * D);
  let [margin, rival, size] = [Number.POSITIVE_INFINITY, -1, 1];
  let direction = new Float64Array(D);
  const difference = new Float64Array(D);
  for (let c = 0; c < C; c++) {
    if (c === label) continue;
    for (let i = 0; i < D; i++) difference[i] = A[c * D + i]! - own[i]!;
    const length = euclideanNorm(difference);
    const gap = f[label]! - f[c]!;
    if (!(length < Number.POSITIVE_INFINITY && gap < Number.POSITIVE_INFINITY)) {
      throw new RangeError(
        `classes ${label} and ${c} differ by ${gap}, with a slope of ${length}, expected finite ` +
          "numbers; divide the weights of the layers by a power of two",
      );
    }
    if (neverOvertakes(gap, length, label, c, A, f, D)) continue;
    const distance = gap / length;
    if (distance >= margin) continue;
    [margin, rival, size] = [distance, c, length];
    direction = difference.map((v) => v / length);
  }
  const logits = largestMagnitude(f) / size;
  const room = ROOM * (largestMagnitude(x) + (Number.isFinite(logits) ? logits : 0));
  return { label, margin, rival, direction, room };
}

/** Relative to signal and logits; a step that is longer is seen. */
const ROOM = 1e-9;
/** Two templates, or two logits, that differ by less are the same one, rounded twice. */
const SAME = 1e-14;

/**
 * Are templates so equal that class c stays where it is? Equal logits are of the first class: a later
 * one that is equal all over the cell, up to rounding, never overtakes.
 */
export function neverOvertakes(
  gap: number,
  length: number,
  label: number,
  c: number,
  A: Float64Array,
  f: Float64Array,
  D: number,
): boolean {
  if (length === 0) return c > label ? gap >= 0 : gap > 0;
  if (c < label || Math.abs(gap) > SAME * Math.max(Math.abs(f[label]!), Math.abs(f[c]!)))
    return false;
  return sameTemplates(length, A, label, c, D);
}

/** Is a difference of two templates of this length only rounding? */
export function sameTemplates(
  length: number,
  A: Float64Array,
  y: number,
  c: number,
  D: number,
): boolean {
  const [one, other] = [y, c].map((k) => euclideanNorm(A.subarray(k * D, (k + 1) * D)));
  return length <= SAME * Math.max(one!, other!);
}
