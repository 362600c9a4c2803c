import type { SplineNetwork } from "../network";
import type { Random } from "../random";
import { euclideanNorm } from "../spline/magnitude";
import { largestOf, linearMargin } from "./certify";

/** How a projected gradient attack searches. */
export interface AttackOptions {
  /** How far from the signal it may go, by the norm. */
  readonly radius: number;
  /** Lengths (2, if left out) or the largest change of an entry (Infinity). */
  readonly norm?: 2 | typeof Number.POSITIVE_INFINITY;
  readonly random: Random;
  /** Starts, the first at the signal itself; 10 if left out. */
  readonly restarts?: number;
  /** Steps of each; 20 if left out. */
  readonly steps?: number;
}

/**
 * Projected gradient descent (Madry et al. 2018): searches the ball around a signal for one of
 * another class. The gradient of f_c − f_y is A[x]_c − A[x]_y, read off the affine map; the class c
 * that comes first by the affine map is attacked. Returns the signal found, or undefined.
 *
 * Throws RangeError unless the radius is finite and not negative.
 *
 * @example
 * const two = SplineNetwork.fromWeights([{ W: [[1, 0], [0, 1]], b: [0, 0] }]);
 * pgd(two, [3, 1], { radius: 1.4, random: random(1) }) === undefined; // true: the boundary is at √2
 * pgd(two, [3, 1], { radius: 1.5, random: random(1) }) === undefined; // false
 */
export function pgd(
  net: SplineNetwork,
  x: ArrayLike<number>,
  { radius, norm = 2, random, restarts = 10, steps = 20 }: AttackOptions,
): Float64Array | undefined {
  if (!(radius >= 0 && Number.isFinite(radius))) {
    throw new RangeError(`a radius of ${radius}, expected a finite number of 0 or more`);
  }
  const centre = net.read(x);
  const { label } = linearMargin(net, centre);
  for (let start = 0; start < restarts; start++) {
    let z =
      start === 0
        ? centre
        : project(centre, randomStep(centre, radius, norm, random), radius, norm);
    for (let step = 0; step <= steps; step++) {
      const found = linearMargin(net, z);
      if (found.label !== label) return z;
      if (step === steps || found.rival < 0) break;
      const way = ascent(found.direction, (2.5 * radius) / steps, norm);
      z = project(
        centre,
        z.map((v, i) => v + way[i]! - centre[i]!),
        radius,
        norm,
      );
    }
  }
  return undefined;
}

/**
 * The fast gradient sign method (Goodfellow, Shlens & Szegedy 2015), one step: every entry moves by
 * `radius` against the sign of A[x]_y − A[x]_c, c the class that comes first by the affine map.
 *
 * @example
 * const two = SplineNetwork.fromWeights([{ W: [[1, 0], [0, 1]], b: [0, 0] }]);
 * fgsm(two, [3, 1], 0.5); // Float64Array [2.5, 1.5]
 */
export function fgsm(net: SplineNetwork, x: ArrayLike<number>, radius: number): Float64Array {
  const signal = net.read(x);
  const { direction } = linearMargin(net, signal);
  return signal.map((v, i) => v + radius * Math.sign(direction[i]!));
}

/** A signal of another class near the one asked for. */
export interface AdversarialSignal {
  readonly signal: Float64Array;
  /** Its class. */
  readonly label: number;
  /** Its distance. */
  readonly distance: number;
}

/**
 * A near signal of another class, from cell to cell: at each point the affine map says where its own
 * decision boundary is, and the next point lies just behind it (DeepFool, Moosavi-Dezfooli, Fawzi &
 * Frossard 2016); then the segment back is halved. An upper bound of the distance to another class;
 * undefined if none was found in `steps`.
 *
 * @example
 * const two = SplineNetwork.fromWeights([{ W: [[1, 0], [0, 1]], b: [0, 0] }]);
 * deepFool(two, [3, 1]).distance; // 1.41
 */
export function deepFool(
  net: SplineNetwork,
  x: ArrayLike<number>,
  { steps = 50 }: { readonly steps?: number } = {},
): AdversarialSignal | undefined {
  const start = net.read(x);
  const { label } = linearMargin(net, start);
  let z = start;
  for (let i = 0; i < steps; i++) {
    const { margin, direction, room, rival } = linearMargin(net, z);
    if (rival < 0) return undefined;
    const length = 1.02 * margin + room;
    z = z.map((v, k) => v + length * direction[k]!);
    if (!z.every(Number.isFinite)) return undefined; // further away than float64 reaches
    if (classOf(net, z) !== label) return shortened(net, start, z, label);
  }
  return undefined;
}

/** Halves the way from x to z, of another class, keeping the end of another class. */
function shortened(
  net: SplineNetwork,
  x: Float64Array,
  z: Float64Array,
  label: number,
): AdversarialSignal {
  const at = (t: number) => x.map((v, i) => v + t * (z[i]! - v));
  let [same, other] = [0, 1];
  for (let i = 0; i < 50; i++) {
    const middle = (same + other) / 2;
    if (classOf(net, at(middle)) === label) same = middle;
    else other = middle;
  }
  const signal = at(other);
  const distance = euclideanNorm(signal.map((v, i) => v - x[i]!));
  return { signal, label: classOf(net, signal), distance };
}

const classOf = (net: SplineNetwork, x: Float64Array): number => largestOf(net.forward(x));

/** A change of the signal drawn from the ball, up to projection. */
function randomStep(
  centre: Float64Array,
  radius: number,
  norm: number,
  random: Random,
): Float64Array {
  if (norm !== 2) return centre.map(() => random.uniform(-radius, radius));
  const way = centre.map(() => random.normal());
  const length = euclideanNorm(way) || 1;
  const reach = radius * random.uniform() ** (1 / centre.length);
  return way.map((v) => reach * (v / length));
}

/** centre + change, the change cut back to the ball. */
function project(
  centre: Float64Array,
  change: Float64Array,
  radius: number,
  norm: number,
): Float64Array {
  if (norm !== 2) {
    return centre.map((v, i) => v + Math.min(radius, Math.max(-radius, change[i]!)));
  }
  const length = euclideanNorm(change);
  if (length <= radius) return centre.map((v, i) => v + change[i]!);
  return centre.map((v, i) => v + radius * (change[i]! / length));
}

/** A step of given size up a direction. */
function ascent(direction: Float64Array, size: number, norm: number): Float64Array {
  if (norm !== 2) return direction.map((v) => size * Math.sign(v));
  const length = euclideanNorm(direction) || 1;
  return direction.map((v) => size * (v / length));
}
