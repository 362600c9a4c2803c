import { largestMagnitude, powerOfTwoBelow } from "../spline/magnitude";

/** Mean and standard deviation (n − 1) of a measure over seeds; NaN for the latter with one seed. *
 * @example meanAndSd([1, 2, 3]).sd; // 1
 */
export function meanAndSd(values: readonly number[]): { mean: number; sd: number } {
  const n = values.length;
  if (n === 0) throw new RangeError("there are no values to take the mean of");
  const mean = values.reduce((sum, v) => sum + v, 0) / n;
  const away = values.map((v) => v - mean);
  const unit = powerOfTwoBelow(largestMagnitude(away)); // squares stay in range
  const sd = unit * Math.sqrt(away.reduce((sum, v) => sum + (v / unit) ** 2, 0) / (n - 1));
  return { mean, sd };
}

/** What two recipes differ by, seed by seed. */
export interface PairedDifference {
  /** Mean of a − b over seeds. */
  readonly mean: number;
  /** Its 95 % confidence interval (Student 1908). */
  readonly low: number;
  readonly high: number;
  /** Does the interval leave 0 out? */
  readonly exceedsSpread: boolean;
}

/**
 * Compares two recipes run from the same seeds: a[i] and b[i] share seed i, so that what the seed does
 * to both cancels. With n seeds, mean ± t(n − 1) s / √n of the differences.
 *
 * Throws RangeError on lists of unequal length, and on fewer than two seeds.
 *
 * @example pairedDifference([0.33, 0.35, 0.34], [0.33, 0.34, 0.34]).exceedsSpread; // false
 */
export function pairedDifference(a: readonly number[], b: readonly number[]): PairedDifference {
  if (a.length !== b.length || a.length < 2) {
    throw new RangeError(`expected pairs from two seeds or more, got ${a.length} and ${b.length}`);
  }
  const { mean, sd } = meanAndSd(a.map((v, i) => v - b[i]!));
  const half = (studentQuantile(a.length - 1) * sd) / Math.sqrt(a.length);
  const [low, high] = [mean - half, mean + half];
  return { mean, low, high, exceedsSpread: low > 0 || high < 0 };
}

/**
 * The t that 95 % of Student's distribution lie within, two-sided.
 *
 * With t = √ν tan θ the density is proportional to cos^(ν−1) θ, which is summed and inverted.
 */
function studentQuantile(degrees: number): number {
  const steps = 200_000;
  const width = Math.PI / 2 / steps;
  const density = (i: number) => Math.cos((i + 0.5) * width) ** (degrees - 1);
  let total = 0;
  for (let i = 0; i < steps; i++) total += density(i);
  let sum = 0;
  for (let i = 0; ; i++) {
    const next = sum + density(i) / total;
    if (next >= 0.95) {
      const theta = (i + (0.95 - sum) / (next - sum)) * width;
      return Math.sqrt(degrees) * Math.tan(theta);
    }
    sum = next;
  }
}
