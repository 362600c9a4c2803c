import type { MaxAffineSpline } from "./MaxAffineSpline";

/** What is left of a spline when pieces that nobody needs are gone. */
export interface Reduced {
  /** The same function, with a cell of full dimension for each piece. */
  readonly spline: MaxAffineSpline;
  /** The pieces kept, by their old index. */
  readonly kept: number[];
  /** The pieces removed. */
  readonly redundant: number[];
}

/**
 * Finds and removes redundant pieces: those that are nowhere the only largest one.
 *
 * Piece r is needed if and only if some x makes its lead over all others positive. That lead is
 * found by a linear program, max t with ⟨a_r − a_j, x⟩ + b_r − b_j ≥ t for all j ≠ r and t ≤ 1 (by
 * HiGHS); a lead of at most `tolerance` counts as none. Of equal pieces the first is kept.
 */
export async function removeRedundantPieces(
  spline: MaxAffineSpline,
  { tolerance = 1e-7 }: { readonly tolerance?: number } = {},
): Promise<Reduced> {
  const load = require("highs") as typeof import("highs").default;
  const highs = await load();
  const kept = Array.from({ length: spline.pieces }, (_, r) => r);
  const redundant: number[] = [];
  for (let r = spline.pieces - 1; r >= 0; r--) {
    const others = kept.filter((j) => j !== r);
    if (others.length === 0) continue;
    const result = highs.solve(leadProgram(spline, r, others), { output_flag: false });
    if (result.Status !== "Optimal") {
      throw new Error(`the linear program of piece ${r} ended as ${result.Status}`);
    }
    if (result.ObjectiveValue > tolerance) continue;
    kept.splice(kept.indexOf(r), 1);
    redundant.unshift(r);
  }
  return { spline: spline.withPieces(kept), kept, redundant };
}

// In the LP format of CPLEX, which HiGHS reads.
function leadProgram({ A, b, dimension }: MaxAffineSpline, r: number, others: number[]): string {
  const rows = others.map((j) => {
    const terms = Array.from({ length: dimension }, (_, i) => {
      const difference = A[r * dimension + i]! - A[j * dimension + i]!;
      return `${difference < 0 ? "-" : "+"} ${Math.abs(difference)} x${i}`;
    });
    return ` ${terms.join(" ")} - t >= ${b[j]! - b[r]!}`;
  });
  const free = Array.from({ length: dimension }, (_, i) => ` x${i} free`);
  return [
    "Maximize",
    " t",
    "Subject To",
    ...rows,
    "Bounds",
    " t <= 1",
    " -1e30 <= t",
    ...free,
    "End",
  ].join("\n");
}
