/** What a soft choice among pieces of given scores leaves beside its weights. */
export interface Choice {
  /** The largest score. */
  max: number;
  /** log Σ_r exp(η (u_r − max)), between 0 and log R. */
  logSum: number;
  /** H(t) = −Σ t log t in nats, between 0 and log R. */
  entropy: number;
}

/**
 * Writes t = softmax(η u) for R scores u. Safe for any finite η u: the largest score is taken off
 * first, so that no exponential exceeds 1. Allocates nothing: the choice is written into `choice`.
 */
export function assign(u: Float64Array, eta: number, t: Float64Array, choice: Choice): void {
  let max = Number.NEGATIVE_INFINITY;
  for (let r = 0; r < u.length; r++) if (u[r]! > max) max = u[r]!;
  let sum = 0;
  for (let r = 0; r < u.length; r++) {
    t[r] = Math.exp(eta * (u[r]! - max));
    sum += t[r]!;
  }
  let lack = 0; // η (max − Σ t u)
  for (let r = 0; r < u.length; r++) {
    t[r]! /= sum;
    if (t[r]! > 0) lack += t[r]! * eta * (max - u[r]!);
  }
  choice.max = max;
  choice.logSum = Math.log(sum);
  choice.entropy = choice.logSum + lack;
}
