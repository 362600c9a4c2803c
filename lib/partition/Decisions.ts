import type { Nonlinearity } from "./Nonlinearity";

/**
 * What was decided about the tests of a cell on each of its parts: one bit for each knot, or the
 * piece of each maximum. Packed into words, so that what differs between two parts is quick to find;
 * cells within cells follow one another on a stack.
 */
export class Decisions {
  private words = new Int32Array(1 << 10);
  private top = 0;
  /** Of the cell being cut: the decisions on the way to the part at hand, and how they are packed. */
  private current = new Int32Array(1 << 4);
  private stride = 0;
  /** Fields of 2^logBits bits, 2^logFields to a word. */
  private logBits = 0;
  private logFields = 5;
  private mask = 1;
  /** Packing of the cells that are open: stride and logBits, by turns. */
  private readonly open_: number[] = [];

  /** Begins with a cell of so many tests; returns where its decisions begin. */
  open(count: number, { knots, operator }: Nonlinearity): number {
    let logBits = 0;
    if (knots === undefined) while (2 ** (2 ** logBits) < operator.pieces) logBits++;
    this.open_.push(this.stride, this.logBits);
    this.pack(logBits);
    this.stride = ((count - 1) >> this.logFields) + 1;
    if (this.current.length < this.stride) this.current = new Int32Array(2 * this.stride);
    return this.top;
  }

  /** Forgets the cell that began there, the last one that is open. */
  close(start: number): void {
    this.top = start;
    this.pack(this.open_.pop()!);
    this.stride = this.open_.pop()!;
  }

  private pack(logBits: number): void {
    this.logBits = logBits;
    this.logFields = 5 - logBits;
    this.mask = 2 ** (2 ** logBits) - 1;
  }

  /** Decides a test on the part at hand. */
  set(position: number, decision: number): void {
    const word = position >> this.logFields;
    const shift = (position << this.logBits) & 31;
    this.current[word] = (this.current[word]! & ~(this.mask << shift)) | (decision << shift);
  }

  /** Keeps the decisions on the part at hand, the next leaf. */
  store(): void {
    const { stride } = this;
    while (this.top + stride > this.words.length) {
      const larger = new Int32Array(2 * this.words.length);
      larger.set(this.words);
      this.words = larger;
    }
    for (let w = 0; w < stride; w++) this.words[this.top + w] = this.current[w]!;
    this.top += stride;
  }

  /** What was decided about a test on a leaf of the cell that begins at `start`. */
  get(start: number, leaf: number, position: number): number {
    const word = this.words[start + leaf * this.stride + (position >> this.logFields)]!;
    return (word >>> ((position << this.logBits) & 31)) & this.mask;
  }

  /** The first test from `position` on that is decided otherwise on two leaves; any one if `before` is −1. */
  nextChange(start: number, leaf: number, before: number, position: number): number {
    if (before < 0) return position;
    const { words, stride, logFields, logBits } = this;
    const a = start + leaf * stride;
    const b = start + before * stride;
    let w = position >> logFields;
    if (w >= stride) return Number.POSITIVE_INFINITY;
    let difference = (words[a + w]! ^ words[b + w]!) & (-1 << ((position << logBits) & 31));
    while (difference === 0) {
      if (++w === stride) return Number.POSITIVE_INFINITY;
      difference = words[a + w]! ^ words[b + w]!;
    }
    const bit = 31 - Math.clz32(difference & -difference);
    return (w << logFields) + (bit >> logBits);
  }
}
