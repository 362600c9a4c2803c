import { leaders } from "./assign";
import { leastSquaresPartition } from "./leastSquaresPartition";
import { CellPlanes } from "./planes";
import type { Fit, Problem } from "./problem";
import { prune } from "./prune";

/** Planes added at a time, and how many fruitless rounds end the search. */
const ADDED = 3;
const PATIENCE = 4;

/**
 * Betters a fit by exchange: planes are added where it is worst, all are fitted anew, and as many
 * are taken away, those that cost least; kept if the error is less.
 *
 * Least-squares partition alone only moves borders; this moves planes to where they are needed.
 */
export function exchange(problem: Problem, fit: Fit, mostRounds: number): Fit {
  let best = fit;
  let fruitless = 0;
  // Where an exchange didn't help, the next one tries other places.
  let skipped = 0;
  for (let round = 0; round < mostRounds && fruitless < PATIENCE; round++) {
    if (best.error <= problem.rounding || problem.watch.stop()) break;
    const wide = addPlanes(problem, best.planes, skipped);
    const fitted = leastSquaresPartition(problem, wide, { mostSteps: 10 });
    const candidate = prune(problem, fitted, problem.planes);
    if (candidate.error < best.error * (1 - 1e-6)) {
      best = candidate;
      [fruitless, skipped] = [0, 0];
    } else {
      fruitless++;
      skipped += ADDED;
    }
  }
  return best;
}

/** Adds affine fits of the neighbourhoods of the points that are fitted worst, far from each other. */
function addPlanes(problem: Problem, planes: Float64Array, skipped: number): Float64Array {
  const { X, y, dimension, ridge } = problem;
  const width = dimension + 1;
  const residuals = residualsOf(problem, planes);
  const wide = new Float64Array(planes.length + ADDED * width);
  wide.set(planes);
  const near = Math.min(y.length, 3 * width);
  for (let m = -skipped; m < ADDED; m++) {
    const at = residuals.reduce((worst, v, n) => (v > residuals[worst]! ? n : worst), 0);
    const distances = Float64Array.from(y, (_, n) => {
      let square = 0;
      for (let i = 0; i < dimension; i++)
        square += (X[n * dimension + i]! - X[at * dimension + i]!) ** 2;
      return square;
    });
    const order = Array.from(distances.keys()).sort((a, b) => distances[a]! - distances[b]!);
    const neighbours = order.slice(0, near);
    for (const n of neighbours) residuals[n] = 0;
    if (m < 0) continue;
    const points = Float64Array.from(
      neighbours.flatMap((n) => [...X.subarray(n * dimension, (n + 1) * dimension)]),
    );
    const values = Float64Array.from(neighbours, (n) => y[n]!);
    const plane = wide.subarray(planes.length + m * width, planes.length + (m + 1) * width);
    const nearby = { X: points, y: values, dimension, ridge };
    new CellPlanes(nearby, 1).fit(new Int32Array(near), plane);
  }
  return wide;
}

function residualsOf(problem: Problem, planes: Float64Array): Float64Array {
  const { best } = leaders(problem, planes);
  return problem.y.map((value, n) => Math.abs(value - best[n]!));
}
