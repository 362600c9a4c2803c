import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { ActivationCode, type GraphNode, type Recurrence, type Trace } from "../network";
import { euclideanNorm } from "../spline/magnitude";
import type { Activation } from "../spline/operators";
import { type BlockForm, blockFormOf } from "./blockForm";
import type { UnrolledRecurrence } from "./unrolledRecurrences";

/** The affine maps of all steps of a recurrence at one sequence, in the order of processing. */
export interface StepMaps {
  readonly recurrence: Recurrence;
  /** T. */
  readonly steps: number;
  /** Diagonals of A_σ^t [T × H]. */
  readonly slopes: Float64Array;
  /** c^t [T × H], what the pieces add: 0 unless σ has pieces that miss the origin, as ReLU6 has. */
  readonly intercepts: Float64Array;
}

/** Norms of the products 𝒜_{t:T}, for t = 0 … T. */
export interface TransitionNorms {
  /** ‖𝒜_{t:T}‖_F [T + 1]. */
  readonly frobenius: Float64Array;
  /** Largest singular values [T + 1]. */
  readonly spectral: Float64Array;
}

/**
 * A recurrence at one sequence: its states, its codes, and the products that carry a change at one time
 * to a later one. Times are counted as in the paper, in the order of processing: x^1 is read first, h^0
 * is the initial state.
 *
 * @example
 * const net = recurrentNetwork({ steps: 3, layers: [{ W: [[1]], Wr: [[0.5]] }] });
 * const [layer] = new SequenceNetwork(net).at([1, 1, 1]).recurrences;
 * [...layer.transition(1, 3)]; // [0.25]
 */
export class RecurrencePoint implements StepMaps {
  readonly recurrence: Recurrence;
  readonly steps: number;
  /** h^1 … h^T [T × H]. */
  readonly states: Float64Array;
  readonly slopes: Float64Array;
  readonly intercepts: Float64Array;

  /** Made by {@link SequenceNetwork.at}. */
  constructor(
    readonly unrolled: UnrolledRecurrence,
    nodes: readonly GraphNode[],
    private readonly trace: Trace,
  ) {
    this.recurrence = unrolled.recurrence;
    this.steps = unrolled.affine.length;
    const H = this.recurrence.stateSize;
    this.states = new Float64Array(this.steps * H);
    this.slopes = new Float64Array(this.steps * H).fill(1);
    this.intercepts = new Float64Array(this.steps * H);
    for (let s = 0; s < this.steps; s++) {
      const node = unrolled.activation[s]!;
      this.states.set(trace.values[(node < 0 ? unrolled.affine[s]! : node) + 1]!, s * H);
      if (node < 0) continue;
      const { slopes, intercepts, pieces, channels } = nodes[node]!.operator as Activation;
      for (let k = 0; k < H; k++) {
        const piece = (k % channels) * pieces + trace.codes[node]![k]!;
        this.slopes[s * H + k] = slopes[piece]!;
        this.intercepts[s * H + k] = intercepts[piece]!;
      }
    }
    this.pieces = unrolled.activation[0]! < 0 ? 1 : nodes[unrolled.activation[0]!]!.operator.pieces;
  }

  /** R, pieces a unit chooses from; 1 if the recurrence is linear. */
  readonly pieces: number;

  /** Q^t: the pieces that the units take at time t, 1 … T. A linear recurrence has none. */
  code(t: number): ActivationCode {
    this.requireTime(t, 1);
    const node = this.unrolled.activation[t - 1]!;
    const { pieces } = this;
    return ActivationCode.from(node < 0 ? [] : [{ q: this.trace.codes[node]!, pieces }]);
  }

  /**
   * 𝒜_{t:s} [H × H] row-major: how a change of the state at time t arrives at time s, T if left out.
   * The product A_σ^s W_r ⋯ A_σ^(t+1) W_r, latest factor leftmost; the identity for t = s.
   */
  transition(t: number, s: number = this.steps): Float64Array {
    this.requireTime(t, 0);
    this.requireTime(s, t);
    return this.productsTo(s, t, () => {});
  }

  /** Norms of 𝒜_{t:T} for t = 0 … T: they explode or vanish as T − t grows. */
  transitionNorms(): TransitionNorms {
    const { steps } = this;
    const H = this.recurrence.stateSize;
    const frobenius = new Float64Array(steps + 1);
    const spectral = new Float64Array(steps + 1);
    this.productsTo(steps, 0, (t, product) => {
      frobenius[t] = euclideanNorm(product);
      spectral[t] = new SingularValueDecomposition(Matrix.from1DArray(H, H, product)).norm2;
    });
    return { frobenius, spectral };
  }

  /** A_RNN and B_RNN of theorem 1. Throws RangeError if they have more than 2²⁶ entries. */
  blockForm(): BlockForm {
    return blockFormOf(this);
  }

  /** Multiplies from 𝒜_{s:s} = I down to 𝒜_{t:s}, showing every product on the way. */
  private productsTo(
    s: number,
    t: number,
    show: (time: number, product: Float64Array) => void,
  ): Float64Array {
    const { stateSize: H, Wr } = this.recurrence;
    let product = Float64Array.from({ length: H * H }, (_, i) => (i % (H + 1) === 0 ? 1 : 0));
    show(s, product);
    for (let time = s; time > t; time--) {
      const next = new Float64Array(H * H);
      for (let k = 0; k < H; k++) {
        for (let j = 0; j < H; j++) {
          const factor = product[k * H + j]! * this.slopes[(time - 1) * H + j]!;
          if (factor === 0) continue; // inactive units cut the path
          for (let i = 0; i < H; i++) next[k * H + i]! += factor * Wr[j * H + i]!;
        }
      }
      product = next;
      show(time - 1, product);
    }
    return product;
  }

  private requireTime(t: number, least: number): void {
    if (Number.isInteger(t) && t >= least && t <= this.steps) return;
    throw new RangeError(`time ${t}, expected an integer of ${least} … ${this.steps}`);
  }
}
