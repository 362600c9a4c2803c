import type { SplineNetwork } from "../network";
import { type FacetTest, facetTest } from "./facetTest";
import { type SegmentTest, type SegmentTestOptions, segmentTest } from "./segmentTest";
import { type SignTest, signTest } from "./signTest";

/** Three answers to one question, each with its certificate or its counterexample. */
export interface ConvexityAudit {
  /**
   * "convex": certified by signs, on all of the input space. "convex on the domain", "convex on the
   * slice": by all facets there, and no more than that. "not convex": two points prove it.
   * "undecided": none of these.
   */
  readonly verdict:
    | "convex"
    | "convex on the domain"
    | "convex on the slice"
    | "not convex"
    | "undecided";
  readonly signs: SignTest;
  /** Undefined for networks of more than two inputs, unless on a slice. */
  readonly facets: FacetTest | undefined;
  readonly segments: SegmentTest;
  /** A table: test, what it can say, what it says. */
  toString(): string;
}

/**
 * Is a network convex? Asks the signs of its weights, the facets of its partition and segments
 * drawn at random, and keeps the three answers apart, since they mean different things.
 *
 * | test | can prove | on |
 * |---|---|---|
 * | {@link signTest} | convex | the whole input space |
 * | {@link facetTest} | convex, not convex | a box of one or two inputs, or of a slice |
 * | {@link segmentTest} | not convex | a box of any dimension |
 *
 * Options are those of the segment test; box and slice serve the facets too. With more than two
 * inputs a slice makes the facet test possible: a concave kink in it proves that the network isn't
 * convex; "convex on the slice" says nothing beyond it.
 *
 * @throws RangeError as the three tests
 * @example
 * const audit = auditConvexity(net, { domain: [[-5, -5], [5, 5]], random: random(1) });
 * console.log(String(audit)); // the table
 */
export function auditConvexity(net: SplineNetwork, options: SegmentTestOptions): ConvexityAudit {
  const { domain, slice, output, tolerance } = options;
  const signs = signTest(net, output === undefined ? {} : { output });
  const segments = segmentTest(net, options);
  const facets =
    net.inputSize > 2 && slice === undefined
      ? undefined
      : facetTest(net, {
          domain,
          ...(slice === undefined ? {} : { slice }),
          ...(output === undefined ? {} : { output }),
          ...(tolerance === undefined ? {} : { tolerance }),
        });
  const place = slice === undefined ? "on the domain" : "on the slice";
  const verdict = verdictOf(signs, facets, segments, place);
  return {
    verdict,
    signs,
    facets,
    segments,
    toString: () =>
      [
        `convexity of ${output === undefined ? "all outputs" : `output ${output}`}: ${verdict}`,
        `signs     everywhere     ${signs}`,
        `facets    ${place.padEnd(13)}  ${facets ?? "not tested: needs one or two inputs, or a slice"}`,
        `segments  ${place.padEnd(13)}  ${segments}`,
      ].join("\n"),
  };
}

function verdictOf(
  signs: SignTest,
  facets: FacetTest | undefined,
  segments: SegmentTest,
  place: "on the domain" | "on the slice",
): ConvexityAudit["verdict"] {
  const refuted = segments.counterexample !== undefined || facets?.convex === false;
  if (refuted && signs.certified) {
    // Both are proofs: one of them is wrong, and nobody should go on with either.
    throw new Error(`the signs certify convexity, and a test refutes it: ${facets}; ${segments}`);
  }
  if (refuted) return "not convex";
  if (signs.certified) return "convex";
  return facets === undefined ? "undecided" : `convex ${place}`;
}
