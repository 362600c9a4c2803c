import type * as tf from "@tensorflow/tfjs";
import { transposed, weightsOf } from "../network/layerWeights";
import { type ActivationSpec, activationOf } from "../spline/operators";

/** A function of a gate or of a candidate: any piecewise-affine activation, or one of the usual curves. */
export type GateFunction = ActivationSpec | "sigmoid" | "tanh";

/** Weights of a GRU or an LSTM, as TensorFlow.js keeps them but for W [out][in]. */
export interface GatedWeights {
  readonly kind: "gru" | "lstm";
  /** [G · H × D] row-major; G is 3 for a GRU (update z, reset r, candidate), 4 for an LSTM (i, f, c, o). */
  readonly W: Float64Array;
  /** [G · H × H]. */
  readonly Wr: Float64Array;
  /** [G · H]. */
  readonly b: Float64Array;
  readonly inputSize: number;
  /** Of the gates. */
  readonly gate: GateFunction;
  /** Of the candidate, and of an LSTM's memory where it is read. */
  readonly candidate: GateFunction;
  /**
   * How firmly sigmoid gates choose, in (0, 1]: z = σ(u β/(1 − β)). ½, if left out, is the plain sigmoid;
   * at 1 a gate takes the better of its two pieces, z = 1 iff u > 0.
   */
  readonly beta?: number;
  /** Reads the sequence from its end; false if left out. */
  readonly backward?: boolean;
}

/** What a gated recurrence does with a sequence. */
export interface GatedPass {
  /** h^1 … h^T [T × H], in the order of processing: h^1 has read x^T where it goes backwards. */
  readonly states: Float64Array;
  /** The pieces that all functions take, in the order of evaluation; curves have none. */
  readonly pieces: readonly number[];
  /**
   * Degrees [T × H]: as long as no piece changes, each state is a polynomial of the sequence of at most
   * this degree; ∞ where it went through a curve.
   */
  readonly degrees: Float64Array;
}

/**
 * A GRU or an LSTM in float64, and what it is instead of a spline.
 *
 * A gate multiplies a state with a function of the input, so that even with piecewise-affine gates, as
 * hard sigmoids are, the cell is piecewise polynomial, not affine, and its degree grows with time. Where
 * all gates rest on a flat piece, 0 or 1, it is affine.
 *
 * The soft view (Balestriero & Baraniuk 2019): a sigmoid gate z h + (1 − z) ĥ chooses one of two pieces
 * with probability z, softmax of the scores (u, 0) times β/(1 − β). With β = 1, which chooses for good, and a
 * piecewise-affine candidate, the cell is piecewise affine, but it jumps where a gate turns over.
 *
 * Throws RangeError on weights of the wrong size, on functions that aren't known, and on a β out of range
 * or for other gates than sigmoids.
 *
 * @example
 * const flat = new Float64Array(3);
 * const gru = new GatedRecurrence({
 *   kind: "gru", inputSize: 1, W: Float64Array.of(1, 1, 1), Wr: flat, b: flat,
 *   gate: "hardSigmoid", candidate: "linear",
 * });
 * [...gru.run([1, 1]).degrees]; // [2, 3]
 */
export class GatedRecurrence {
  /** H. */
  readonly stateSize: number;
  private readonly gate: Curve;
  private readonly candidate: Curve;

  constructor(readonly weights: GatedWeights) {
    const { kind, W, Wr, b, inputSize: D } = weights;
    const gates = kind === "gru" ? 3 : 4;
    const H = b.length / gates;
    if (!(Number.isInteger(H) && W.length === b.length * D && Wr.length === b.length * H)) {
      throw new RangeError(
        `${kind} of ${D} inputs: W has ${W.length}, Wr ${Wr.length} and b ${b.length} entries, ` +
          `expected ${gates} H × ${D}, ${gates} H × H and ${gates} H`,
      );
    }
    this.stateSize = H;
    this.gate = weights.beta === undefined ? curveOf(weights.gate) : choiceOf(weights);
    this.candidate = curveOf(weights.candidate);
  }

  /** Reads a GRU or LSTM layer of TensorFlow.js. Throws RangeError on another layer, or a stateful one. */
  static fromLayer(
    layer: tf.layers.Layer,
    functions: Partial<GateFunctions> = {},
  ): GatedRecurrence {
    const kind = layer.getClassName().toLowerCase();
    if (kind !== "gru" && kind !== "lstm") {
      throw new RangeError(
        `"${layer.name}" is a ${layer.getClassName()}, expected a GRU or an LSTM`,
      );
    }
    const { activation, recurrentActivation, goBackwards, stateful } = layer.getConfig();
    if (stateful === true) {
      throw new RangeError(
        `"${layer.name}" is stateful: it goes on from the batch before, so its states are no function ` +
          "of its input. Build it with stateful: false",
      );
    }
    const [kernel, recurrent, bias] = weightsOf(layer);
    const [inputSize, rows] = layer.weights[0]!.shape as [number, number];
    return new GatedRecurrence({
      kind,
      inputSize,
      W: transposed(kernel!, inputSize),
      Wr: transposed(recurrent!, recurrent!.length / rows),
      b: bias ?? new Float64Array(rows),
      gate: functions.gate ?? (recurrentActivation as GateFunction),
      candidate: functions.candidate ?? (activation as GateFunction),
      backward: goBackwards === true,
    });
  }

  /** Runs over a sequence [T, D], flat, from states of 0. */
  run(x: ArrayLike<number>): GatedPass {
    const { inputSize: D, kind, backward = false } = this.weights;
    const H = this.stateSize;
    if (x.length === 0 || x.length % D !== 0) {
      throw new RangeError(`a sequence of ${x.length} numbers, expected a multiple of ${D}`);
    }
    const steps = x.length / D;
    const states = new Float64Array(steps * H);
    const degrees = new Float64Array(steps * H);
    const pieces: number[] = [];
    let state: Signal[] = Array.from({ length: H }, () => ZERO);
    let memory = state;
    for (let t = 0; t < steps; t++) {
      const from = (backward ? steps - 1 - t : t) * D;
      const input = Array.from({ length: D }, (_, i) => ({ value: x[from + i]!, degree: 1 }));
      if (kind === "gru") state = this.gru(input, state, pieces);
      else [state, memory] = this.lstm(input, state, memory, pieces);
      state.forEach(({ value, degree }, k) => {
        states[t * H + k] = value;
        degrees[t * H + k] = degree;
      });
    }
    return { states, pieces, degrees };
  }

  private gru(input: Signal[], state: Signal[], pieces: number[]): Signal[] {
    const [z, r] = [0, 1].map((g) =>
      this.affine(g, input, state).map((u) => this.gate(u, pieces)),
    ) as [Signal[], Signal[]];
    const kept = state.map((h, k) => product(r[k]!, h));
    const candidate = this.affine(2, input, kept).map((u) => this.candidate(u, pieces));
    return state.map((h, k) => sum(product(z[k]!, h), product(oneMinus(z[k]!), candidate[k]!)));
  }

  private lstm(
    input: Signal[],
    state: Signal[],
    memory: Signal[],
    pieces: number[],
  ): [Signal[], Signal[]] {
    const [i, f, c, o] = [0, 1, 2, 3].map((g) =>
      this.affine(g, input, state).map((u) => (g === 2 ? this.candidate : this.gate)(u, pieces)),
    ) as [Signal[], Signal[], Signal[], Signal[]];
    const next = memory.map((m, k) => sum(product(f[k]!, m), product(i[k]!, c[k]!)));
    return [next.map((m, k) => product(o[k]!, this.candidate(m, pieces))), next];
  }

  /** W_g x + W_r,g h + b_g, with the largest degree of what it reads. */
  private affine(g: number, input: Signal[], state: Signal[]): Signal[] {
    const { W, Wr, b, inputSize: D } = this.weights;
    const H = this.stateSize;
    return Array.from({ length: H }, (_, k) => {
      const row = g * H + k;
      let [value, degree] = [b[row]!, 0];
      const add = (weight: number, signal: Signal) => {
        if (weight === 0) return;
        value += weight * signal.value;
        degree = Math.max(degree, signal.degree);
      };
      for (let i = 0; i < D; i++) add(W[row * D + i]!, input[i]!);
      for (let j = 0; j < H; j++) add(Wr[row * H + j]!, state[j]!);
      return { value, degree };
    });
  }
}

/** Which functions to read a layer with, instead of its own. */
export interface GateFunctions {
  readonly gate: GateFunction;
  readonly candidate: GateFunction;
}

/** A number, and its degree as a polynomial of the sequence. */
interface Signal {
  readonly value: number;
  readonly degree: number;
}

const ZERO: Signal = { value: 0, degree: 0 };

// A constant 0 wipes out what it multiplies, whatever degree that has.
const product = (p: Signal, q: Signal): Signal =>
  isZero(p) || isZero(q) ? ZERO : { value: p.value * q.value, degree: p.degree + q.degree };

const isZero = ({ value, degree }: Signal): boolean => value === 0 && degree === 0;

const sum = (p: Signal, q: Signal): Signal => ({
  value: p.value + q.value,
  degree: Math.max(p.degree, q.degree),
});

const oneMinus = ({ value, degree }: Signal): Signal => ({ value: 1 - value, degree });

/** A function of one signal, which notes the piece it took. */
type Curve = (u: Signal, pieces: number[]) => Signal;

function curveOf(spec: GateFunction): Curve {
  if (spec === "sigmoid") return smooth((u) => 1 / (1 + Math.exp(-u)));
  if (spec === "tanh") return smooth(Math.tanh);
  const activation = activationOf(spec, [1]);
  if (activation === null) return (u) => u;
  const { knots, slopes, intercepts } = activation;
  return ({ value, degree }, pieces) => {
    let r = 0;
    while (r < knots.length && value > knots[r]!) r++;
    pieces.push(r);
    return { value: slopes[r]! * value + intercepts[r]!, degree: slopes[r] === 0 ? 0 : degree };
  };
}

/** A sigmoid gate of a given β. */
function choiceOf({ gate, beta = 0.5 }: GatedWeights): Curve {
  if (gate !== "sigmoid" || !(beta > 0 && beta <= 1)) {
    throw new RangeError(`β = ${beta} for ${gate} gates, expected 0 < β ≤ 1 for "sigmoid" ones`);
  }
  if (beta < 1) return smooth((u) => 1 / (1 + Math.exp((-u * beta) / (1 - beta))));
  return ({ value }, pieces) => {
    const piece = value > 0 ? 1 : 0;
    pieces.push(piece);
    return { value: piece, degree: 0 };
  };
}

const smooth =
  (f: (u: number) => number): Curve =>
  ({ value, degree }) => ({
    value: f(value),
    degree: degree === 0 ? 0 : Number.POSITIVE_INFINITY,
  });
