import type { GraphMessage } from "../network/graphMessage";
import type { Outline } from "./HalfEdges";
import type { Plan } from "./Plan";

/** What every thread has to know of a partition. */
export interface SharedWork extends Pick<Plan, "slice" | "centre" | "extent" | "outline" | "area"> {
  readonly graph: GraphMessage;
  /** Number of layers. */
  readonly depth: number;
}

/** A partition, in memory that threads share. */
export interface SharedJob {
  readonly id: number;
  /** A {@link SharedWork}, as v8.serialize writes it. */
  readonly work: Uint8Array;
  /** How far each patch has come: its cells, and the share of the domain that they cover, in units of 2⁻³⁰. */
  readonly tally: Int32Array;
  /** 1 where nobody waits for it any more [1]. */
  readonly stopped: Int32Array;
}

/** A patch to be refined. */
export interface PatchTask {
  readonly job: SharedJob;
  readonly patch: number;
  readonly outline: Outline;
}

/** The tally's share of the whole domain. */
export const WHOLE = 2 ** 30;
