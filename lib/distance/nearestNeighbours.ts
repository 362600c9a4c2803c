import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Piscina } from "piscina";
import type { CodeBook } from "./CodeBook";
import { comparisonOf, type DistanceOptions } from "./comparison";
import { type Found, merge, nearestCodes, type Search } from "./NearestCodes";

/** What is searched for. */
export interface NeighbourOptions extends DistanceOptions {
  /** Neighbours of each query. */
  readonly k: number;
  /** For each query a code of the book that is left out: itself, where a book is searched by itself. */
  readonly exclude?: ArrayLike<number>;
  /** Threads; if left out, one for little work, else as many as there are cores. */
  readonly threads?: number;
}

/** The k nearest codes of each query. */
export interface Neighbours {
  readonly k: number;
  /** Places in the book, nearest first [queries × k]; at equal distance the lower one first. */
  readonly indices: Int32Array;
  /** Their distances, in [0, 1] [queries × k]. */
  readonly distances: Float64Array;
}

/** Bits to compare above which threads are worth their start. */
const MUCH = 2e10;

/**
 * The k codes of a book at least Hamming distance from each query, exactly: all are compared.
 *
 * Threads share the book's memory. Neither their number nor the engine changes the result. Throws
 * RangeError if the books are of different networks, if the book has fewer than k codes (k + 1 with
 * `exclude`), and on other options that don't fit.
 *
 * @example
 * const book = CodeBook.from([[0, 1], [1, 0], [1, 1]].map((x) => net.code(x)));
 * const { indices, distances } = await nearestNeighbours(book, book.select([2]), { k: 1 });
 * distances[0]; // 0: the code itself, or an equal one
 */
export async function nearestNeighbours(
  book: CodeBook,
  queries: CodeBook,
  options: NeighbourOptions,
): Promise<Neighbours> {
  const { comparison, divisor } = comparisonOf(book, queries, options);
  const { k } = options;
  const exclude = options.exclude && Int32Array.from(options.exclude);
  if (exclude !== undefined && exclude.length !== queries.size) {
    throw new RangeError(`${exclude.length} codes to leave out, expected ${queries.size}`);
  }
  const available = book.size - (exclude === undefined ? 0 : 1);
  if (!(Number.isInteger(k) && k >= 1 && k <= available)) {
    throw new RangeError(`k is ${k}, expected an integer from 1 to ${available}`);
  }
  const bytes = comparison.layers.reduce((sum, { stride }) => sum + stride, 0);
  const enough = 8 * bytes * book.size * queries.size > MUCH ? availableParallelism() : 1;
  const threads = options.threads ?? enough;
  if (!(Number.isInteger(threads) && threads >= 1)) {
    throw new RangeError(`${threads} threads, expected an integer above 0`);
  }
  const search: Search = { ...comparison, k, exclude };
  const { indices, distances } =
    threads === 1 ? nearestCodes(search) : await shared(search, threads);
  return { k, indices, distances: distances.map((d) => d / divisor) };
}

/** Searches by several threads, a range of codes each. */
async function shared(search: Search, threads: number): Promise<Found> {
  const share = Math.ceil((search.to - search.from) / threads);
  const ranges: Search[] = [];
  for (let from = search.from; from < search.to; from += share) {
    ranges.push({ ...search, from, to: Math.min(from + share, search.to) });
  }
  return merge(await Promise.all(ranges.map(inThread)), search.queryCount, search.k);
}

/** Threads stay for the next search: starting one takes as long as comparing ten gigabits. */
let pool: Piscina<Search, Found> | undefined;

function inThread(search: Search): Promise<Found> {
  pool ??= new Piscina({
    filename: join(__dirname, "searchWorker.js"),
    minThreads: 0,
    maxThreads: availableParallelism(),
    idleTimeout: 10_000,
  });
  return pool.run(search);
}
