import { bitsOf, wordsPerCode } from "./BookLayer";
import { type CodeBook, checkLayers } from "./CodeBook";
import { type HammingEngine, hammingModule } from "./kernel";
import type { Comparison } from "./scan";

/** Which distance is meant, and how it is computed. */
export interface DistanceOptions {
  /** Layers of the book, counted from 0, whose units count; all if left out. */
  readonly layers?: readonly number[];
  /**
   * A weight for each of these layers, above 0: the distance is then Σ w_l d_l / Σ w_l with d_l the share of
   * layer l's units that differ. Left out, every unit counts the same, whatever its layer.
   */
  readonly weights?: readonly number[];
  /** The inner loop: WebAssembly vectors where there are any, if left out. Results are equal. */
  readonly engine?: HammingEngine;
}

/** A comparison of all of `queries` with all of `book`, and what turns its numbers into shares. */
export function comparisonOf(
  book: CodeBook,
  queries: CodeBook,
  { layers, weights, engine }: DistanceOptions,
): { comparison: Comparison; divisor: number } {
  checkLayers(book.layers, queries.layers, "the book of queries");
  const chosen = layers ?? book.layers.map((_, l) => l);
  const missing = chosen.find((l) => book.layers[l] === undefined);
  if (missing !== undefined || chosen.length === 0 || new Set(chosen).size < chosen.length) {
    throw new RangeError(
      `layers [${chosen}], expected some of 0 … ${book.layers.length - 1}, each once`,
    );
  }
  if (weights !== undefined && weights.length !== chosen.length) {
    throw new RangeError(`${weights.length} weights for ${chosen.length} layers`);
  }
  const bad = weights?.find((w) => !(w > 0 && Number.isFinite(w)));
  if (bad !== undefined) throw new RangeError(`a weight of ${bad}, expected numbers above 0`);
  const units = chosen.map((l) => book.layers[l]!.units);
  const comparison = {
    layers: chosen.map((l, i) => ({
      stride: 4 * wordsPerCode(book.layers[l]!),
      shift: bitsOf(book.layers[l]!) === units[i] ? 1 : 0,
      factor: weights === undefined ? 1 : weights[i]! / (2 * units[i]!),
      codes: book.words[l]!,
      queries: queries.words[l]!,
    })),
    queryCount: queries.size,
    from: 0,
    to: book.size,
    weighted: weights !== undefined,
    module: hammingModule(engine),
  };
  const total = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0);
  return { comparison, divisor: weights === undefined ? 2 * total(units) : total(weights) };
}
