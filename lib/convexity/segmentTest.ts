import type { SplineNetwork } from "../network";
import { readSlice, type Slice } from "../partition";
import type { Random } from "../random";
import { type Box, readBox } from "./box";
import { type ConvexityCounterexample, describeCounterexample } from "./ConvexityCounterexample";
import { testedOutputs } from "./testedOutputs";

/** What segments drawn at random say: a counterexample, or that none was found. */
export interface SegmentTest {
  /** Number of segments drawn. */
  readonly segments: number;
  /** The largest f((x + y)/2) − (f(x) + f(y))/2 seen, over all outputs tested. */
  readonly largest: number;
  /** The worst violation above the tolerance; undefined if there is none. */
  readonly counterexample: ConvexityCounterexample | undefined;
  /** "counterexample: …", or "no violation found in … segments": never "convex". */
  toString(): string;
}

/** Where segments are drawn, and how many. */
export interface SegmentTestOptions {
  /** Lowest and highest corner of the box, D numbers each; on a slice in its two coordinates. */
  readonly domain: Box;
  /** The plane that segments are drawn in, instead of all of the input space. */
  readonly slice?: Slice;
  readonly random: Random;
  /** The output that is tested; all if left out. */
  readonly output?: number;
  /** Number of segments; 100,000 if left out. */
  readonly segments?: number;
  /** Violations up to this, relative to the largest |f| that was met so far, are rounding. */
  readonly tolerance?: number;
}

/** How often a chord of the box is halved: a kink that hides on a long one shows on a short one. */
const HALVINGS = 8;

/**
 * Looks for segments on which a network violates f((x + y)/2) ≤ (f(x) + f(y))/2, which for a
 * continuous function is convexity.
 *
 * Both ends are uniform in a box; then the far end comes halfway nearer, seven times, so that its
 * last midpoint is the next far end and costs nothing. A counterexample is a proof. Finding none is
 * not: a concave kink may lie where no segment met it.
 *
 * @throws RangeError on a domain of another dimension, an empty one, an unknown output, or a number
 *   of segments that isn't a positive integer
 * @example segmentTest(net, { domain: [[-3, -3], [3, 3]], random: random(1) }).largest;
 */
export function segmentTest(net: SplineNetwork, options: SegmentTestOptions): SegmentTest {
  const { domain, random, slice, output, segments = 100_000, tolerance = 1e-9 } = options;
  const outputs = testedOutputs(net, output);
  const D = net.inputSize;
  const draw = drawFrom(readBox(domain, slice === undefined ? D : 2), slice, D, random);
  if (!(Number.isInteger(segments) && segments >= 1)) {
    throw new RangeError(`segments are ${segments}, expected an integer from 1`);
  }
  let [x, y, middle] = [new Float64Array(D), new Float64Array(D), new Float64Array(D)];
  let [fx, fy]: [Float64Array, Float64Array] = [x, y];
  let largest = Number.NEGATIVE_INFINITY;
  const sizes = new Float64Array(net.outputSize); // the largest |f| of each output so far
  let worst = 0; // the violation beyond its tolerance
  let counterexample: ConvexityCounterexample | undefined;
  for (let n = 0; n < segments; n++) {
    if (n % HALVINGS === 0) {
      draw(x, y);
      fx = net.forward(x);
      fy = net.forward(y);
    }
    for (let i = 0; i < D; i++) middle[i] = (x[i]! + y[i]!) / 2;
    const fm = net.forward(middle);
    for (const c of outputs) {
      const violation = fm[c]! - (fx[c]! + fy[c]!) / 2;
      if (violation > largest) largest = violation;
      // Where f is 0 by cancellation, its rounding is that of values elsewhere.
      sizes[c] = Math.max(sizes[c]!, Math.abs(fx[c]!), Math.abs(fy[c]!), Math.abs(fm[c]!));
      const excess = violation - tolerance * sizes[c]!;
      if (excess <= worst) continue;
      worst = excess;
      counterexample = { output: c, x: x.slice(), y: y.slice(), t: 0.5, violation };
    }
    [y, middle] = [middle, y];
    fy = fm;
  }
  return {
    segments,
    largest,
    counterexample,
    toString: () =>
      counterexample === undefined
        ? `no violation found in ${segments.toLocaleString("en")} segments`
        : describeCounterexample(counterexample),
  };
}

/** What draws both ends of a segment, coordinate by coordinate, from a box of the inputs or of a slice. */
function drawFrom(
  [low, high]: readonly [Float64Array, Float64Array],
  slice: Slice | undefined,
  D: number,
  random: Random,
): (x: Float64Array, y: Float64Array) => void {
  const uniform = (x: Float64Array, y: Float64Array) => {
    for (let i = 0; i < low.length; i++) {
      x[i] = random.uniform(low[i], high[i]);
      y[i] = random.uniform(low[i], high[i]);
    }
  };
  if (slice === undefined) return uniform;
  const { origin, e1, e2 } = readSlice(slice, D);
  const [p, q] = [new Float64Array(2), new Float64Array(2)];
  return (x, y) => {
    uniform(p, q);
    for (let i = 0; i < D; i++) {
      x[i] = origin[i]! + p[0]! * e1[i]! + p[1]! * e2[i]!;
      y[i] = origin[i]! + q[0]! * e1[i]! + q[1]! * e2[i]!;
    }
  };
}
