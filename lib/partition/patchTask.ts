import type { GraphMessage } from "../network/graphMessage";
import type { Outline } from "./HalfEdges";
import type { Plan } from "./Plan";

/** What every thread is told before it gets its first patch. */
export interface SharedWork extends Pick<Plan, "slice" | "centre" | "extent" | "outline" | "area"> {
  readonly graph: GraphMessage;
  /** Number of layers. */
  readonly depth: number;
  /** How far each patch has come, in memory that threads share: its cells, and the share of the domain that they cover, in units of 2⁻³⁰. */
  readonly tally: Int32Array;
}

/** A patch to be refined. */
export interface PatchTask {
  readonly patch: number;
  readonly outline: Outline;
}

/** The tally's share of the whole domain. */
export const WHOLE = 2 ** 30;
