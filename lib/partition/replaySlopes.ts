import { Graph } from "../network";
import { Relu, sizeOf } from "../spline/operators";
import type { LoggedCodes } from "./CodeLog";
import { DenseChain } from "./DenseChain";
import type { CheckedSlice } from "./Slice";

/** Told ∂f/∂s and ∂f/∂t [C each] of a cell; the arrays are the same for all cells. */
export type SlopeVisitor = (cell: number, ds: Float64Array, dt: Float64Array) => void;

/**
 * Visits ∂f/∂s and ∂f/∂t of one cell after the other, from the log of their codes: what refinement
 * does, without its geometry.
 *
 * From a cell to the next few units change, and each changes the outputs by a rank-one term: for
 * chains of dense layers, for which `DenseChain.fits`. Exact up to rounding, as refinement itself.
 */
export function replaySlopes(
  { inputShape, nodes, outputShape }: Graph,
  slice: CheckedSlice,
  logs: readonly LoggedCodes[],
  visit: SlopeVisitor,
): void {
  // A stage more, whose units read the outputs and never change.
  const operator = new Relu([sizeOf(outputShape)]);
  const whole = new Graph(inputShape, [...nodes, { name: "f", operator, inputs: [nodes.length] }]);
  const chain = new DenseChain(whole, slice, 1, nodes.length + 1);
  const { stages } = chain;
  const last = stages.length - 1;
  const starts = [0];
  for (const { code } of stages) starts.push(starts.at(-1)! + code.length);

  /** Makes changes low … high − 1 of a list of units and pieces; they come layer by layer. */
  const change = (
    units: ArrayLike<number>,
    pieces: ArrayLike<number>,
    low: number,
    high: number,
  ): void => {
    let s = 0;
    for (let at = low; at < high; ) {
      while (units[at]! >= starts[s + 1]!) chain.ready(++s);
      const [start, next] = [starts[s]!, starts[s + 1]!];
      const { code } = stages[s]!;
      let end = at + 1;
      while (end < high && units[end]! < next) end++;
      if (end - at > 1) chain.expect(s, end - at);
      for (; at < end; at++) {
        const k = units[at]! - start;
        if (code[k] !== pieces[at]) chain.flip(s, k, pieces[at]!);
      }
    }
    while (s < last) chain.ready(++s);
  };

  const { ds, dt } = stages[last]!;
  const all = Int32Array.from({ length: starts[last]! }, (_, k) => k);
  let cell = 0;
  for (const { units, pieces, ends, keyframes } of logs) {
    change(all, keyframes, 0, all.length);
    for (let i = 0; i < ends.length; i++) {
      if (i > 0) change(units, pieces, ends[i - 1]!, ends[i]!);
      visit(cell++, ds, dt);
    }
  }
}
