import { MaxAffineSpline } from "../MaxAffineSpline";
import { powerOfTwoBelow } from "../magnitude";

/**
 * The max-affine spline of a quantiser: slopes are the centroids, offsets −½‖a‖². Its codes are told
 * from the distances themselves: far from the origin the pieces ⟨a, x⟩ − ½‖a‖² are so large that
 * their differences drown in rounding, and where squares underflow there are none.
 */
export class VoronoiSpline extends MaxAffineSpline {
  /** A power of two, in whose units the centroids are of size 1 around the first. */
  private readonly unit: number;

  constructor(centroids: Float64Array, dimension: number) {
    const rows = Array.from({ length: centroids.length / dimension }, (_, r) =>
      centroids.subarray(r * dimension, (r + 1) * dimension),
    );
    super(
      rows,
      rows.map((row) => row.reduce((b, a) => b - (a * a) / 2, 0)),
    );
    this.unit = powerOfTwoBelow(
      centroids.reduce((most, a, i) => Math.max(most, Math.abs(a - centroids[i % dimension]!)), 0),
    );
  }

  protected override codesAt(points: Float64Array): Uint32Array {
    const { A, dimension: D, unit } = this;
    const codes = new Uint32Array(points.length / D);
    for (let n = 0, p = 0; n < codes.length; n++, p += D) {
      let nearest = Number.POSITIVE_INFINITY;
      for (let r = 0, a = 0; a < A.length; r++) {
        let square = 0;
        for (let i = 0; i < D; i++, a++) {
          const way = (points[p + i]! - A[a]!) / unit;
          square += way * way;
        }
        if (square >= nearest) continue;
        nearest = square;
        codes[n] = r;
      }
    }
    return codes;
  }
}
