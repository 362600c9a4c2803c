import { Dense } from "../../spline/operators";
import type { Recurrence } from "./Recurrence";

/**
 * The affine part of one step of an unrolled recurrence: u = [W, W_r] [x^t; h^(t−1)] + b. The first step
 * reads no state, W_r h⁰ is part of its offset.
 *
 * A dense operator that remembers whose step it is: so that an unrolled graph still knows its time.
 *
 * @example
 * const recurrence = Recurrence.of({ W: [[1]], Wr: [[2]], initialState: [3] });
 * new RecurrentStep(recurrence, 0).b; // Float64Array [6]
 */
export class RecurrentStep extends Dense {
  constructor(
    readonly recurrence: Recurrence,
    /** Counted in the order of processing, from 0. */
    readonly step: number,
    /** [W, W_r], shared by all steps but the first. */
    joined: Float64Array = step === 0 ? recurrence.W : recurrence.joined,
  ) {
    const { inputSize, stateSize } = recurrence;
    const reads = step === 0 ? inputSize : inputSize + stateSize;
    super(joined, step === 0 ? recurrence.firstOffset : recurrence.b, reads, stateSize);
  }

  /** The weights are the same at every step: the first counts for all. */
  override get parameters(): number {
    const { W, Wr, b } = this.recurrence;
    return this.step === 0 ? W.length + Wr.length + b.length : 0;
  }
}
