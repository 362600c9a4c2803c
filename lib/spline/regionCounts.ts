/**
 * n choose k, exactly; 0 for k > n.
 *
 * @throws RangeError, as all counts here, unless its arguments are integers from 0
 * @example binomial(100, 50); // 100891344545564193334812497256n
 */
export function binomial(n: number, k: number): bigint {
  check(n, "n");
  check(k, "k");
  if (k > n) return 0n;
  let value = 1n;
  for (let i = 1; i <= Math.min(k, n - k); i++) value = (value * BigInt(n - i + 1)) / BigInt(i);
  return value;
}

/**
 * Regions of R^dimension cut by `hyperplanes` of them in general position, Σ_{i ≤ d} C(N, i)
 * (Zaslavsky 1975); all through one point if `central`, 2 Σ_{i ≤ d−1} C(N−1, i).
 *
 * A layer of N ReLUs has at most so many cells, and exactly so many for generic weights on all of
 * space.
 *
 * @throws RangeError unless both are integers from 0
 * @example zaslavsky(20, 2); // 211n
 */
export function zaslavsky(
  hyperplanes: number,
  dimension: number,
  { central = false }: { readonly central?: boolean } = {},
): bigint {
  check(hyperplanes, "the number of hyperplanes");
  check(dimension, "the dimension");
  if (!central) return sum(dimension, (i) => binomial(hyperplanes, i));
  if (hyperplanes === 0) return 1n;
  return 2n * sum(dimension - 1, (i) => binomial(hyperplanes - 1, i));
}

/**
 * The most regions that some ReLU network of these widths is known to have, at least:
 * (Π_{l<L} ⌊n_l/n₀⌋^n₀) Σ_{j ≤ n₀} C(n_L, j) (Montúfar, Pascanu, Cho & Bengio 2014).
 *
 * A bound on the best weights, not on those of a given network; 0, saying nothing, where a layer
 * before the last is narrower than the input.
 *
 * @throws RangeError unless `inputs` and all `widths` are integers from 1, one layer or more
 * @example montufarLowerBound(2, [45, 3]); // 3388n
 */
export function montufarLowerBound(inputs: number, widths: readonly number[]): bigint {
  checkWidths(inputs, widths);
  const last = sum(inputs, (j) => binomial(widths.at(-1)!, j));
  return widths
    .slice(0, -1)
    .reduce((product, n) => product * BigInt(Math.floor(n / inputs)) ** BigInt(inputs), last);
}

/**
 * No ReLU network of these widths has more regions than Π_l Σ_{j ≤ d_l} C(n_l, j) with
 * d_l = min(n₀, …, n_l) (Montúfar 2017; Raghu et al. 2017).
 *
 * @throws RangeError unless `inputs` and all `widths` are integers from 1, one layer or more
 * @example montufarUpperBound(2, [45, 3]); // 7252n
 */
export function montufarUpperBound(inputs: number, widths: readonly number[]): bigint {
  checkWidths(inputs, widths);
  let least = inputs;
  return widths.reduce((product, n) => {
    least = Math.min(least, n);
    return product * zaslavsky(n, least);
  }, 1n);
}

/**
 * A tighter bound (Serra, Tjandraatmadja & Ramalingam 2018): Σ over (j₁, …, j_L) of Π C(n_l, j_l),
 * with 0 ≤ j_l ≤ min(n₀, n₁ − j₁, …, n_{l−1} − j_{l−1}, n_l). For one input it is Π (n_l + 1),
 * unless a layer before the last is a single unit: where that is off, nothing moves any more.
 *
 * @throws RangeError unless `inputs` and all `widths` are integers from 1, one layer or more
 * @example serraUpperBound(2, [2, 2, 2]); // 30n, where montufarUpperBound gives 64n
 */
export function serraUpperBound(inputs: number, widths: readonly number[]): bigint {
  checkWidths(inputs, widths);
  const known = new Map<string, bigint>();
  // Regions that layers from l on make of a region whose dimension is at most `dimension`.
  const below = (l: number, dimension: number): bigint => {
    if (l === widths.length) return 1n;
    const key = `${l} ${dimension}`;
    const n = widths[l]!;
    const value =
      known.get(key) ??
      sum(Math.min(dimension, n), (j) => binomial(n, j) * below(l + 1, Math.min(dimension, n - j)));
    known.set(key, value);
    return value;
  };
  return below(0, inputs);
}

/**
 * N²/2, what networks of two inputs and N units at random initialisation come near (Hanin &
 * Rolnick 2019): a yardstick, no theorem at finite size. It counts on random offsets: with all
 * offsets 0 a layer of N units has 2N cones.
 *
 * @throws RangeError unless `units` is an integer from 0
 * @example haninRolnickYardstick(48); // 1152
 */
export function haninRolnickYardstick(units: number): number {
  check(units, "the number of units");
  return (units * units) / 2;
}

function sum(last: number, term: (i: number) => bigint): bigint {
  let total = 0n;
  for (let i = 0; i <= last; i++) total += term(i);
  return total;
}

function check(value: number, name: string): void {
  if (Number.isInteger(value) && value >= 0) return;
  throw new RangeError(`${name} is ${value}, expected an integer, 0 or more`);
}

function checkWidths(inputs: number, widths: readonly number[]): void {
  const all = [inputs, ...widths];
  if (widths.length > 0 && all.every((n) => Number.isInteger(n) && n >= 1)) return;
  throw new RangeError(
    `inputs ${inputs} and widths [${widths}]: expected integers from 1, one layer or more`,
  );
}
