import { codeChanges, type SplineNetwork } from "../network";

/** A facet between two cells: where the affine map of a network changes on a line or in a plane. */
export interface Facet {
  /** A point in the middle of the facet, in the input space [D]. */
  readonly point: Float64Array;
  /** Unit normal in the input space [D], from the first cell to the second. */
  readonly normal: Float64Array;
  /** Slopes of all outputs along the normal, on the first cell and on the second [C]. */
  readonly before: Float64Array;
  readonly after: Float64Array;
  /** How far from the point along the normal both cells reach. */
  readonly reach: number;
}

/** The facets of a network of one input on an interval: its kinks, and changes of code without one. */
export function intervalFacets(net: SplineNetwork, low: number, high: number): Facet[] {
  const crossings = Array.from(codeChanges(net, [low], [high]), (t) => (1 - t) * low + t * high);
  const ends = [low, ...crossings, high];
  const slopes = ends.slice(1).map((end, i) => net.affineMap([(ends[i]! + end) / 2]).A);
  return crossings.map((x, i) => ({
    point: Float64Array.of(x),
    normal: Float64Array.of(1),
    before: slopes[i]!,
    after: slopes[i + 1]!,
    reach: Math.min(x - ends[i]!, ends[i + 2]! - x),
  }));
}
