import type { CodeBook } from "./CodeBook";
import { comparisonOf, type DistanceOptions } from "./comparison";
import { scan } from "./scan";

/**
 * The matrix of distances of the codes of `a` to those of `b`, [a.size × b.size] row-major: the
 * share of units that differ, over all layers, over some of them, or weighted layer by layer.
 *
 * A pseudometric on signals and a metric on codes: 0 exactly where all codes agree (Balestriero &
 * Baraniuk 2018). Throws RangeError if the books are of different networks, and on layers and
 * weights that don't fit.
 *
 * @example
 * const book = CodeBook.from([[0, 1], [1, 0], [1, 1]].map((x) => net.code(x)));
 * codeDistances(book, book)[4]; // 0, on the diagonal
 * codeDistances(book, book, { layers: [0] })[1] === book.distance(0, 1, 0); // true
 */
export function codeDistances(
  a: CodeBook,
  b: CodeBook,
  options: DistanceOptions = {},
): Float64Array {
  const { comparison, divisor } = comparisonOf(b, a, options);
  const matrix = new Float64Array(a.size * b.size);
  scan(comparison, (q, n, distances) => {
    const start = q * b.size + n;
    for (let i = 0; i < distances.length; i++) matrix[start + i] = distances[i]! / divisor;
  });
  return matrix;
}
