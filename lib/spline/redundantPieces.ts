import { MaxAffineSpline } from "./MaxAffineSpline";
import { MaxAffineSplineOperator } from "./MaxAffineSplineOperator";
import { powerOfTwoBelow } from "./magnitude";

type Solver = Awaited<ReturnType<typeof import("highs").default>>;

/** What is left of a spline when pieces that nobody needs are gone. */
export interface Reduced {
  /** The same function, with a cell of full dimension for each piece. */
  readonly spline: MaxAffineSpline;
  /** The pieces kept, by their old index. */
  readonly kept: number[];
  /** The pieces removed. */
  readonly redundant: number[];
}

/** What is left of an operator when its outputs are rid of redundant pieces. */
export interface ReducedOperator {
  /** The same function; outputs with fewer pieces than others repeat their last one. */
  readonly operator: MaxAffineSplineOperator;
  /** What is left of each output [K]. */
  readonly outputs: readonly Reduced[];
}

/**
 * Finds and removes redundant pieces of a spline, or of each output of an operator: those that are
 * nowhere the only largest one.
 *
 * Piece r is needed if and only if some x makes its lead over all others positive. That lead is
 * found by a linear program, max t with ⟨a_r − a_j, x⟩ + b_r − b_j ≥ t for all j ≠ r and t ≤ 1 (by
 * HiGHS); a lead of at most `tolerance`, in units of the values, counts as none. Of equal pieces the
 * first is kept. Up to that tolerance the function is the same as before.
 *
 * @throws Error if a linear program can't be solved
 * @example
 * const spline = new MaxAffineSpline([[-1], [0], [1]], [0, -1, 0]);
 * const { kept } = await removeRedundantPieces(spline);
 * kept; // [0, 2]: the constant -1 lies below |x|
 */
export async function removeRedundantPieces(
  spline: MaxAffineSpline,
  options?: { readonly tolerance?: number },
): Promise<Reduced>;
export async function removeRedundantPieces(
  operator: MaxAffineSplineOperator,
  options?: { readonly tolerance?: number },
): Promise<ReducedOperator>;
export async function removeRedundantPieces(
  splines: MaxAffineSpline | MaxAffineSplineOperator,
  { tolerance = 1e-7 }: { readonly tolerance?: number } = {},
): Promise<Reduced | ReducedOperator> {
  const load = require("highs") as typeof import("highs").default;
  const highs = await load();
  if (splines instanceof MaxAffineSpline) return reduced(splines, highs, tolerance);
  const outputs = Array.from({ length: splines.outputs }, (_, k) =>
    reduced(splines.output(k), highs, tolerance),
  );
  return { operator: MaxAffineSplineOperator.of(outputs.map(({ spline }) => spline)), outputs };
}

function reduced(spline: MaxAffineSpline, highs: Solver, tolerance: number): Reduced {
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
  // x_i in units in which its steepest difference is 1: the solver takes 1e25 for infinity. x is free,
  // so that the lead is the same.
  const units = Array.from({ length: dimension }, (_, i) =>
    powerOfTwoBelow(
      others.reduce(
        (most, j) => Math.max(most, Math.abs(A[r * dimension + i]! - A[j * dimension + i]!)),
        0,
      ),
    ),
  );
  const rows = others.map((j) => {
    const terms = Array.from({ length: dimension }, (_, i) => {
      const difference = (A[r * dimension + i]! - A[j * dimension + i]!) / units[i]!;
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
