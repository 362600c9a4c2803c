import { planeAt } from "./assign";
import { factorise, solveFactorised } from "./cholesky";
import { leastSquaresPartition } from "./leastSquaresPartition";
import type { Fit, Problem } from "./problem";

/** η at the end, in units of 1 / error of the start: ln(K)/η is far below the error then. */
const HARDEST = 256;
const STEPS_A_LEVEL = 4;

/**
 * Annealed soft-max refinement: least squares with the soft maximum ln(Σ_r exp(η u_r)) / η in place
 * of the maximum (Hoburg, Kirschen & Abbeel 2016), by Levenberg–Marquardt steps, while η rises; in
 * the end least-squares partition on the hard maximum. The better of start and end is returned.
 *
 * Every point moves all planes that come near there, weighted by softmax(η u): borders can move
 * although no point changes its cell. As η → ∞ the Gauss–Newton step becomes the refit of
 * least-squares partition.
 */
export function annealed(problem: Problem, start: Fit, softest = 1): Fit {
  if (start.error <= problem.rounding) return start;
  // The soft maximum rises above the hard one by up to ln(K)/η.
  const hardness = 1 / Math.sqrt(start.error);
  let planes = start.planes;
  for (let factor = softest; factor <= HARDEST && !problem.watch.stop(); factor *= 2) {
    planes = levenbergMarquardt(problem, planes, factor * hardness);
  }
  const hard = leastSquaresPartition(problem, planes);
  return hard.error < start.error ? hard : { ...start, converged: hard.converged };
}

/** A few damped Gauss–Newton steps at one temperature, none of which raises the error. */
function levenbergMarquardt(problem: Problem, start: Float64Array, eta: number): Float64Array {
  let planes = start;
  let normal = new NormalEquations(problem, planes, eta);
  let damping = 1e-3;
  for (let step = 0; step < STEPS_A_LEVEL && !problem.watch.stop(); step++) {
    const move = normal.solve(damping);
    const moved = move && planes.map((value, i) => value + move[i]!);
    const next = moved && new NormalEquations(problem, moved, eta);
    if (next && next.error < normal.error) {
      const gain = 1 - next.error / normal.error;
      [planes, normal, damping] = [moved, next, damping / 10];
      if (gain < 1e-4) break;
    } else {
      damping *= 10;
    }
  }
  return planes;
}

/** Weights below this move nothing. */
const NEGLIGIBLE = 1e-9;

/** JᵀJ and Jᵀ(y − f) of the soft maximum f, whose row of J is softmax(η u)_k (x, 1) for plane k. */
class NormalEquations {
  readonly error: number;
  private readonly gram: Float64Array;
  private readonly right: Float64Array;

  constructor({ X, y, dimension }: Problem, planes: Float64Array, eta: number) {
    const width = dimension + 1;
    const size = planes.length;
    const K = size / width;
    this.gram = new Float64Array(size * size);
    this.right = new Float64Array(size);
    const [u, weight, near] = [new Float64Array(K), new Float64Array(K), new Int32Array(K)];
    const point = new Float64Array(width).fill(1);
    const outer = new Float64Array(width * width);
    let squares = 0;
    for (let n = 0, x = 0; n < y.length; n++, x += dimension) {
      let most = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < K; k++) {
        u[k] = planeAt(planes, k * width, X, x, dimension);
        if (u[k]! > most) most = u[k]!;
      }
      let total = 0;
      for (let k = 0; k < K; k++) {
        weight[k] = Math.exp(eta * (u[k]! - most));
        total += weight[k]!;
      }
      const residual = y[n]! - most - Math.log(total) / eta;
      squares += residual * residual;
      for (let i = 0; i < dimension; i++) point[i] = X[x + i]!;
      for (let i = 0; i < width; i++) {
        for (let j = 0; j < width; j++) outer[i * width + j] = point[i]! * point[j]!;
      }
      let count = 0;
      for (let k = 0; k < K; k++) {
        weight[k]! /= total;
        if (weight[k]! > NEGLIGIBLE) near[count++] = k;
      }
      for (let p = 0; p < count; p++) {
        const [a, wa] = [near[p]! * width, weight[near[p]!]!];
        for (let i = 0; i < width; i++) this.right[a + i]! += wa * residual * point[i]!;
        // Only blocks on and below the diagonal.
        for (let q = 0; q <= p; q++) {
          const [b, w] = [near[q]! * width, wa * weight[near[q]!]!];
          for (let i = 0; i < width; i++) {
            const row = (a + i) * size + b;
            for (let j = 0; j < width; j++) this.gram[row + j]! += w * outer[i * width + j]!;
          }
        }
      }
    }
    this.error = squares / y.length;
  }

  /** (JᵀJ + damping · diagonal)⁻¹ Jᵀ(y − f); undefined where rounding left it not definite. */
  solve(damping: number): Float64Array | undefined {
    const size = this.right.length;
    const G = this.gram.slice();
    let trace = 0;
    for (let i = 0; i < size; i++) trace += this.gram[i * size + i]!;
    for (let i = 0; i < size; i++) {
      // A plane without points has a zero diagonal: it stays where it is.
      const own = this.gram[i * size + i]!;
      G[i * size + i] = own * (1 + damping) + (1e-12 * trace) / size;
    }
    if (!factorise(G, size)) return undefined;
    const move = this.right.slice();
    solveFactorised(G, move);
    return move;
  }
}
