import type { Pieces } from "../spline/operators";
import type { Graph } from "./Graph";

/** A power of two: multiplying by it rounds nothing. */
const FACTOR = 2 ** 600;
/** How far two passes may differ by more than rounding, relative to the larger one. */
const TOLERANCE = 1e-9;

/**
 * Do slopes lose digits on the cell with these codes, or vanish, since they are below the numbers
 * that float64 tells apart?
 *
 * A frozen network is linear, and powers of two pass through it without rounding: a direction and
 * 2^600 times that direction give the same digits, unless something on the way underflows. One
 * direction in general position will do for all. Costs two forward passes.
 */
export function slopesUnderflow(graph: Graph, codes: readonly Pieces[], inputs: number): boolean {
  const direction = generalDirection(inputs);
  const plain = graph.pushforwardAll(codes, direction);
  const large = graph.pushforwardAll(
    codes,
    direction.map((v) => v * FACTOR),
  );
  return large.some((values, v) => differ(plain[v]!, values));
}

/** Does a linear map lose digits, or vanish, on the way? */
export function underflows(map: (v: Float64Array) => Float64Array, inputs: number): boolean {
  const direction = generalDirection(inputs);
  const plain = map(direction);
  return differ(plain, map(direction.map((v) => v * FACTOR)));
}

/** Is the one more than rounding away from FACTOR times the other? */
function differ(plain: Float64Array, large: Float64Array): boolean {
  return large.some((value, k) => {
    if (!Number.isFinite(value)) return false;
    const seen = plain[k]! * FACTOR;
    return Math.abs(value - seen) > TOLERANCE * Math.max(Math.abs(value), Math.abs(seen));
  });
}

/** Steps of the golden ratio: no linear relation with small coefficients between the entries. */
export const generalDirection = (inputs: number): Float64Array =>
  Float64Array.from({ length: inputs }, (_, i) => 1 + ((i * 0.6180339887) % 1));

/** What is thrown where slopes have lost digits. */
export const slopesLost = (): RangeError =>
  new RangeError(
    "slopes of the network are below 2^-1022, the smallest numbers of full precision, so that no " +
      "distance can be vouched for; multiply the weights of its layers by a power of two",
  );
