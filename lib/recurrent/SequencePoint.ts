import { ActivationCode } from "../network";
import { type BlockForm, composed, reversedInTime } from "./blockForm";
import { RecurrencePoint } from "./RecurrencePoint";
import type { SequenceNetwork } from "./SequenceNetwork";

/** The templates of a sequence: A[x] with time as an axis of its own. */
export interface SequenceTemplates {
  /** A [C, T, D] row-major: A[c][t] is what class c looks for at time t. */
  readonly A: Float64Array;
  /** b [C]. */
  readonly b: Float64Array;
  /** ⟨A_c^t, x^t⟩ [C, T]: what each time adds to each output; with b they sum to f(x). */
  readonly contributions: Float64Array;
}

/**
 * A network of sequences at one of them; made by {@link SequenceNetwork.at}.
 *
 * @example
 * const net = recurrentNetwork({ steps: 2, layers: [{ W: [[1]], Wr: [[1]] }] });
 * const point = new SequenceNetwork(net).at([1, -3]);
 * [...point.output]; // [0]
 * point.prefixCode(1).piece(0, 0); // 1
 * point.prefixCode(2).piece(1, 0); // 0
 */
export class SequencePoint {
  /** Each recurrence at this sequence. */
  readonly recurrences: readonly RecurrencePoint[];
  /** f(x). */
  readonly output: Float64Array;

  constructor(
    private readonly network: SequenceNetwork,
    private readonly x: ArrayLike<number>,
  ) {
    const { net } = network;
    const trace = net.trace(x);
    this.output = trace.values.at(-1)!;
    this.recurrences = network.recurrences.map(
      (unrolled) => new RecurrencePoint(unrolled, net.graph.nodes, trace),
    );
  }

  /** Q^{·,t}: the pieces that all recurrences take at time t, 1 … T; a layer of the code for each. */
  codeAt(t: number): ActivationCode {
    return new ActivationCode(this.recurrences.flatMap((point) => point.code(t).layers));
  }

  /**
   * The code of the prefix x^1 … x^t: all recurrences at all times up to t, time by time. If all read
   * forward it depends on the prefix alone, and says in which cell of its space it lies.
   */
  prefixCode(t: number): ActivationCode {
    return new ActivationCode(
      Array.from({ length: t }, (_, i) => this.codeAt(i + 1).layers).flat(),
    );
  }

  /** A[x] over time, and what each time adds to each output. */
  templates(): SequenceTemplates {
    const { net, steps, inputSize } = this.network;
    const { A, b } = net.affineMap(this.x);
    const contributions = new Float64Array(net.outputSize * steps);
    for (let i = 0; i < A.length; i++) {
      contributions[Math.floor(i / inputSize)]! += A[i]! * this.x[i % (steps * inputSize)]!;
    }
    return { A, b, contributions };
  }

  /** J = ∂z/∂h⁰ [C × all initial states], row-major. */
  initialStateJacobian(): Float64Array {
    const opened = this.network.withInitialStates();
    const states = this.network.initialStates;
    const { A } = opened.affineMap([...Array.from(this.x), ...states]);
    const C = opened.outputSize;
    const [width, size] = [opened.inputSize, states.length];
    const J = new Float64Array(C * size);
    for (let c = 0; c < C; c++) {
      J.set(A.subarray((c + 1) * width - size, (c + 1) * width), c * size);
    }
    return J;
  }

  /**
   * Theorem 2: all states of the last recurrence as one affine map of the whole sequence, in the order
   * of time. Products of the block forms of theorem 1, latest layer leftmost.
   *
   * Throws RangeError unless each recurrence reads all states of the one before, and nothing else.
   */
  stackedForm(): BlockForm {
    const inTime = (point: RecurrencePoint): BlockForm => {
      const form = point.blockForm();
      return point.recurrence.backward ? reversedInTime(form) : form;
    };
    const [first, ...others] = this.recurrences;
    this.requireStack();
    return others.reduce((below, point) => composed(inTime(point), below), inTime(first!));
  }

  private requireStack(): void {
    const { nodes } = this.network.net.graph;
    const { recurrences } = this.network;
    recurrences.forEach(({ name, sequence, affine }, l) => {
      const below = recurrences[l - 1];
      const states = below?.activation.map((node, s) => (node < 0 ? below.affine[s]! : node) + 1);
      if (below?.recurrence.backward) states!.reverse();
      const fits =
        states === undefined
          ? sequence === 0
          : nodes[sequence - 1]?.inputs.join() === states.join() && affine.length === states.length;
      if (!fits) {
        throw new RangeError(
          `recurrence ${l + 1} "${name}" doesn't read all states of the one before; theorem 2 is ` +
            "about stacks of one direction: compose the block forms of the recurrences by hand",
        );
      }
    });
  }
}
