import type { Graph } from "../network";
import type { Patchwork } from "./glue";
import type { Plan } from "./Plan";
import { mapsOf } from "./Plan";
import { Refinement } from "./Refinement";

/** A domain that so few lines of layer 1 cross is not divided. */
const FEW = 48;
/** Otherwise, half of its lines may cross each patch: that makes some twenty patches. */
const SHARE = 1 / 2;

/**
 * Divides a domain into patches along lines of the first layer, so that each can be refined on its
 * own: by another thread, or one after the other. The division depends on the network and the domain
 * alone.
 */
export function patchworkOf(
  graph: Graph,
  plan: Plan,
  most = (lines: number) => Math.max(FEW, SHARE * lines),
): Patchwork {
  const maps = mapsOf(graph, plan, Math.min(1, plan.layers.length));
  const refinement = new Refinement(maps, plan.outline, plan.extent);
  const faces = refinement.divide(most);
  return { skeleton: refinement.faces, faces };
}
