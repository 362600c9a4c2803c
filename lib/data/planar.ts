import type { Random } from "../random";
import type { Dataset } from "./Dataset";

/** How a synthetic set is drawn. */
export interface PlanarOptions {
  /** Number of points, divided evenly among the classes. */
  readonly count: number;
  /** Standard deviation of the normal noise on both coordinates. */
  readonly noise: number;
  readonly random: Random;
}

/** Two interleaved half circles of radius 1, two classes. */
export function twoMoons({ count, noise, random }: PlanarOptions): Dataset {
  return planar("two moons", count, 2, (label, i, members) => {
    const angle = (Math.PI * i) / Math.max(1, members - 1);
    const [x, y] =
      label === 0
        ? [Math.cos(angle), Math.sin(angle)]
        : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
    return [x + random.normal(0, noise), y + random.normal(0, noise)];
  });
}

/** Two concentric circles of radius 1 and 0.8, two classes. */
export function circles({ count, noise, random }: PlanarOptions): Dataset {
  return planar("circles", count, 2, (label, i, members) => {
    const angle = (2 * Math.PI * i) / members;
    const radius = label === 0 ? 1 : 0.8;
    return [
      radius * Math.cos(angle) + random.normal(0, noise),
      radius * Math.sin(angle) + random.normal(0, noise),
    ];
  });
}

/**
 * The talk's toy set of four classes: two moons, and two circles 2 above them; centred, and each
 * coordinate divided by its largest absolute value. The talk's noise is .035 for the moons and .02
 * for the circles: `noise` is that of the moons, the circles have 4/7 of it.
 */
export function moonsAndCircles({ count, noise, random }: PlanarOptions): Dataset {
  const half = Math.floor(count / 2);
  const moons = twoMoons({ count: half, noise, random: random.split("moons") });
  const rings = circles({
    count: count - half,
    noise: (noise * 4) / 7,
    random: random.split("circles"),
  });
  const inputs = new Float32Array(2 * count);
  inputs.set(moons.inputs);
  rings.inputs.forEach((value, i) => {
    inputs[2 * half + i] = value + (i % 2 === 1 ? 2 : 0);
  });
  const labels = new Uint8Array(count);
  labels.set(moons.labels);
  rings.labels.forEach((label, i) => {
    labels[half + i] = label + 2;
  });
  for (const axis of [0, 1]) centreAndScale(inputs, axis);
  const classNames = ["upper moon", "lower moon", "outer circle", "inner circle"];
  return { name: "moons and circles", size: count, shape: [2], inputs, labels, classNames };
}

function planar(
  name: string,
  count: number,
  classes: number,
  /** The i-th of a class's members. */
  point: (label: number, i: number, members: number) => readonly [number, number],
): Dataset {
  if (!Number.isInteger(count) || count < classes) {
    throw new RangeError(`${name} have at least ${classes} points, got ${count}`);
  }
  const inputs = new Float32Array(2 * count);
  const labels = new Uint8Array(count);
  for (let n = 0; n < count; n++) {
    const label = n % classes;
    const members = Math.ceil((count - label) / classes);
    inputs.set(point(label, Math.floor(n / classes), members), 2 * n);
    labels[n] = label;
  }
  const classNames = Array.from({ length: classes }, (_, label) => `${name}, ${label + 1}`);
  return { name, size: count, shape: [2], inputs, labels, classNames };
}

function centreAndScale(inputs: Float32Array, axis: number): void {
  const count = inputs.length / 2;
  let sum = 0;
  for (let n = 0; n < count; n++) sum += inputs[2 * n + axis]!;
  let largest = 0;
  for (let n = 0; n < count; n++) {
    inputs[2 * n + axis]! -= sum / count;
    largest = Math.max(largest, Math.abs(inputs[2 * n + axis]!));
  }
  for (let n = 0; n < count; n++) inputs[2 * n + axis]! /= largest;
}
