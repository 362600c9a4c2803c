/**
 * η = β/(1 − β), the inverse temperature that belongs to β: the assignment that maximises
 * β ⟨t, u⟩ + (1 − β) H(t) over the simplex is t = softmax(η u) (Balestriero & Baraniuk 2019).
 *
 * β → 1 is hard, β = ½ the posterior of a Gaussian mixture (η = 1), β → 0 uniform.
 * Throws RangeError unless 0 < β < 1.
 *
 * @example etaOf(0.5); // 1
 */
export function etaOf(beta: number): number {
  if (!(beta > 0 && beta < 1)) {
    throw new RangeError(
      `β is ${beta}, expected a number between 0 and 1, both left out; β → 1 is the hard operator itself`,
    );
  }
  return beta / (1 - beta);
}

/**
 * β = η/(1 + η), the inverse of {@link etaOf}. Throws RangeError unless η > 0 and finite. Above
 * 1e16, β is 1 to float64.
 *
 * @example betaOf(3); // 0.75
 */
export function betaOf(eta: number): number {
  if (!(eta > 0 && Number.isFinite(eta))) {
    throw new RangeError(`η is ${eta}, expected a finite number above 0`);
  }
  return eta / (1 + eta);
}

/**
 * How far a soft maximum of R pieces can lie below the hard one: W((R − 1)/e)/η, W Lambert's function.
 *
 * max_r u_r − Σ_r t_r u_r with t = softmax(η u) is largest where all pieces but the best lie
 * (1 + W)/η below it; for R = 2, ReLU against swish, it is 0.278465/η.
 * Throws RangeError on fewer than one piece, or unless η > 0.
 *
 * @example softeningGap(2, 1); // 0.278465
 */
export function softeningGap(pieces: number, eta: number): number {
  if (!(Number.isInteger(pieces) && pieces >= 1)) {
    throw new RangeError(`a maximum has one piece or more, got ${pieces}`);
  }
  betaOf(eta);
  return lambertW((pieces - 1) / Math.E) / eta;
}

/** The w ≥ 0 with w e^w = x, for x ≥ 0 (Halley's iteration). */
function lambertW(x: number): number {
  let w = Math.log1p(x);
  for (let i = 0; i < 20; i++) {
    const e = Math.exp(w);
    const f = w * e - x;
    w -= f / (e * (w + 1) - (f * (w + 2)) / (2 * w + 2));
  }
  return w;
}
