import { ActivationCode, type LayerCode } from "../network";
import { makePieces } from "../spline/operators";
import { type BookLayer, bitsOf, wordsPerCode } from "./BookLayer";

/**
 * The codes of many signals, packed to bits, layer by layer: what the partition distance compares.
 *
 * A unit of two pieces (a ReLU) takes one bit; a unit of R > 2 pieces (a max-pooling window) takes R
 * bits, of which that of its piece is 1. Two codes so differ in one bit for each two-piece unit
 * that differs, and in two bits for each other one. Made by `codeBook`, `CodeBook.from` or `load`.
 *
 * @example
 * const book = CodeBook.from([[0, 1], [1, 0], [1, 1]].map((x) => net.code(x)));
 * book.size; // 3
 * book.distance(0, 1); // share of units in which the two codes differ
 */
export class CodeBook {
  /** Use `CodeBook.from`, `codeBook` or `load`. */
  constructor(
    /** N, the number of codes. */
    readonly size: number,
    readonly layers: readonly BookLayer[],
    /** For each layer, the bits of all codes: code n takes words n·w … (n + 1)·w − 1. */
    readonly words: readonly Uint32Array[],
  ) {}

  /** An empty book of N codes, all bits 0, in memory that threads can share. */
  static allocate(size: number, layers: readonly BookLayer[]): CodeBook {
    const words = layers.map(
      (layer) => new Uint32Array(new SharedArrayBuffer(4 * size * wordsPerCode(layer))),
    );
    return new CodeBook(size, layers, words);
  }

  /**
   * Packs codes of one network, in order.
   * Throws RangeError if there are none, or if they aren't of one network.
   */
  static from(codes: readonly ActivationCode[]): CodeBook {
    const first = codes[0];
    if (first === undefined) throw new RangeError("a code book needs at least one code, got none");
    const layers = first.layers.map(({ units, pieces }, l) => ({
      name: `layer ${l + 1}`,
      units,
      pieces,
    }));
    const book = CodeBook.allocate(codes.length, layers);
    codes.forEach((code, n) => {
      checkLayers(layers, code.layers, `code ${n}`);
      code.layers.forEach((layer, l) => {
        for (let k = 0; k < layer.units; k++) book.set(n, l, k, code.piece(l, k));
      });
    });
    return book;
  }

  /** Lets unit k of layer l take piece r in code n, which had all bits 0 there. */
  set(n: number, l: number, k: number, r: number): void {
    const layer = this.layers[l]!;
    const bit = layer.pieces === 2 ? k : k * layer.pieces + r;
    if (layer.pieces === 2 && r === 0) return;
    this.words[l]![n * wordsPerCode(layer) + (bit >>> 5)]! |= 1 << (bit & 31);
  }

  /** Code n as an ActivationCode. Throws RangeError if there is none. */
  code(n: number): ActivationCode {
    this.check(n);
    return ActivationCode.from(
      this.layers.map((layer, l) => {
        const q = makePieces(layer.units, layer.pieces);
        const start = n * wordsPerCode(layer);
        const bitOf = (bit: number) => (this.words[l]![start + (bit >>> 5)]! >>> (bit & 31)) & 1;
        for (let k = 0; k < layer.units; k++) {
          if (layer.pieces === 2) q[k] = bitOf(k);
          else while (bitOf(k * layer.pieces + q[k]!) === 0) q[k]!++;
        }
        return { q, pieces: layer.pieces };
      }),
    );
  }

  /** The codes of `indices`, copied in that order. Throws RangeError if there is no such code. */
  select(indices: ArrayLike<number>): CodeBook {
    const book = CodeBook.allocate(indices.length, this.layers);
    for (let i = 0; i < indices.length; i++) {
      this.check(indices[i]!);
      this.layers.forEach((layer, l) => {
        const w = wordsPerCode(layer);
        const start = indices[i]! * w;
        book.words[l]!.set(this.words[l]!.subarray(start, start + w), i * w);
      });
    }
    return book;
  }

  /**
   * d(m, n): share of the units, of all layers or of layer l, in which codes m and n differ; 0 where
   * there are no units.
   */
  distance(m: number, n: number, l?: number): number {
    this.check(m);
    this.check(n);
    const chosen = l === undefined ? this.layers.map((_, i) => i) : [l];
    let [differing, units] = [0, 0];
    for (const i of chosen) {
      const [a, b] = [this.pieces(m, i), this.pieces(n, i)];
      differing += a.reduce((sum, r, k) => sum + Number(r !== b[k]), 0);
      units += a.length;
    }
    return units === 0 ? 0 : differing / units;
  }

  /** "1000 codes: relu 1 (5408 units), maxPool2d 2 (1352 units of 4 pieces), 1.2 MB". */
  toString(): string {
    const layers = this.layers.map(
      ({ name, units, pieces }) =>
        `${name} (${units} units${pieces === 2 ? "" : ` of ${pieces} pieces`})`,
    );
    const bytes = this.size * this.layers.reduce((sum, layer) => sum + bitsOf(layer) / 8, 0);
    return `${this.size} codes: ${layers.join(", ")}, ${(bytes / 1e6).toPrecision(2)} MB`;
  }

  private pieces(n: number, l: number): LayerPieces {
    const layer = this.layers[l];
    if (layer === undefined) {
      throw new RangeError(`layer ${l} of a code book with layers 0 … ${this.layers.length - 1}`);
    }
    const code = this.code(n);
    return Array.from({ length: layer.units }, (_, k) => code.piece(l, k));
  }

  private check(n: number): void {
    if (Number.isInteger(n) && n >= 0 && n < this.size) return;
    throw new RangeError(`there is no code ${n} in a book of ${this.size}`);
  }
}

type LayerPieces = number[];

/** @throws RangeError unless the layers of a code or another book have the same units and pieces */
export function checkLayers(
  expected: readonly Pick<LayerCode, "units" | "pieces">[],
  found: readonly Pick<LayerCode, "units" | "pieces">[],
  what: string,
): void {
  const written = (layers: typeof expected) =>
    layers.map(({ units, pieces }) => `${units} units of ${pieces} pieces`).join(", ");
  if (written(expected) === written(found)) return;
  throw new RangeError(
    `${what} has layers of ${written(found)}, expected ${written(expected)}: ` +
      "codes of different networks can't be compared",
  );
}
