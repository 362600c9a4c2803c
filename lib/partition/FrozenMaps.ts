import type { Pieces } from "../spline/operators";
import type { Nonlinearity } from "./Nonlinearity";

/** A layer as refinement sees it: the scalars that its units read or compare, as affine functions of the slice. */
export interface Stage {
  readonly nonlinearity: Nonlinearity;
  /** ∂/∂s, ∂/∂t and the value at the domain's centre of each scalar. */
  readonly ds: Float64Array;
  readonly dt: Float64Array;
  readonly at0: Float64Array;
  /** Size of the sum that each scalar is computed from: its rounding error is a multiple of it. */
  readonly size: Float64Array;
  /** The frozen code: the piece that each unit takes [units]. */
  readonly code: Pieces;
  /** Of a maximum over the units of an activation: the stage of the latter; −1 otherwise. */
  readonly feed: number;
}

/**
 * The affine functions of a network whose code is frozen, kept up to date while the code changes.
 *
 * Whatever the code is, it is a consistent frozen network: stage s reads the affine functions that
 * the codes of the stages before make, whether or not a signal with this code exists.
 */
export interface FrozenMaps {
  readonly stages: readonly Stage[];
  /** Forgets all that came before: from here on, maps are those of a new object, to the bit. */
  restart(): void;
  /** Brings the functions of stage s up to date with the codes of the stages before. */
  ready(s: number): void;
  /** Lets unit k of stage s take another piece. */
  flip(s: number, k: number, piece: number): void;
  /**
   * From unit k of stage s on, one where the next may cross a circle, or isn't on the side of its
   * piece; the number of units or more if there is none. For units of two pieces.
   */
  scan(s: number, k: number, cx: number, cy: number, r2: number): number;
  /** Announces that so many flips of stage s come next. */
  expect(s: number, flips: number): void;
}

/**
 * The one tolerance: a function is taken to vanish at a vertex if its value is at most 2⁻⁴³ · (sum
 * of the magnitudes of the terms that it is the sum of), a few hundred times what rounding does to
 * that sum.
 */
export const TOLERANCE = 2 ** -43;
