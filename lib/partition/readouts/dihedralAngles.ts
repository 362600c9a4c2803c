import type { Complex } from "../Complex";
import { SliceMetric } from "./SliceMetric";
import { sliceMaps } from "./sliceMaps";

/**
 * By how much the graph of one output is folded along each edge [edges], in radians.
 *
 * The graph {(x, f_c(x))} is a faceted surface; the angle is that between the normals (−a, 1) of
 * the facets on both sides: 0 where they lie in one plane, positive along a convex fold (a valley),
 * negative along a concave one (a ridge). π minus its size is the dihedral angle of the two facets.
 * NaN on the domain's boundary.
 *
 * @throws RangeError for an output that the network doesn't have
 * @example
 * const angles = dihedralAngles(partition(net, { domain }), 0);
 * const concave = angles.filter((angle) => angle < -1e-9).length;
 */
export function dihedralAngles(complex: Complex, output = 0): Float64Array {
  const { outputs, A } = sliceMaps(complex);
  if (!(Number.isInteger(output) && output >= 0 && output < outputs)) {
    throw new RangeError(`output ${output} of a network of ${outputs} outputs`);
  }
  const metric = new SliceMetric(complex.slice);
  const { edgeCells, edgeVertices, vertices } = complex.arrays;
  const angles = new Float64Array(complex.edgeCount).fill(Number.NaN);
  const gradient = (cell: number) => {
    const at = 2 * (outputs * cell + output);
    return metric.gradient(A[at]!, A[at + 1]!);
  };
  for (let e = 0; e < angles.length; e++) {
    const [left, right] = [edgeCells[2 * e]!, edgeCells[2 * e + 1]!];
    if (left < 0 || right < 0) continue;
    const [ax, ay] = gradient(left);
    const [bx, by] = gradient(right);
    const [dx, dy] = [ax - bx, ay - by];
    // |n₁ × n₂| for n = (−a, 1): the difference of the slopes, and the area that they span.
    const sine = Math.hypot(dx, dy, ax * by - ay * bx);
    const size = Math.atan2(sine, ax * bx + ay * by + 1);
    // Convex if the slope rises on the way from the right to the left, in any coordinates.
    const [p, q] = [2 * edgeVertices[2 * e]!, 2 * edgeVertices[2 * e + 1]!];
    const [nx, ny] = [vertices[p + 1]! - vertices[q + 1]!, vertices[q]! - vertices[p]!];
    const [l, r] = [2 * (outputs * left + output), 2 * (outputs * right + output)];
    const jump = nx * (A[l]! - A[r]!) + ny * (A[l + 1]! - A[r + 1]!);
    angles[e] = jump < 0 ? -size : size;
  }
  return angles;
}
