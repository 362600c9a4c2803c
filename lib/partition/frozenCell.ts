import { ActivationCode, type Graph } from "../network";
import type { Pieces } from "../spline/operators";
import type { CheckedSlice } from "./Slice";

/** The code of a cell, from the pieces that each node of the graph takes there. */
export function frozenCode({ nodes }: Graph, codes: readonly Pieces[]): ActivationCode {
  return ActivationCode.from(
    nodes.flatMap(({ operator }, n) =>
      operator.units > 0 ? [{ q: codes[n]!, pieces: operator.pieces }] : [],
    ),
  );
}

/** A [C × 2] and b [C] of a cell in the slice's coordinates. */
export function frozenSliceMap(
  graph: Graph,
  codes: readonly Pieces[],
  { origin, e1, e2 }: CheckedSlice,
): { A: Float64Array; b: Float64Array } {
  const [dx, dy] = [e1, e2].map((e) => graph.pushforward(codes, e));
  const A = new Float64Array(2 * dx!.length);
  for (let c = 0; c < dx!.length; c++) {
    A[2 * c] = dx![c]!;
    A[2 * c + 1] = dy![c]!;
  }
  return { A, b: graph.apply(codes, origin) };
}
