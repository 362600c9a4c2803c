import { euclideanNorm } from "../spline/magnitude";
import { gapSlopes } from "./gapSlopes";
import { rivalFunctional, rivalsAt } from "./rivals";
import type { SplineNetwork } from "./SplineNetwork";
import { slopesLost, slopesUnderflow } from "./underflow";

/** The facet of a cell that is nearest to a point of it. */
export interface NearestFacet {
  /** Index of the layer and of the unit whose piece changes there, as in `code.piece(layer, unit)`. */
  readonly layer: number;
  readonly unit: number;
  /** The pieces that the unit takes before and behind. */
  readonly from: number;
  readonly to: number;
  /** Its distance, Euclidean, in units of the input. */
  readonly distance: number;
  /** The point of the facet nearest to x, length D. */
  readonly foot: Float64Array;
}

/** How far a point is from where each unit changes its piece, and from the boundary of its cell. */
export interface CellBoundary {
  /** For each nonlinear layer, the distance at which each unit changes; +∞ if it can't in this cell. */
  readonly distances: readonly Float64Array[];
  /** The piece that each unit takes behind that change; its own where there is none. */
  readonly pieces: readonly Int32Array[];
  /** The nearest facet: its distance is that to the boundary. Undefined if the cell is everything. */
  readonly nearest: NearestFacet | undefined;
}

/** Which units are asked. */
export interface CellBoundaryOptions {
  /** Indices of nonlinear layers, as in `code.layers`; all if left out, which the cell's own boundary takes. */
  readonly layers?: readonly number[];
}

/**
 * Distances from x to the hyperplanes that bound its cell, unit by unit, and the nearest facet.
 *
 * On the cell every unit's gap to a rival piece is affine, u(x) = ⟨g, x⟩ + h ≥ 0, so that it vanishes
 * at the distance u(x)/‖g‖. A cell is convex: the nearest of these hyperplanes touches it, and its
 * distance is that to the boundary, exactly; the others may meet their hyperplane outside the cell,
 * where other units have changed before. Takes a forward pass for each entry of x or a backward pass
 * for each gap, whichever are fewer, and three.
 *
 * @throws RangeError on points of another size or that aren't finite, on layers that aren't there, and
 * where gaps or slopes on the cell are too small or too large for float64
 * @example
 * const { nearest, distances } = cellBoundary(net, x);
 * nearest.distance === Math.min(...distances.flatMap((units) => [...units])); // true
 */
export function cellBoundary(
  net: SplineNetwork,
  x: ArrayLike<number>,
  { layers }: CellBoundaryOptions = {},
): CellBoundary {
  const { graph } = net;
  const point = net.read(x);
  const { values, codes } = graph.run(point);
  const nonlinear = graph.nodes.flatMap(({ operator }, i) => (operator.units > 0 ? [i] : []));
  const missing = layers?.find((l) => nonlinear[l] === undefined);
  if (missing !== undefined) {
    throw new RangeError(`layer ${missing} is not there, expected 0 … ${nonlinear.length - 1}`);
  }
  if (slopesUnderflow(graph, codes, net.inputSize)) throw slopesLost();
  const asked = (layers ?? nonlinear.map((_, l) => l)).map((layer) => {
    const i = nonlinear[layer]!;
    const { operator } = graph.nodes[i]!;
    const [units, rivals, gaps]: number[][] = [[], [], []];
    rivalsAt(operator, codes[i]!, graph.readBy(i, values), (unit, to, gap) => {
      units!.push(unit);
      rivals!.push(to);
      gaps!.push(gap);
    });
    return { layer, i, operator, units: units!, rivals: rivals!, gaps: gaps! };
  });
  const lengths = gapSlopes(graph, codes, asked);
  const distances: Float64Array[] = [];
  const pieces: Int32Array[] = [];
  let nearest: { layer: number; i: number; unit: number; to: number; gap: number } | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const [a, { layer, i, operator, units, rivals, gaps }] of asked.entries()) {
    const far = new Float64Array(operator.units).fill(Number.POSITIVE_INFINITY);
    const behind = Int32Array.from(codes[i]!);
    for (let n = 0; n < gaps.length; n++) {
      const length = lengths[a]![n]!;
      if (length === 0) continue; // the two pieces are parallel here, or the same
      if (!(length < Number.POSITIVE_INFINITY && gaps[n]! < Number.POSITIVE_INFINITY)) {
        throw new RangeError(
          `unit ${units[n]} of layer ${layer} has a gap of ${gaps[n]} and a slope of ${length} on ` +
            "the cell, expected finite numbers; divide the weights of the layers by a power of two",
        );
      }
      const [unit, distance] = [units[n]!, gaps[n]! / length];
      if (distance >= far[unit]!) continue;
      far[unit] = distance;
      behind[unit] = rivals[n]!;
      if (distance >= least) continue;
      least = distance;
      nearest = { layer, i, unit, to: rivals[n]!, gap: gaps[n]! };
    }
    distances.push(far);
    pieces.push(behind);
  }
  return { distances, pieces, nearest: nearest && facetOf(nearest) };

  function facetOf({ layer, i, unit, to, gap }: NonNullable<typeof nearest>): NearestFacet {
    const functional = rivalFunctional(graph.nodes[i]!.operator, codes[i]!, unit, to);
    const gradient = graph.pullbackFrom(codes, graph.functionalsRead(i, functional));
    const length = euclideanNorm(gradient);
    const foot = point.map((value, d) => value - (gap / length) * (gradient[d]! / length));
    return { layer, unit, from: codes[i]![unit]!, to, distance: least, foot };
  }
}
