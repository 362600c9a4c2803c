/** A layer of a code book: an operator that chooses pieces. */
export interface BookLayer {
  /** Its node's name in the network. */
  readonly name: string;
  /** K, the number of units. */
  readonly units: number;
  /** R, the number of pieces of a unit. */
  readonly pieces: number;
}

/** Bits that a layer's code takes: one a unit of two pieces, else one a piece. */
export const bitsOf = ({ units, pieces }: BookLayer): number =>
  pieces === 2 ? units : units * pieces;

/** Words of 32 bits from one code of a layer to the next: whole vectors of 128 bits. */
export const wordsPerCode = (layer: BookLayer): number => 4 * Math.ceil(bitsOf(layer) / 128);
