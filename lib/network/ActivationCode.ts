import type { Pieces } from "../spline/operators";
import { popcount } from "./popcount";

/** The code of one layer: which piece each of its units takes. */
export interface LayerCode {
  /** Number of units K. */
  readonly units: number;
  /** Number of pieces R a unit chooses from. */
  readonly pieces: number;
  /** R = 2: 32 units a word, unit k is bit k mod 32 of word ⌊k/32⌋. R > 2: one entry a unit. */
  readonly packed: Uint32Array | Uint8Array | Uint16Array;
}

/**
 * Q(x), the code of a signal: which piece every unit of every layer takes there.
 *
 * Two signals have equal codes exactly when they lie in the same activation region (cell), up to
 * ties. Comparable (`equals`), printable (`toString`) and hashable (`key`, for Map and Set).
 *
 * @example
 * const seen = new Set(points.map((x) => net.code(x).key)); // distinct cells among the points
 */
export class ActivationCode {
  private cachedKey: string | undefined;

  constructor(readonly layers: readonly LayerCode[]) {}

  /** Packs piece indices, one array a layer. */
  static from(layers: readonly { q: Pieces; pieces: number }[]): ActivationCode {
    return new ActivationCode(
      layers.map(({ q, pieces }) => ({
        units: q.length,
        pieces,
        packed: pieces === 2 ? packBits(q) : q.slice(),
      })),
    );
  }

  /** Piece taken by unit k of layer l, both counted from 0. */
  piece(l: number, k: number): number {
    const layer = this.layers[l];
    if (layer === undefined || !(k >= 0 && k < layer.units)) {
      throw new RangeError(`code has no unit ${k} in layer ${l}`);
    }
    return pieceOf(layer, k);
  }

  /** The code of layer l alone, counted from 0: what tells layer-l regions apart. */
  ofLayer(l: number): ActivationCode {
    const layer = this.layers[l];
    if (layer === undefined) throw this.noLayer(l);
    return new ActivationCode([layer]);
  }

  /** The code of layers 0, …, l: what tells the convex cells apart that these layers make. */
  upTo(l: number): ActivationCode {
    if (this.layers[l] === undefined) throw this.noLayer(l);
    return new ActivationCode(this.layers.slice(0, l + 1));
  }

  private noLayer(l: number): RangeError {
    return new RangeError(
      `code has no layer ${l}, expected one of 0 … ${this.layers.length - 1}: affine layers have none`,
    );
  }

  /** True if both codes take the same piece in every unit of every layer. */
  equals(other: ActivationCode): boolean {
    return this.key === other.key;
  }

  /** Number of units in which the codes differ, over all layers: the Hamming distance. */
  distance(other: ActivationCode): number {
    if (this.layers.length !== other.layers.length) {
      throw new RangeError(`codes of ${this.layers.length} and ${other.layers.length} layers`);
    }
    return this.layers.reduce(
      (sum, layer, l) => sum + layerDistance(layer, other.layers[l]!, l),
      0,
    );
  }

  /** A string that is equal for equal codes of one network and different otherwise. */
  get key(): string {
    this.cachedKey ??= this.layers
      .map((layer) => Array.from(layer.packed, (word) => word.toString(36)).join("."))
      .join("|");
    return this.cachedKey;
  }

  /** One line a layer: the pieces of its first 64 units, and how many there are. */
  toString(): string {
    return this.layers
      .map((layer, l) => {
        const shown = Math.min(layer.units, 64);
        const separator = layer.pieces > 10 ? " " : "";
        const pieces = Array.from({ length: shown }, (_, k) => pieceOf(layer, k)).join(separator);
        const more = layer.units > shown ? `… (${layer.units} units)` : "";
        return `layer ${l + 1}: ${pieces}${more}`;
      })
      .join("\n");
  }
}

function packBits(q: Pieces): Uint32Array {
  const words = new Uint32Array((q.length + 31) >>> 5);
  for (let k = 0; k < q.length; k++) words[k >>> 5]! |= q[k]! << (k & 31);
  return words;
}

function pieceOf(layer: LayerCode, k: number): number {
  if (layer.pieces !== 2) return layer.packed[k]!;
  return (layer.packed[k >>> 5]! >>> (k & 31)) & 1;
}

function layerDistance(a: LayerCode, b: LayerCode, l: number): number {
  if (a.units !== b.units || a.pieces !== b.pieces) {
    throw new RangeError(
      `layer ${l + 1}: codes of ${a.units} units of ${a.pieces} pieces and ` +
        `${b.units} units of ${b.pieces} pieces can't be compared`,
    );
  }
  let distance = 0;
  for (let w = 0; w < a.packed.length; w++) {
    const x = a.packed[w]!;
    const y = b.packed[w]!;
    if (a.pieces === 2) distance += popcount(x ^ y);
    else if (x !== y) distance++;
  }
  return distance;
}
