import { etaOf } from "./softness";

/** Where a unit stands between ReLU, swish and softplus. */
export interface CurvatureOptions {
  /** In (0, 1): ReLU at 1. */
  readonly beta: number;
  /** Share c of swish in [0, 1], the rest is softplus; ½ if left out. */
  readonly mix?: number;
}

/**
 * φ_{β,c}(u) = c u σ(ηu) + (1 − c) log(1 + exp(γu))/γ and its derivative, with η = β/(1 − β) and
 * γ = 1/(1 − β) (Curvature Tuning, Hu et al. 2025). Float64.
 *
 * Swish lies below ReLU and softplus above it, so that a mix cancels the shift of the mean. At β → 1
 * it is ReLU. At β → 0 it is linear, u/2, for c = 1 only: c = ½ gives u/4 + ½ log(1 + e^u).
 *
 * @throws RangeError on β outside (0, 1), c outside [0, 1], and u that isn't finite
 * @example
 * curvature(0, { beta: 0.5, mix: 0.5 }).value; // 0.173287: (1 − c)(1 − β) log 2
 */
export function curvature(
  u: number,
  { beta, mix = 0.5 }: CurvatureOptions,
): { value: number; slope: number } {
  const eta = etaOf(beta);
  checkMix(mix);
  if (!Number.isFinite(u)) throw new RangeError(`u is ${u}, expected a finite number`);
  const gamma = 1 / (1 - beta);
  const gate = sigmoid(eta * u);
  const softplus = Math.max(u, 0) + Math.log1p(Math.exp(-gamma * Math.abs(u))) / gamma;
  return {
    value: mix * u * gate + (1 - mix) * softplus,
    slope: mix * (gate + eta * u * gate * sigmoid(-eta * u)) + (1 - mix) * sigmoid(gamma * u),
  };
}

/** Throws RangeError unless c is in [0, 1]. */
export function checkMix(mix: number): void {
  if (!(mix >= 0 && mix <= 1)) {
    throw new RangeError(`the mix c is ${mix}, expected a number from 0 (softplus) to 1 (swish)`);
  }
}

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));
