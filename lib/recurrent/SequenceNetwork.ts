import type { SplineNetwork } from "../network";
import { openInitialStates } from "./openInitialStates";
import { SequencePoint } from "./SequencePoint";
import { type UnrolledRecurrence, unrolledRecurrences } from "./unrolledRecurrences";

/**
 * A spline network whose recurrences were unrolled, seen in time: what {@link recurrentNetwork} or
 * `SplineNetwork.fromLayersModel` made of a recurrent network.
 *
 * Throws RangeError if no recurrence was unrolled into the network, or if it doesn't read a sequence
 * [T, D].
 *
 * @example
 * const sequence = new SequenceNetwork(recurrentNetwork({
 *   steps: 2, layers: [{ W: [[1]], Wr: [[2]], activation: "linear" }],
 * }));
 * const { A } = sequence.at([1, 1]).recurrences[0].blockForm();
 * [...A]; // [1, 0, 2, 1]
 */
export class SequenceNetwork {
  /** In the order in which they are unrolled. */
  readonly recurrences: readonly UnrolledRecurrence[];
  /** T. */
  readonly steps: number;
  /** D, the numbers read at one step. */
  readonly inputSize: number;
  private opened: SplineNetwork | undefined;

  constructor(readonly net: SplineNetwork) {
    this.recurrences = unrolledRecurrences(net.graph);
    if (this.recurrences.length === 0 || net.inputShape.length !== 2) {
      throw new RangeError(
        `${this.recurrences.length} recurrences behind an input of shape [${net.inputShape}]; ` +
          "expected one or more, behind a sequence [T, D]",
      );
    }
    [this.steps, this.inputSize] = net.inputShape as [number, number];
  }

  /** Everything at one sequence [T, D], flat, from one forward pass. */
  at(x: ArrayLike<number>): SequencePoint {
    return new SequencePoint(this, x);
  }

  /**
   * The same network with the initial states as inputs too: it reads [x; h⁰ of every recurrence], flat.
   * Columns behind the first T·D of its A are the Jacobian J = ∂z/∂h⁰.
   */
  withInitialStates(): SplineNetwork {
    this.opened ??= openInitialStates(this.net);
    return this.opened;
  }

  /** h⁰ of every recurrence, one behind the other. */
  get initialStates(): Float64Array {
    return Float64Array.from(
      this.recurrences.flatMap(({ recurrence }) => [...recurrence.initialState]),
    );
  }

  /**
   * The distance of two sequences over time: entry t − 1 is the number of units, over all layers and
   * times up to t, that take different pieces. It never falls.
   */
  distanceOverTime(x: ArrayLike<number>, y: ArrayLike<number>): Float64Array {
    const [p, q] = [this.at(x), this.at(y)];
    let total = 0;
    return Float64Array.from({ length: this.steps }, (_, i) => {
      total += p.codeAt(i + 1).distance(q.codeAt(i + 1));
      return total;
    });
  }
}
