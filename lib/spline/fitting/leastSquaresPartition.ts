import { assign, planeAt } from "./assign";
import { CellPlanes } from "./planes";
import type { Fit, Problem } from "./problem";

/** How long least-squares partition goes on, and what becomes of planes without points. */
export interface PartitionOptions {
  readonly mostSteps?: number;
  /** Puts a plane without points where the fit lies lowest; the published algorithm doesn't. */
  readonly revival?: boolean;
  /** Fits cells of few points too, which otherwise keep their planes. */
  readonly everyCell?: boolean;
}

/**
 * Least-squares partition (Magnani & Boyd 2009): fit a plane to each cell, give each point to the
 * plane that is largest there, and again. The error may rise on the way and the partition may go
 * in circles, so that the best is kept.
 */
export function leastSquaresPartition(
  problem: Problem,
  start: Float64Array,
  { mostSteps = 100, revival = true, everyCell = false }: PartitionOptions = {},
): Fit {
  const { y, dimension, watch } = problem;
  const planes = start.slice();
  const K = planes.length / (dimension + 1);
  const code = new Int32Array(y.length);
  const cells = new CellPlanes(problem, K);
  let best: Fit = { planes: start, error: assign(problem, planes, code).error, converged: false };
  for (let step = 0; step < mostSteps && !watch.stop(); step++) {
    cells.fit(code, planes, everyCell);
    if (revival) revive(problem, planes, cells.counts, code);
    const { error, moved } = assign(problem, planes, code);
    if (error < best.error) best = { planes: planes.slice(), error, converged: false };
    if (K === problem.planes) watch.found(best.error);
    if (moved === 0) return { ...best, converged: true };
  }
  return best;
}

/** A plane that is largest nowhere is put where the fit lies lowest below the values. */
function revive(
  { X, y, dimension }: Problem,
  planes: Float64Array,
  counts: Int32Array,
  code: Int32Array,
): void {
  const width = dimension + 1;
  counts.forEach((count, k) => {
    if (count > 0) return;
    let [worst, at] = [0, -1];
    for (let n = 0; n < y.length; n++) {
      const short = y[n]! - planeAt(planes, code[n]! * width, X, n * dimension, dimension);
      if (short > worst) {
        worst = short;
        at = n;
      }
    }
    if (at < 0) return; // nothing lies above the fit: there is nothing for it to do
    const from = code[at]! * width;
    planes.copyWithin(k * width, from, from + width);
    planes[k * width + dimension]! += worst;
    code[at] = k;
  });
}
