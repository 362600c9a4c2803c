import type { Random } from "../random";
import { extremes } from "../spline/extremes";
import { Dense } from "../spline/operators";
import { RepeatedPass } from "./RepeatedPass";
import type { SequenceNetwork } from "./SequenceNetwork";

/** A number for each loss: ½ ‖z − e_y‖², and the cross-entropy of softmax(z) in nats. */
export interface PerLoss {
  readonly squared: number;
  readonly crossEntropy: number;
}

/** What noise on the initial states adds to the loss, to second order in its deviation. */
export interface NoiseRegulariser {
  /** ½ σ² ‖J‖_F², exact within a cell, and ½ σ² tr(Jᵀ (diag p − p pᵀ) J). */
  readonly corrected: PerLoss;
  /**
   * What the theorem prints: ½ σ² ‖𝒜_{1:T}‖_F² without the output's weights W, and
   * ½ σ² ‖diag(p (1 − p)) W 𝒜_{1:T}‖_F². Only there for one recurrence whose last state the output reads.
   */
  readonly printed?: PerLoss;
}

/**
 * The regulariser of noise ε ~ N(0, σ² I) on all initial states at one sequence: E L(h⁰ + ε) − L(h⁰) (Wang,
 * Balestriero & Baraniuk 2019, theorem 3, corrected). With J = ∂z/∂h⁰ and p = softmax(z).
 *
 * The theorem as printed leaves out the output's weights, starts the product one step late, and squares
 * p (1 − p) where the Hessian of the cross-entropy is diag p − p pᵀ. None of it depends on the label.
 *
 * @example
 * const sequence = new SequenceNetwork(recurrentNetwork({
 *   steps: 2, layers: [{ W: [[1]], Wr: [[0.5]], activation: "linear" }], output: { W: [[2]] },
 * }));
 * // J = 2 · 0.5² = 0.5
 * noiseRegulariser(sequence, [1, 1], 0.1).corrected.squared; // 0.00125
 */
export function noiseRegulariser(
  network: SequenceNetwork,
  x: ArrayLike<number>,
  deviation: number,
): NoiseRegulariser {
  const point = network.at(x);
  const J = point.initialStateJacobian();
  const p = softmax(point.output);
  const half = deviation ** 2 / 2;
  const corrected = {
    squared: half * squares(J),
    crossEntropy: half * hessianTrace(J, p),
  };
  const fromFirst = firstStateJacobian(network, x);
  if (fromFirst === undefined) return { corrected };
  const columns = fromFirst.length / p.length;
  const scaled = fromFirst.map((v, i) => {
    const pc = p[Math.floor(i / columns)]!;
    return pc * (1 - pc) * v;
  });
  const printed = {
    squared: half * squares(point.recurrences[0]!.transition(1)),
    crossEntropy: half * squares(scaled),
  };
  return { corrected, printed };
}

/** A mean over draws, and its standard error. */
export interface MeasuredMean {
  readonly mean: number;
  readonly standardError: number;
}

/** What noise was measured to add to the loss. */
export interface MeasuredNoise {
  readonly squared: MeasuredMean;
  readonly crossEntropy: MeasuredMean;
  /** Passes whose code was another one than without noise: 0 if the network was affine throughout. */
  readonly otherCodes: number;
}

/** How noise on the initial states is measured. */
export interface NoiseOptions {
  /** σ > 0. */
  readonly deviation: number;
  /** Pairs ±ε; each takes two forward passes. */
  readonly pairs: number;
  /** The class that the loss wants. */
  readonly label: number;
  readonly random: Random;
}

/**
 * Monte Carlo: the mean of ½ (L(h⁰ + ε) + L(h⁰ − ε)) − L(h⁰) over antithetic pairs ±ε, in which every odd
 * order cancels.
 *
 * @throws RangeError on a deviation, a number of pairs or a label out of range
 * @example
 * const sequence = new SequenceNetwork(recurrentNetwork({
 *   steps: 2, layers: [{ W: [[1]], Wr: [[0.5]], activation: "linear" }], output: { W: [[2]] },
 * }));
 * const noise = { deviation: 0.1, pairs: 5000, label: 0, random: random(1) };
 * Math.abs(measureNoise(sequence, [1, 1], noise).squared.mean / 0.00125 - 1) < 0.1; // true
 */
export function measureNoise(
  network: SequenceNetwork,
  x: ArrayLike<number>,
  { deviation, pairs, label, random }: NoiseOptions,
): MeasuredNoise {
  const opened = network.withInitialStates();
  const C = opened.outputSize;
  if (!(deviation > 0 && Number.isFinite(deviation))) {
    throw new RangeError(`the deviation is ${deviation}, expected a positive number`);
  }
  if (!(Number.isInteger(pairs) && pairs >= 2)) {
    throw new RangeError(`${pairs} pairs, expected an integer of 2 or more`);
  }
  if (!(Number.isInteger(label) && label >= 0 && label < C)) {
    throw new RangeError(`label ${label}, expected an integer of 0 … ${C - 1}`);
  }
  const start = [...Array.from(x), ...network.initialStates];
  const { codes, values } = opened.trace(start);
  const still = lossesOf(values.at(-1)!, label);
  const pass = new RepeatedPass(opened.graph, start, x.length);
  const states = pass.input.subarray(x.length);
  const centre = states.slice();
  const noise = new Float64Array(states.length);
  const sums = { squared: new Moments(), crossEntropy: new Moments() };
  let otherCodes = 0;
  for (let pair = 0; pair < pairs; pair++) {
    for (let k = 0; k < noise.length; k++) noise[k] = random.normal(0, deviation);
    const moved = [1, -1].map((sign) => {
      for (let k = 0; k < noise.length; k++) states[k] = centre[k]! + sign * noise[k]!;
      const losses = lossesOf(pass.run(), label);
      if (!pass.tookSame(codes)) otherCodes++;
      return losses;
    }) as [PerLoss, PerLoss];
    for (const loss of ["squared", "crossEntropy"] as const) {
      sums[loss].add((moved[0][loss] + moved[1][loss]) / 2 - still[loss]);
    }
  }
  return {
    squared: sums.squared.result(),
    crossEntropy: sums.crossEntropy.result(),
    otherCodes,
  };
}

/** Mean and standard error of a stream of numbers (Welford 1962). */
class Moments {
  private count = 0;
  private mean = 0;
  private spread = 0;

  add(value: number): void {
    this.count++;
    const before = value - this.mean;
    this.mean += before / this.count;
    this.spread += before * (value - this.mean);
  }

  result(): MeasuredMean {
    const variance = this.spread / (this.count - 1);
    return { mean: this.mean, standardError: Math.sqrt(variance / this.count) };
  }
}

function lossesOf(z: Float64Array, label: number): PerLoss {
  let [squared, most] = [0, Number.NEGATIVE_INFINITY];
  for (let c = 0; c < z.length; c++) {
    squared += (z[c]! - (c === label ? 1 : 0)) ** 2;
    most = Math.max(most, z[c]!);
  }
  let total = 0;
  for (let c = 0; c < z.length; c++) total += Math.exp(z[c]! - most);
  return { squared: squared / 2, crossEntropy: most + Math.log(total) - z[label]! };
}

function softmax(z: Float64Array): Float64Array {
  const [, most] = extremes(z);
  const weights = z.map((v) => Math.exp(v - most));
  const total = weights.reduce((sum, w) => sum + w, 0);
  return weights.map((w) => w / total);
}

const squares = (values: Float64Array): number => values.reduce((sum, v) => sum + v * v, 0);

/** tr(Jᵀ (diag p − p pᵀ) J): over columns, the variance of their entries under p. */
function hessianTrace(J: Float64Array, p: Float64Array): number {
  const columns = J.length / p.length;
  let trace = 0;
  for (let k = 0; k < columns; k++) {
    const mean = p.reduce((sum, pc, c) => sum + pc * J[c * columns + k]!, 0);
    trace += p.reduce((sum, pc, c) => sum + pc * (J[c * columns + k]! - mean) ** 2, 0);
  }
  return trace;
}

/** W 𝒜_{1:T} [C × H], where one recurrence ends in an output that reads its last state. */
function firstStateJacobian(
  { net, recurrences }: SequenceNetwork,
  x: ArrayLike<number>,
): Float64Array | undefined {
  const { graph } = net;
  const [{ affine, activation }] = recurrences as [SequenceNetwork["recurrences"][number]];
  const stateAt = (s: number) => (activation[s]! < 0 ? affine[s]! : activation[s]!) + 1;
  const output = graph.nodes.at(-1)!;
  const fits = output.operator instanceof Dense && output.inputs[0] === stateAt(affine.length - 1);
  if (recurrences.length > 1 || !fits) return undefined;
  const { codes } = net.trace(x);
  const rows = Array.from({ length: net.outputSize }, (_, c) => {
    const functional = new Float64Array(net.outputSize);
    functional[c] = 1;
    return [...graph.pullbacks(codes, functional)[stateAt(0)]!];
  });
  return Float64Array.from(rows.flat());
}
