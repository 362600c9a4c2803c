import type { Random } from "../random";
import type { Dataset } from "./Dataset";

/** How a synthetic set of points of the plane is drawn. */
export interface PlanarOptions {
  /** Number of points; classes take turns, so they differ by one point at most. */
  readonly count: number;
  /** Standard deviation of the normal noise on both coordinates. */
  readonly noise: number;
  readonly random: Random;
}

type Point = readonly [number, number];

/**
 * Two interleaved half circles of radius 1, two classes, points at equal angles plus noise.
 * Throws RangeError for fewer points than classes or a negative noise.
 */
export function twoMoons({ count, noise, random }: PlanarOptions): Dataset {
  return planar("two moons", ["upper moon", "lower moon"], count, (label, k, members) =>
    noisy(moon(label, k, members), noise, random),
  );
}

/**
 * Two concentric circles of radius 1 and 0.8, two classes, points at equal angles plus noise.
 * Throws RangeError for fewer points than classes or a negative noise.
 */
export function circles({ count, noise, random }: PlanarOptions): Dataset {
  return planar("circles", ["outer circle", "inner circle"], count, (label, k, members) =>
    noisy(circle(label, k, members), noise, random),
  );
}

/** The talk's noise is .035 on the moons and .02 on the circles. */
const CIRCLE_NOISE = 0.02 / 0.035;

/**
 * The talk's toy set of four classes: two moons, and two circles shifted by 2 upwards; centred,
 * each coordinate then divided by its maximum.
 *
 * `noise` is that of the moons (.035 in the talk); the circles have 4/7 of it (.02 in the talk).
 * Throws RangeError for fewer points than classes or a negative noise.
 */
export function moonsAndCircles({ count, noise, random }: PlanarOptions): Dataset {
  const classNames = ["upper moon", "lower moon", "outer circle", "inner circle"];
  const data = planar("moons and circles", classNames, count, (label, k, members) => {
    if (label < 2) return noisy(moon(label, k, members), noise, random);
    const [x, y] = circle(label - 2, k, members);
    return noisy([x, y + 2], noise * CIRCLE_NOISE, random);
  });
  for (const axis of [0, 1]) centreAndScale(data.inputs, axis);
  return data;
}

/** Point k of the upper (0) or lower (1) moon: both ends belong to it. */
function moon(label: number, k: number, members: number): Point {
  const angle = (Math.PI * k) / Math.max(1, members - 1);
  const [x, y] = [Math.cos(angle), Math.sin(angle)];
  return label === 0 ? [x, y] : [1 - x, 0.5 - y];
}

/** Point k of the outer (0) or inner (1) circle: the last point stops short of the first. */
function circle(label: number, k: number, members: number): Point {
  const angle = (2 * Math.PI * k) / members;
  const radius = label === 0 ? 1 : 0.8;
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

function noisy([x, y]: Point, deviation: number, random: Random): Point {
  return [x + random.normal(0, deviation), y + random.normal(0, deviation)];
}

/** Lets the classes take turns; `point` gives point k of a class with so many members. */
function planar(
  name: string,
  classNames: readonly string[],
  count: number,
  point: (label: number, k: number, members: number) => Point,
): Dataset {
  const classes = classNames.length;
  if (!Number.isInteger(count) || count < classes) {
    throw new RangeError(`${name}: at least ${classes} points, an integer, got ${count}`);
  }
  const inputs = new Float32Array(2 * count);
  const labels = new Uint8Array(count);
  for (let n = 0; n < count; n++) {
    const label = n % classes;
    const members = Math.ceil((count - label) / classes);
    inputs.set(point(label, Math.floor(n / classes), members), 2 * n);
    labels[n] = label;
  }
  return { name, size: count, shape: [2], inputs, labels, classNames };
}

function centreAndScale(inputs: Float32Array, axis: number): void {
  const values = inputs.filter((_, i) => i % 2 === axis);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const largest = values.reduce((most, value) => Math.max(most, value - mean), 0);
  values.forEach((value, n) => {
    inputs[2 * n + axis] = (value - mean) / largest;
  });
}
