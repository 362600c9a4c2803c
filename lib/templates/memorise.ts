import type { Random } from "../random";
import { extremes } from "../spline/extremes";
import { checkedNorm } from "./optimalTemplates";

/** How the search for templates goes on, and when it ends. */
export interface MemoriseOptions {
  /** Where the search starts: T random, on the sphere Σ_c ‖T_c‖² = α. */
  readonly random: Random;
  /** Ends when the templates are stationary to this relative residual; 1e-10 if left out. */
  readonly tolerance?: number;
  /** Steps at most; 10,000 if left out. */
  readonly maxSteps?: number;
  /** Called before every step. */
  readonly onStep?: (step: MemoriseStep) => void;
}

/** What the search knows before a step. */
export interface MemoriseStep {
  readonly step: number;
  /** Templates so far [C × D]; the search goes on in another array. */
  readonly T: Float64Array;
  readonly crossEntropy: number;
  readonly gap: number;
}

/** How far templates are from optimal, without knowing the optimum. */
export interface MemoriseCertificate {
  /** Cross-entropy of softmax(T x) at label y, in nats. */
  readonly crossEntropy: number;
  /** Upper bound of what any feasible T could still gain, in nats: ⟨∇L, T⟩ + √α ‖∇L‖. */
  readonly gap: number;
  /** λ of ∇L + 2 λ T = 0, from its inner product with T; 0 or more at an optimum. */
  readonly multiplier: number;
  /** ‖∇L + 2 λ T‖ / ‖∇L‖: 0 where T is stationary. */
  readonly stationarity: number;
  /** (Σ_c ‖T_c‖² − α) / α: above 0 where T breaks the bound, below 0 where the bound is slack. */
  readonly excess: number;
}

/** Templates found by search, with their certificate. */
export interface Memorised extends MemoriseCertificate {
  /** T [C × D], row-major. */
  readonly T: Float64Array;
  readonly steps: number;
}

/**
 * Minimises the softmax cross-entropy of one signal over templates with Σ_c ‖T_c‖² ≤ α by projected
 * gradient descent from a random start, in float64. It knows nothing of {@link optimalTemplates}.
 *
 * The step length doubles after a step that has descended enough (Beck & Teboulle's test) and halves
 * until one does. The problem is convex; `gap` certifies the result.
 * Throws RangeError on the arguments that `optimalTemplates` refuses.
 *
 * @example
 * const { T, gap } = memorise([0.6, 0.8], 0, 10, 3, { random: random(1) });
 */
export function memorise(
  x: ArrayLike<number>,
  y: number,
  C: number,
  alpha: number,
  { random, tolerance = 1e-10, maxSteps = 10_000, onStep }: MemoriseOptions,
): Memorised {
  const norm = checkedNorm(x, y, C, alpha);
  if (!(Number.isInteger(maxSteps) && maxSteps >= 0)) {
    throw new RangeError(`maxSteps is ${maxSteps}, expected an integer from 0`);
  }
  const D = x.length;
  let T = project(random.normals(C * D), alpha, true);
  let length = 1 / norm ** 2;
  let steps = 0;
  let certificate = memoriseCertificate(T, x, y, alpha);
  for (; steps < maxSteps; steps++) {
    onStep?.({ step: steps, T, crossEntropy: certificate.crossEntropy, gap: certificate.gap });
    if (certificate.stationarity <= tolerance && certificate.multiplier > 0) break;
    const gradient = gradientOf(T, x, y);
    let moved = T;
    for (; length > 1e-300; length /= 2) {
      moved = project(
        T.map((t, i) => t - length * gradient[i]!),
        alpha,
      );
      if (descends(T, moved, gradient, length, x, y)) break;
    }
    length *= 2;
    if (moved.every((t, i) => t === T[i])) break; // float64 has no better T
    T = moved;
    certificate = memoriseCertificate(T, x, y, alpha);
  }
  return { T, steps, ...certificate };
}

/**
 * How far templates T [C × D] are from minimising the cross-entropy of x at label y under
 * Σ_c ‖T_c‖² ≤ α: the Karush-Kuhn-Tucker conditions, and the gap of Frank & Wolfe (1956).
 *
 * The loss is convex, so that over the ball L(T) − L* ≤ max_S ⟨∇L, T − S⟩ = ⟨∇L, T⟩ + √α ‖∇L‖:
 * `gap` bounds the distance to the optimum for any feasible T.
 *
 * @example
 * const { T } = optimalTemplates([0.6, 0.8], 0, 10, 3);
 * memoriseCertificate(T, [0.6, 0.8], 0, 3).crossEntropy; // 0.896040
 */
export function memoriseCertificate(
  T: Float64Array,
  x: ArrayLike<number>,
  y: number,
  alpha: number,
): MemoriseCertificate {
  const gradient = gradientOf(T, x, y);
  const slope = Math.sqrt(dot(gradient, gradient));
  const square = dot(T, T);
  const multiplier = -dot(gradient, T) / (2 * square);
  const rest = gradient.map((g, i) => g + 2 * multiplier * T[i]!);
  return {
    crossEntropy: crossEntropyOf(T, x, y),
    gap: Math.max(0, dot(gradient, T) + Math.sqrt(alpha) * slope), // below 0 by rounding alone
    multiplier,
    stationarity: Math.sqrt(dot(rest, rest)) / slope,
    excess: (square - alpha) / alpha,
  };
}

function descends(
  T: Float64Array,
  moved: Float64Array,
  gradient: Float64Array,
  length: number,
  x: ArrayLike<number>,
  y: number,
): boolean {
  const way = moved.map((t, i) => t - T[i]!);
  const bound = dot(gradient, way) + dot(way, way) / (2 * length);
  const now = crossEntropyOf(T, x, y);
  // Lets the last steps through, where the loss changes by less than its rounding.
  return crossEntropyOf(moved, x, y) <= now + bound + 4 * Number.EPSILON * now;
}

/** −log softmax(T x)_y, computed from differences to the label's logit. */
function crossEntropyOf(T: Float64Array, x: ArrayLike<number>, y: number): number {
  const logits = logitsOf(T, x);
  const [, top] = extremes(logits);
  let [others, all] = [0, 0];
  logits.forEach((v, c) => {
    const e = Math.exp(v - top);
    all += e;
    if (c !== y) others += e;
  });
  // Near the optimum of a large α the loss is far below 1: log1p keeps its digits.
  return logits[y] === top ? Math.log1p(others) : Math.log(all) - (logits[y]! - top);
}

/** ∇L = (softmax(T x) − e_y) xᵀ. */
function gradientOf(T: Float64Array, x: ArrayLike<number>, y: number): Float64Array {
  const logits = logitsOf(T, x);
  const [, top] = extremes(logits);
  const weights = logits.map((v) => Math.exp(v - top));
  const sum = weights.reduce((a, b) => a + b, 0);
  const others = weights.reduce((a, w, c) => (c === y ? a : a + w), 0);
  const D = x.length;
  return T.map((_, i) => {
    const c = Math.floor(i / D);
    return ((c === y ? -others : weights[c]!) / sum) * x[i % D]!;
  });
}

function logitsOf(T: Float64Array, x: ArrayLike<number>): Float64Array {
  const D = x.length;
  return Float64Array.from({ length: T.length / D }, (_, c) => dot(T.subarray(c * D), x));
}

/** The nearest point of the ball Σ ‖T_c‖² ≤ α; of its sphere where asked for. */
function project(T: Float64Array, alpha: number, sphere = false): Float64Array {
  const square = dot(T, T);
  if (square <= alpha && !sphere) return T;
  const scale = Math.sqrt(alpha / square);
  return T.map((t) => t * scale);
}

/** Σ a_i b_i over the length of b. */
function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < b.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
