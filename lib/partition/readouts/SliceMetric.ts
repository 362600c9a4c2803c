import { euclideanNorm } from "../../spline/magnitude";
import type { CheckedSlice } from "../Slice";

/**
 * Lengths and angles of the input space, in the coordinates of a slice whose directions need be
 * neither orthogonal nor of length 1.
 *
 * With G = L Lᵀ the inner products of e1 and e2 (Cholesky), a displacement d of the slice's
 * coordinates has the orthonormal coordinates Lᵀ d, and a gradient g has L⁻¹ g.
 */
export class SliceMetric {
  private readonly l11: number;
  private readonly l21: number;
  private readonly l22: number;

  constructor({ e1, e2 }: CheckedSlice) {
    this.l11 = euclideanNorm(e1);
    const along = e1.map((v) => v / this.l11);
    this.l21 = along.reduce((sum, v, i) => sum + v * e2[i]!, 0);
    // By what is left of e2 without its part along e1: a difference of squares would cancel.
    this.l22 = euclideanNorm(e2.map((v, i) => v - this.l21 * along[i]!));
  }

  /** Area of the input space per area of the slice's coordinates. */
  get areaFactor(): number {
    return this.l11 * this.l22;
  }

  /** Length in the input space of a displacement of the slice's coordinates. */
  length(dx: number, dy: number): number {
    return Math.hypot(this.l11 * dx + this.l21 * dy, this.l22 * dy);
  }

  /** A gradient with respect to the slice's coordinates, in orthonormal ones. */
  gradient(gx: number, gy: number): readonly [number, number] {
    return [this.firstOf(gx), this.secondOf(gx, gy)];
  }

  /** Its first coordinate. */
  firstOf(gx: number): number {
    return gx / this.l11;
  }

  /** Its second coordinate. */
  secondOf(gx: number, gy: number): number {
    return (gy - this.l21 * (gx / this.l11)) / this.l22;
  }
}
