import type { TemplateStatistics } from "./templateStatistics";

/** How close the templates of a data set come to those of the memorisation theorem. */
export interface Memorisation {
  /** Means over signals of the centred inner product, for the true and for the other classes. */
  readonly correct: number;
  readonly wrong: number;
  /** correct / wrong: −(C − 1) for any network, since the centred products of a signal add up to 0. */
  readonly ratio: number;
  /** Share of signals whose centred product is above 0 for the true class. */
  readonly positive: number;
  /** Share of signals whose centred products are below 0 for all other classes. */
  readonly othersNegative: number;
  /** Mean over signals of the cosine between the true class's centred template and the signal;
   *  the theorem says 1. */
  readonly cosine: number;
  /** Median over signals of the spread of the other classes' centred products, their standard
   *  deviation over the magnitude of their mean; the theorem says 0. */
  readonly spread: number;
}

/**
 * Sums up template statistics. Measures of the theorem (`cosine`, `spread`) are told apart from what
 * holds for every network (`ratio`). Throws RangeError if there are no signals.
 *
 * @example
 * const labels = Uint8Array.of(0);
 * const centredProducts = Float32Array.of(2, -1, -1);
 * const cosines = Float32Array.of(0.5, -0.25, -0.25);
 * const numbers = { products: centredProducts, offsets: cosines, logits: centredProducts };
 * const of = { size: 1, classes: 3, aborted: false, labels, centredProducts, cosines, ...numbers };
 * memorisation(of).ratio; // -2
 */
export function memorisation({
  size,
  classes,
  labels,
  centredProducts,
  cosines,
}: TemplateStatistics): Memorisation {
  if (size === 0) throw new RangeError("there are no signals to sum up");
  let [correct, wrong, positive, othersNegative, cosine] = [0, 0, 0, 0, 0];
  const spreads = new Float64Array(size);
  for (let n = 0; n < size; n++) {
    const label = labels[n]!;
    const own = centredProducts[n * classes + label]!;
    const others = Array.from(centredProducts.subarray(n * classes, (n + 1) * classes)).filter(
      (_, c) => c !== label,
    );
    const mean = others.reduce((sum, v) => sum + v, 0) / others.length;
    const variance = others.reduce((sum, v) => sum + (v - mean) ** 2, 0) / others.length;
    correct += own / size;
    wrong += mean / size;
    positive += Number(own > 0) / size;
    othersNegative += Number(others.every((v) => v < 0)) / size;
    cosine += cosines[n * classes + label]! / size;
    spreads[n] = Math.sqrt(variance) / Math.abs(mean);
  }
  const spread = spreads.sort()[Math.floor(size / 2)]!;
  return { correct, wrong, ratio: correct / wrong, positive, othersNegative, cosine, spread };
}
