import type { SplineNetwork } from "../network";
import type { Random } from "../random";
import { type Box, readBox } from "./box";
import { type ConvexityCounterexample, describeCounterexample } from "./ConvexityCounterexample";
import { testedOutputs } from "./testedOutputs";

/** What segments drawn at random say: a counterexample, or that none was found. */
export interface SegmentTest {
  /** Number of segments drawn. */
  readonly segments: number;
  /** The largest f(t x + (1 − t) y) − t f(x) − (1 − t) f(y) seen, over all outputs tested. */
  readonly largest: number;
  /** The worst violation above the tolerance; undefined if there is none. */
  readonly counterexample: ConvexityCounterexample | undefined;
  /** "counterexample: …", or "no violation found in … segments": never "convex". */
  toString(): string;
}

/** Where segments are drawn, and how many. */
export interface SegmentTestOptions {
  /** Lowest and highest corner of the box, D numbers each. */
  readonly domain: Box;
  readonly random: Random;
  /** The output that is tested; all if left out. */
  readonly output?: number;
  /** Number of segments; 100,000 if left out. */
  readonly segments?: number;
  /** Violations up to this, relative to the largest of |f| at the three points and 1, are rounding. */
  readonly tolerance?: number;
}

/** Lengths of the segments, as shares of a random chord of the box: kinks hide on long ones. */
const SHARES = 8;

/**
 * Looks for segments on which a network violates f(t x + (1 − t) y) ≤ t f(x) + (1 − t) f(y).
 *
 * Both ends are uniform in a box, then one is drawn towards the other, by 1, 1/2, …, 1/128 of the
 * way in turn; t is uniform. A counterexample is a proof. Finding none is not: a concave kink may
 * lie where no segment met it.
 *
 * @throws RangeError on a domain of another dimension, an empty one, or an unknown output
 * @example segmentTest(net, { domain: [[-3, -3], [3, 3]], random: random(1) }).largest;
 */
export function segmentTest(net: SplineNetwork, options: SegmentTestOptions): SegmentTest {
  const { domain, random, output, segments = 100_000, tolerance = 1e-9 } = options;
  const outputs = testedOutputs(net, output);
  const [low, high] = readBox(domain, net.inputSize);
  const D = net.inputSize;
  const [x, y, middle] = [new Float64Array(D), new Float64Array(D), new Float64Array(D)];
  let largest = Number.NEGATIVE_INFINITY;
  let worst = 0; // the violation beyond its tolerance
  let counterexample: ConvexityCounterexample | undefined;
  for (let n = 0; n < segments; n++) {
    const share = 2 ** -(n % SHARES);
    const t = random.uniform();
    for (let i = 0; i < D; i++) {
      x[i] = random.uniform(low[i], high[i]);
      y[i] = x[i]! + share * (random.uniform(low[i], high[i]) - x[i]!);
      middle[i] = t * x[i]! + (1 - t) * y[i]!;
    }
    const [fx, fy, fm] = [net.forward(x), net.forward(y), net.forward(middle)];
    for (const c of outputs) {
      const violation = fm[c]! - t * fx[c]! - (1 - t) * fy[c]!;
      if (violation > largest) largest = violation;
      const scale = Math.max(1, Math.abs(fx[c]!), Math.abs(fy[c]!), Math.abs(fm[c]!));
      const excess = violation - tolerance * scale;
      if (excess <= worst) continue;
      worst = excess;
      counterexample = { output: c, x: x.slice(), y: y.slice(), t, violation };
    }
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
