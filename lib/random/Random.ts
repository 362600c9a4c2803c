import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/**
 * A stream of random numbers, the same for the same seed on every machine (xoroshiro128+ of
 * pure-rand). It is handed around as an argument: nothing in the library draws from a global one.
 */
export class Random {
  readonly #seed: number;
  readonly #generator: ReturnType<typeof xoroshiro128plus>;
  // The polar method makes normal numbers in pairs.
  #spare: number | undefined;

  /** Use {@link random}. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) {
      throw new RangeError(`a seed is an integer, got ${seed}`);
    }
    this.#seed = seed;
    this.#generator = xoroshiro128plus(mixed(seed));
  }

  /** What the stream was started from: two streams of one seed draw the same. */
  get seed(): number {
    return this.#seed;
  }

  /** A number of [low, high), all equally likely. Throws RangeError unless low ≤ high, finite. */
  uniform(low = 0, high = 1): number {
    if (!(low <= high && Number.isFinite(high - low))) {
      throw new RangeError(`an interval goes from low to high, both finite, got ${low} to ${high}`);
    }
    const value = low + (high - low) * uniformFloat64(this.#generator);
    return value < high ? value : low; // rounding can reach the open end
  }

  /**
   * A normal number (polar method, Marsaglia & Bray 1964).
   * Throws RangeError unless both are finite and the deviation isn't negative.
   */
  normal(mean = 0, deviation = 1): number {
    if (!(Number.isFinite(mean) && Number.isFinite(deviation) && deviation >= 0)) {
      throw new RangeError(
        `a normal number has a finite mean and a deviation of 0 or more, got ${mean} and ${deviation}`,
      );
    }
    if (this.#spare !== undefined) {
      const value = this.#spare;
      this.#spare = undefined;
      return mean + deviation * value;
    }
    let [u, v, square] = [0, 0, 0];
    do {
      u = this.uniform(-1, 1);
      v = this.uniform(-1, 1);
      square = u * u + v * v;
    } while (square === 0 || square >= 1);
    const factor = Math.sqrt((-2 * Math.log(square)) / square);
    this.#spare = v * factor;
    return mean + deviation * u * factor;
  }

  /** `count` normal numbers, in float64. */
  normals(count: number, mean = 0, deviation = 1): Float64Array {
    checkCount(count);
    return Float64Array.from({ length: count }, () => this.normal(mean, deviation));
  }

  /**
   * An integer of [low, high], both included, all equally likely.
   * Throws RangeError unless low ≤ high are safe integers.
   */
  integer(low: number, high: number): number {
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || low > high) {
      throw new RangeError(`integers are drawn between two integers, got ${low} and ${high}`);
    }
    return uniformInt(this.#generator, low, high);
  }

  /** Shuffles an array in place (Fisher & Yates), and returns it. */
  shuffle<T extends { length: number; [index: number]: unknown }>(array: T): T {
    for (let i = array.length - 1; i > 0; i--) {
      const j = uniformInt(this.#generator, 0, i);
      const entry = array[i];
      array[i] = array[j];
      array[j] = entry;
    }
    return array;
  }

  /** The numbers 0 … count − 1 in random order. */
  permutation(count: number): Uint32Array {
    checkCount(count);
    return this.shuffle(Uint32Array.from({ length: count }, (_, i) => i));
  }

  /**
   * A stream of its own for each label: what one part of a program draws changes nothing for
   * another. It depends on the seed and the label alone, so splitting draws nothing from this
   * stream, and the same label gives the same stream again.
   *
   * @example
   * const rng = random(6);
   * const weights = heWeights([2, 45, 3, 4], rng.split("weights"));
   * const points = twoMoons({ count: 1000, noise: 0.1, random: rng.split("points") });
   */
  split(label: string): Random {
    let hash = 0x811c9dc5 ^ mixed(this.#seed);
    for (const character of label) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
    return new Random(mixed(hash) >>> 0);
  }

  /** A seed for TensorFlow.js: of [1, 2³¹), since it takes 0 for "no seed". */
  tfSeed(): number {
    return this.integer(1, 0x7fffffff);
  }
}

/**
 * A stream of random numbers from a seed.
 * Throws RangeError unless the seed is a safe integer; negative ones are seeds like others.
 */
export function random(seed: number): Random {
  return new Random(seed);
}

// Spreads seeds that differ little over all 32 bits. The upper bits of a long or negative seed are
// spread on their own first: else the sign would only flip the lower ones, and −1 would equal 0.
function mixed(seed: number): number {
  return avalanche((seed | 0) ^ avalanche(Math.floor(seed / 2 ** 32)));
}

// The finaliser of MurmurHash3 (Appleby 2008): every bit depends on every other, and 0 stays 0.
function avalanche(bits: number): number {
  let h = bits | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function checkCount(count: number): void {
  if (!Number.isInteger(count) || count < 0) {
    throw new RangeError(`a count is an integer, 0 or more, got ${count}`);
  }
}
