import { CholeskyDecomposition, Matrix, solve } from "ml-matrix";
import type { Random } from "../random";
import { nearestOrthonormal } from "./orthogonality";

/** Decides which of K signals an observation holds. */
export type Detector = (observation: Float64Array) => number;

/**
 * The matched filters of K signals [K × D]: argmax_k ⟨s_k, x⟩ − ½ ‖s_k‖², the most likely signal in
 * white Gaussian noise (Van Trees 1968). For signals of one energy the largest inner product wins.
 *
 * @example matchedFilter(new Matrix([[1, 0], [0, 1]]))(Float64Array.of(0.2, 0.9)); // 1
 */
export function matchedFilter(signals: Matrix): Detector {
  const half = energies(signals);
  return largest(signals, half);
}

/**
 * Orthogonal matched filters (Eldar & Oppenheim, Orthogonal matched filter detection, ICASSP 2001):
 * argmax_k ⟨g_k, x⟩ with the orthonormal set nearest to the signals. It needs no knowledge of the
 * noise. Throws RangeError if the signals are linearly dependent.
 *
 * @example
 * const S = new Matrix([[1, 0], [0.8, 0.6]]);
 * orthogonalMatchedFilter(S)(Float64Array.of(0.8, 0.6)); // 1
 */
export function orthogonalMatchedFilter(signals: Matrix): Detector {
  return largest(nearestOrthonormal(signals), new Float64Array(signals.rows));
}

/**
 * Matched filters of whitened signals: argmax_k ⟨Σ⁻¹ s_k, x⟩ − ½ ⟨s_k, Σ⁻¹ s_k⟩, the most likely signal
 * in Gaussian noise of covariance Σ [D × D]. No detector errs less there; it has to know Σ.
 * Throws RangeError unless Σ is positive definite.
 *
 * @example
 * const detect = whitenedFilter(new Matrix([[1, 0], [0, 1]]), Matrix.diag([4, 1]));
 * detect(Float64Array.of(0.9, 0.7)); // 1, as the first number is the noisier one
 */
export function whitenedFilter(signals: Matrix, covariance: Matrix): Detector {
  requirePositive(covariance);
  const filters = solve(covariance, signals.transpose()).transpose();
  const half = Float64Array.from(
    { length: signals.rows },
    (_, k) => filters.getRowVector(k).dot(signals.getRowVector(k)) / 2,
  );
  return largest(filters, half);
}

/** What is detected in what. */
export interface DetectionExperiment {
  /** K signals [K × D], all equally likely. */
  readonly signals: Matrix;
  /** Covariance Σ of the noise, [D × D], positive definite. */
  readonly covariance: Matrix;
  /** Independent numbers of mean 0 and variance 1, coloured by Σ^½; normal ones if left out. */
  readonly innovation?: (random: Random) => number;
  readonly trials: number;
  readonly random: Random;
}

/** How often a detector was wrong. */
export interface ErrorRate {
  readonly errors: number;
  readonly trials: number;
  readonly rate: number;
  /** The 95 % confidence interval of Wilson (1927). */
  readonly low: number;
  readonly high: number;
}

/**
 * Simulates x = s_k + noise and counts the errors of each detector; all see the same observations.
 *
 * @example
 * const rates = detectionErrors(experiment, { matched: matchedFilter(S) });
 * rates.matched.rate;
 */
export function detectionErrors<Name extends string>(
  { signals, covariance, innovation = (r) => r.normal(), trials, random }: DetectionExperiment,
  detectors: Readonly<Record<Name, Detector>>,
): Record<Name, ErrorRate> {
  if (!(Number.isInteger(trials) && trials >= 1)) {
    throw new RangeError(`expected 1 trial or more, got ${trials}`);
  }
  const L = requirePositive(covariance).lowerTriangularMatrix;
  const { rows: K, columns: D } = signals;
  if (L.rows !== D) {
    throw new RangeError(`signals have ${D} numbers, the covariance is ${L.rows} × ${L.rows}`);
  }
  const names = Object.keys(detectors) as Name[];
  const errors = new Map(names.map((name) => [name, 0]));
  const x = new Float64Array(D);
  const white = new Float64Array(D);
  for (let n = 0; n < trials; n++) {
    const k = random.integer(0, K - 1);
    for (let d = 0; d < D; d++) white[d] = innovation(random);
    for (let d = 0; d < D; d++) {
      let sum = signals.get(k, d);
      for (let j = 0; j <= d; j++) sum += L.get(d, j) * white[j]!;
      x[d] = sum;
    }
    for (const name of names) {
      if (detectors[name](x) !== k) errors.set(name, errors.get(name)! + 1);
    }
  }
  return Object.fromEntries(
    names.map((name) => [name, errorRate(errors.get(name)!, trials)]),
  ) as Record<Name, ErrorRate>;
}

/** Wilson's interval for `errors` of `trials`. */
function errorRate(errors: number, trials: number): ErrorRate {
  const z = 1.959963984540054; // 97.5 % of the normal distribution
  const rate = errors / trials;
  const middle = rate + z ** 2 / (2 * trials);
  const half = z * Math.sqrt((rate * (1 - rate)) / trials + z ** 2 / (4 * trials ** 2));
  const scale = 1 + z ** 2 / trials;
  const [low, high] = [Math.max(0, (middle - half) / scale), Math.min(1, (middle + half) / scale)];
  return { errors, trials, rate, low, high };
}

function largest(filters: Matrix, offsets: Float64Array): Detector {
  const [K, D] = [filters.rows, filters.columns];
  const rows = Float64Array.from(filters.to1DArray());
  return (x) => {
    let [best, winner] = [Number.NEGATIVE_INFINITY, 0];
    for (let k = 0; k < K; k++) {
      let score = -offsets[k]!;
      for (let d = 0; d < D; d++) score += rows[k * D + d]! * x[d]!;
      if (score > best) [best, winner] = [score, k];
    }
    return winner;
  };
}

const energies = (signals: Matrix): Float64Array =>
  Float64Array.from({ length: signals.rows }, (_, k) => signals.getRowVector(k).norm() ** 2 / 2);

function requirePositive(covariance: Matrix): CholeskyDecomposition {
  const twisted = Matrix.sub(covariance, covariance.transpose()).abs().max();
  // A product such as SᵀS is symmetric up to rounding.
  if (twisted <= 1e-12 * covariance.clone().abs().max()) {
    const factor = new CholeskyDecomposition(symmetric(covariance));
    if (factor.isPositiveDefinite()) return factor;
  }
  throw new RangeError("a covariance is symmetric and positive definite; this matrix isn't");
}

const symmetric = (M: Matrix): Matrix => Matrix.add(M, M.transpose()).div(2);
