import type { SparseColumns } from "./sparseColumns";

/** Row-major shape of a signal without its batch dimension; images are [height, width, channels]. */
export type Shape = readonly number[];

/**
 * Number of scalars in a signal of this shape.
 *
 * @example
 * sizeOf([32, 32, 3]); // 3072
 */
export const sizeOf = (shape: Shape): number => shape.reduce((n, d) => n * d, 1);

/** One piece index per unit: which affine piece each unit of a max operator takes. */
export type Pieces = Uint8Array | Uint16Array | Uint32Array;

/**
 * One node of a network: a map that is affine, or becomes affine once its code is frozen. Where
 * units choose a piece, unit k makes output k.
 *
 * Everything is float64 and one signal at a time; an operator owns no state, writes into the arrays
 * it is given and allocates nothing, so the graph decides what is kept. For code q the operator is
 * z ↦ J_q z + c_q, and the methods below are its four faces.
 */
export interface Operator {
  /** The field's term for it: "dense", "conv2d", "relu", … */
  readonly kind: string;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  /** R, the number of affine pieces of one unit: 1 for an affine operator. */
  readonly pieces: number;
  /** Number of units that choose a piece: 0 for an affine operator. */
  readonly units: number;
  /** Is every output a convex function of this operator's input? */
  readonly convex: boolean;
  /** Is every output nondecreasing in every coordinate of this operator's input? */
  readonly nondecreasing: boolean;
  /** Number of scalars that learning may change. */
  readonly parameters: number;

  /** y = J_q x + c_q, where q is the code of x itself; writes q (length `units`). */
  forward(x: Float64Array, y: Float64Array, q: Pieces): void;
  /** y = J_q x + c_q for a given code q, whatever the code of x would be. */
  apply(q: Pieces, x: Float64Array, y: Float64Array): void;
  /** w = J_q v: how a direction of the input moves the output. */
  pushforward(q: Pieces, v: Float64Array, w: Float64Array): void;
  /**
   * Adds column i of J times (ds, dt, c) to three vectors: what a change of input i alone does. Of
   * affine operators whose columns are sparse or quick to read; where it is absent, push forward.
   */
  spread?(i: number, ds: number, dt: number, c: number, to: SparseColumns): void;
  /** h = J_qᵀ g: how a functional of the output reads the input. */
  pullback(q: Pieces, g: Float64Array, h: Float64Array): void;
  /**
   * Smallest gap between the best and the second-best piece over all units at x; +∞ for an affine
   * operator. `above` is the operator that made x, for ties that mean nothing there.
   */
  tieMargin(x: Float64Array, above?: Operator): number;
  /**
   * For an operator that is piecewise affine but not convex: two convex operators whose difference
   * it is. Absent where the operator is a maximum itself.
   */
  difference?(): { plus: Operator; minus: Operator };
}

/**
 * An array of piece indices that is wide enough for R pieces.
 *
 * @example
 * makePieces(3, 2); // Uint8Array [0, 0, 0]
 * makePieces(3, 1000).BYTES_PER_ELEMENT; // 2
 */
export function makePieces(units: number, pieces: number): Pieces {
  if (pieces <= 0x100) return new Uint8Array(units);
  if (pieces <= 0x10000) return new Uint16Array(units);
  return new Uint32Array(units);
}
