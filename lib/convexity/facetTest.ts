import type { SplineNetwork } from "../network";
import { partition, type Slice } from "../partition";
import { type Box, readBox } from "./box";
import { type ConvexityCounterexample, describeCounterexample } from "./ConvexityCounterexample";
import { complexFacets, type Facet, intervalFacets } from "./facets";
import { testedOutputs } from "./testedOutputs";

/** What the facets say: convex on the domain or not, exactly. */
export interface FacetTest {
  /** Whether no jump is below the tolerance: convex on the domain. */
  readonly convex: boolean;
  /** Number of facets: of interior edges in the plane, of kinks on the line. */
  readonly facets: number;
  /** Decisions on the partition that float64 could not make with certainty; 0 as a rule. */
  readonly undecided: number;
  /** The smallest jump of the slope across a facet, over all outputs tested; +∞ without facets. */
  readonly smallestJump: number;
  /** The facet with the worst violation, and the output; undefined if convex. */
  readonly worst:
    | { readonly facet: Facet; readonly output: number; readonly jump: number }
    | undefined;
  /**
   * Two points across that facet, verified by forward passes. Undefined if convex, or if all
   * violations drown in rounding.
   */
  readonly counterexample: ConvexityCounterexample | undefined;
  /** "convex: …" with the smallest jump, or "not convex: …" with the counterexample. */
  toString(): string;
}

/** A box of one or two inputs, or of a slice, in which facets are tested. */
export interface FacetTestOptions {
  /** Lowest and highest corner: [[x], [x]] for one input, [[x, y], [x, y]] for two. */
  readonly domain: Box;
  /** The plane that is tested; needed with more than two inputs. The domain is in its coordinates. */
  readonly slice?: Slice;
  /** The output that is tested; all if left out. */
  readonly output?: number;
  /** Jumps down to −tolerance, relative to the steepest slope at any facet, are rounding. */
  readonly tolerance?: number;
}

/**
 * The exact test on a box of one or two inputs: a continuous piecewise-affine function is convex on
 * it if and only if its slope never falls on the way across a facet between two cells.
 *
 * For unit normal n from cell 1 to cell 2, the jump ⟨a₂ − a₁, n⟩ is ≥ 0 at a convex kink, < 0 at a
 * concave one, where two points close to the facet violate the midpoint inequality. Facets come
 * from the exact partition of the plane or of the line; "exact" is meant up to the tolerance. In a
 * slice it says whether the network is convex there: a concave kink in it proves that the network
 * isn't, a slice without one proves nothing beyond.
 *
 * @throws RangeError without a slice on more than two inputs, or on a domain of another dimension
 * @example facetTest(net, { domain: [[-5, -5], [5, 5]] }).convex;
 */
export function facetTest(net: SplineNetwork, options: FacetTestOptions): FacetTest {
  const { output, tolerance = 1e-9 } = options;
  const outputs = testedOutputs(net, output);
  const { facets: found, undecided } = facetsOn(net, options);
  const facets = [...found];
  let count = 0;
  let smallestJump = Number.POSITIVE_INFINITY;
  let worst: FacetTest["worst"];
  // Where a slope is 0 by cancellation, its rounding is that of slopes elsewhere.
  const steepest = facets.reduce(
    (most, { before, after }) =>
      outputs.reduce((m, c) => Math.max(m, Math.abs(before[c]!), Math.abs(after[c]!)), most),
    0,
  );
  for (const facet of facets) {
    count++;
    for (const c of outputs) {
      const [before, after] = [facet.before[c]!, facet.after[c]!];
      const jump = after - before;
      if (jump < smallestJump) smallestJump = jump;
      if (jump >= -tolerance * steepest) continue;
      if (worst !== undefined && jump * facet.reach >= worst.jump * worst.facet.reach) continue;
      worst = { facet, output: c, jump };
    }
  }
  const counterexample = worst && across(net, worst.facet, worst.output);
  return {
    convex: worst === undefined,
    facets: count,
    undecided,
    smallestJump,
    worst,
    counterexample,
    toString: () => {
      const jumps = `${count} facets, the smallest jump is ${short(smallestJump)}`;
      if (worst === undefined) return `convex: ${jumps}`;
      const proof =
        counterexample === undefined
          ? "too small for a counterexample in float64"
          : describeCounterexample(counterexample);
      return `not convex: ${jumps}; ${proof}`;
    },
  };
}

const short = (value: number): string => String(Number(value.toPrecision(3)));

function facetsOn(
  net: SplineNetwork,
  { domain, slice }: FacetTestOptions,
): { facets: Iterable<Facet>; undecided: number } {
  if (net.inputSize > 2 && slice === undefined) {
    throw new RangeError(
      `the facet test needs one or two inputs or a slice, the network has ${net.inputSize} inputs`,
    );
  }
  if (net.inputSize === 1 && slice === undefined) {
    const [low, high] = readBox(domain, 1);
    return { facets: intervalFacets(net, low[0]!, high[0]!), undecided: 0 };
  }
  const [low, high] = readBox(domain, 2);
  const complex = partition(net, {
    domain: [
      [low[0]!, low[1]!],
      [high[0]!, high[1]!],
    ],
    ...(slice === undefined ? {} : { slice }),
  });
  return { facets: complexFacets(complex), undecided: complex.undecided };
}

/** Two points on both sides of the facet, as far as both cells reach: violates by half reach × jump. */
function across(
  net: SplineNetwork,
  { point, normal, reach }: Facet,
  output: number,
): ConvexityCounterexample | undefined {
  const x = point.map((v, i) => v - reach * normal[i]!);
  const y = point.map((v, i) => v + reach * normal[i]!);
  const middle = x.map((v, i) => 0.5 * v + 0.5 * y[i]!);
  const [fx, fy, fm] = [x, y, middle].map((at) => net.forward(at)[output]!);
  const violation = fm! - 0.5 * fx! - 0.5 * fy!;
  return violation > 0 ? { output, x, y, t: 0.5, violation } : undefined;
}
