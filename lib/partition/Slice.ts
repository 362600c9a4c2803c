import { euclideanNorm } from "../spline/magnitude";

/** A plane in the input space of a network: x = origin + s e1 + t e2. */
export interface Slice {
  /** The input at s = t = 0 [D]. */
  readonly origin: ArrayLike<number>;
  /** Direction of the first coordinate [D]. */
  readonly e1: ArrayLike<number>;
  /** Direction of the second coordinate [D]. */
  readonly e2: ArrayLike<number>;
}

/** A slice whose arrays are float64 and of the right length. */
export interface CheckedSlice {
  readonly origin: Float64Array;
  readonly e1: Float64Array;
  readonly e2: Float64Array;
}

/**
 * Reads a slice of a D-dimensional input space, or takes the input space itself where it is a plane.
 *
 * Throws RangeError for a missing slice with D ≠ 2, wrong lengths, numbers that aren't finite, and
 * directions that are parallel or zero.
 */
export function readSlice(slice: Slice | undefined, inputSize: number): CheckedSlice {
  if (slice === undefined) {
    if (inputSize !== 2) {
      throw new RangeError(
        `the network has ${inputSize} inputs: a partition is drawn in a plane, so give a slice ` +
          "{ origin, e1, e2 }",
      );
    }
    return {
      origin: Float64Array.of(0, 0),
      e1: Float64Array.of(1, 0),
      e2: Float64Array.of(0, 1),
    };
  }
  const origin = readVector("origin", slice.origin, inputSize);
  const e1 = readVector("e1", slice.e1, inputSize);
  const e2 = readVector("e2", slice.e2, inputSize);
  const [n1, n2] = [euclideanNorm(e1), euclideanNorm(e2)];
  const cosine = e1.reduce((sum, v, i) => sum + (v / n1) * (e2[i]! / n2), 0);
  if (!(n1 > 0 && n2 > 0 && 1 - cosine * cosine > 1e-20)) {
    throw new RangeError("the directions e1 and e2 of the slice are zero or parallel");
  }
  return { origin, e1, e2 };
}

function readVector(name: string, values: ArrayLike<number>, length: number): Float64Array {
  if (values?.length !== length) {
    throw new RangeError(`the slice's ${name} has ${values?.length} numbers, expected ${length}`);
  }
  const vector = Float64Array.from(values);
  const bad = vector.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0) throw new RangeError(`the slice's ${name}[${bad}] is ${vector[bad]}, not finite`);
  return vector;
}

/** The input that belongs to a point of a slice [D]. */
export function pointOfSlice({ origin, e1, e2 }: CheckedSlice, x: number, y: number): Float64Array {
  return origin.map((o, i) => o + x * e1[i]! + y * e2[i]!);
}
