import { euclideanNorm } from "../spline/magnitude";
import type { Point } from "../spline/planar";
import type { CheckedSlice } from "./Slice";

/** A slice through three inputs, and where these lie in it. */
export interface SliceThrough extends CheckedSlice {
  /** The three inputs in the slice's coordinates. */
  readonly points: readonly [Point, Point, Point];
  /** The smallest box around the three points, wider by this share of its longer side. */
  around(margin?: number): readonly [Point, Point];
}

/**
 * The plane through three inputs, three images for instance, with orthonormal directions: lengths
 * and angles in its coordinates are those of the input space.
 *
 * p lies at [0, 0], q at [‖q − p‖, 0], r above the first axis.
 *
 * @throws RangeError for inputs of different sizes, and for three that lie on one line
 * @example
 * const slice = sliceThrough([0, 0, 1], [1, 0, 0], [0, 1, 0]);
 * slice.points[1]; // [1.4142, 0]
 */
export function sliceThrough(
  p: ArrayLike<number>,
  q: ArrayLike<number>,
  r: ArrayLike<number>,
): SliceThrough {
  if (p.length !== q.length || p.length !== r.length) {
    throw new RangeError(
      `a slice through inputs of ${p.length}, ${q.length} and ${r.length} numbers: expected one size`,
    );
  }
  const origin = Float64Array.from(p);
  const from = (x: ArrayLike<number>) => origin.map((v, i) => x[i]! - v);
  const [first, second] = [from(q), from(r)];
  const width = euclideanNorm(first);
  const e1 = first.map((v) => v / width);
  const x = second.reduce((sum, v, i) => sum + v * e1[i]!, 0);
  const rest = second.map((v, i) => v - x * e1[i]!);
  const y = euclideanNorm(rest);
  if (!(width > 0 && y > 1e-10 * euclideanNorm(second))) {
    throw new RangeError("the three inputs lie on one line: there is no single plane through them");
  }
  const e2 = rest.map((v) => v / y);
  const points: [Point, Point, Point] = [
    [0, 0],
    [width, 0],
    [x, y],
  ];
  return { origin, e1, e2, points, around: (margin = 0.15) => boxAround(points, margin) };
}

function boxAround(points: readonly Point[], margin: number): readonly [Point, Point] {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const pad = margin * Math.max(right - left, high - low);
  return [
    [left - pad, low - pad],
    [right + pad, high + pad],
  ];
}
