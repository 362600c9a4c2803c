import type { Graph, SplineNetwork } from "../network";
import { assemble } from "./assemble";
import type { Complex } from "./Complex";
import { ExactGeometry } from "./exact/ExactGeometry";
import { ExactMaps } from "./exact/ExactMaps";
import type { Patchwork } from "./glue";
import { HalfEdges } from "./HalfEdges";
import { type Patch, refinePatch } from "./Patch";
import { mapsOf, type Plan, type PlanOptions, readPlan } from "./Plan";
import { patchworkOf } from "./patchwork";
import { Refinement } from "./Refinement";
import { runThrough, Watch, type Watching } from "./Watch";

/** What of a network's partition is wanted. */
export interface PartitionOptions extends PlanOptions, Watching {
  /**
   * Settle by rational arithmetic, without rounding, on which side of a line a vertex lies wherever
   * float64 can't tell; false if left out. Then nothing stays undecided, and it takes long.
   */
  readonly exact?: boolean;
}

/**
 * The exact partition of a 2-D slice of a network into activation regions.
 *
 * Cells are the sets {x : s_k (G_k x + h_k) ≥ 0 for all units k}, G = ∂u/∂x on the cell; of maxima
 * those on which the same pieces are the largest (Balestriero & Baraniuk 2018).
 *
 * Guaranteed, whatever rounding does: V − E + F = 1, no crack and no overlap; each edge is a side of
 * its one or two cells, whose codes differ in the edge's unit. Up to rounding: cells are convex,
 * areas add up to the domain's, and codes are those of the network. A line that comes closer to a
 * vertex than 2⁻⁴³ times the terms that it is the sum of is taken to pass through it, and counted as
 * `undecided`; with `exact` such signs are found without rounding. A unit that vanishes on a whole
 * cell takes its lower piece there, and of equal maxima the lowest one wins. See docs/partitions.md.
 *
 * @throws RangeError for a domain that isn't convex, a slice that is missing or degenerate, a number
 *   of layers that the network doesn't have
 * @throws the reason of `signal`, once it is aborted
 * @example
 * const complex = partition(net, { domain: [[-1, -1], [1, 1]] });
 * complex.cellCount; // the number of activation regions in the box
 */
export function partition(net: SplineNetwork, options: PartitionOptions): Complex {
  const plan = readPlan(net, options);
  const watch = new Watch(plan.area, options);
  const work = options.exact ? undivided(plan) : patchworkOf(net.graph, plan);
  const patches = runThrough(refinePatches(net.graph, plan, work, watch, options.exact));
  return finishComplex(net, plan, work, patches, watch);
}

/** Refines the patches of a plan one after the other. */
export function* refinePatches(
  graph: Graph,
  plan: Plan,
  work: Patchwork,
  watch: Watch,
  wantExact = false,
): Generator<void, Patch[]> {
  const maps = mapsOf(graph, plan, plan.layers.length);
  const { slice, centre, corners, outline, extent } = plan;
  const exact = wantExact
    ? new ExactGeometry(new ExactMaps(graph, maps.stages, slice, centre), corners, centre)
    : undefined;
  const refinement = new Refinement(maps, outline, extent, { exact });
  const patches: Patch[] = [];
  for (let p = 0; p < work.faces.length; p++) {
    patches.push(yield* refinePatch(refinement, work.skeleton.outline(work.faces[p]!), watch));
  }
  return patches;
}

/** Makes a complex of all patches of a plan. */
export function finishComplex(
  net: SplineNetwork,
  plan: Plan,
  work: Patchwork,
  patches: readonly Patch[],
  watch: Watch,
): Complex {
  const complex = assemble(net, plan, work, patches);
  watch.finish(complex.cellCount);
  return complex;
}

/** The domain as one patch. */
export function undivided({ outline }: Plan): Patchwork {
  return { skeleton: new HalfEdges(outline), faces: [0] };
}
