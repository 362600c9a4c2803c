import { UMAP } from "umap-js";
import type { Random } from "../random";
import { checkCount } from "../spline/checkCount";
import type { CodeBook } from "./CodeBook";
import type { DistanceOptions } from "./comparison";
import { nearestNeighbours } from "./nearestNeighbours";

/** How codes are laid out in a plane. */
export interface EmbeddingOptions extends DistanceOptions {
  readonly random: Random;
  /** Neighbours of each code whose distances count; 15 if left out. */
  readonly neighbours?: number;
  /** Passes of the layout; chosen by the number of codes if left out. */
  readonly epochs?: number;
  /** Least distance of points in the plane; 0.1 if left out. */
  readonly minDist?: number;
}

/**
 * Points of a plane for the codes of a book, [size × 2], near each other where codes differ in few
 * units: UMAP (McInnes, Healy & Melville 2018) on exact nearest neighbours by Hamming distance.
 *
 * A picture, not a measurement: only neighbourhoods are kept, distances between groups mean little.
 *
 * @throws RangeError unless there are more codes than neighbours, and two neighbours or more, an
 *   epoch or more, and a finite least distance, 0 or more
 *
 * @example
 * const grid = Array.from({ length: 40 }, (_, n) => [n / 20 - 1, Math.sin(n)]);
 * const book = CodeBook.from(grid.map((x) => net.code(x)));
 * const places = await embedCodes(book, { neighbours: 5, random: random(1) });
 * places.length; // 80
 */
export async function embedCodes(
  book: CodeBook,
  { random, neighbours = 15, epochs, minDist = 0.1, ...distance }: EmbeddingOptions,
): Promise<Float64Array> {
  if (!(Number.isInteger(neighbours) && neighbours >= 2 && neighbours < book.size)) {
    throw new RangeError(
      `${neighbours} neighbours of each of ${book.size} codes, expected an integer from 2 to ` +
        `${book.size - 1}: give fewer { neighbours }, or more codes`,
    );
  }
  if (epochs !== undefined) checkCount("epochs", epochs);
  if (!(minDist >= 0 && minDist < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`minDist is ${minDist}, expected a finite number, 0 or more`);
  }
  const k = neighbours - 1;
  const exclude = Int32Array.from({ length: book.size }, (_, n) => n);
  const { indices, distances } = await nearestNeighbours(book, book, { ...distance, k, exclude });
  const umap = new UMAP({
    nNeighbors: neighbours,
    minDist,
    random: () => random.uniform(),
    ...(epochs === undefined ? {} : { nEpochs: epochs }),
  });
  // Each code counts as its own first neighbour there.
  const listed = (own: (n: number) => number, others: Int32Array | Float64Array) =>
    Array.from(exclude, (n) => [own(n), ...others.subarray(n * k, (n + 1) * k)]);
  umap.setPrecomputedKNN(
    listed((n) => n, indices),
    listed(() => 0, distances),
  );
  return Float64Array.from(umap.fit(Array.from(exclude, (n) => [n])).flat());
}
