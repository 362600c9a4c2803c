import { extremes } from "../extremes";
import { leaders } from "./assign";
import { leastSquaresPartition } from "./leastSquaresPartition";
import type { Fit, Problem } from "./problem";

/**
 * Takes planes away until K are left: each time the one whose loss costs least, then a few steps of
 * least-squares partition. Begun with more planes than wanted, it finds planes that K starting
 * points would have missed.
 */
export function prune(problem: Problem, fit: Fit, K: number): Fit {
  const width = problem.dimension + 1;
  let current = fit;
  for (let count = fit.planes.length / width; count > K; count--) {
    const least = cheapest(problem, current.planes);
    const planes = new Float64Array((count - 1) * width);
    planes.set(current.planes.subarray(0, least * width));
    planes.set(current.planes.subarray((least + 1) * width), least * width);
    const mostSteps = count - 1 > K ? 3 : 40;
    current = leastSquaresPartition(problem, planes, { mostSteps });
  }
  return current;
}

/** The plane without which the squared error grows least. */
function cheapest(problem: Problem, planes: Float64Array): number {
  const { y, dimension } = problem;
  const costs = new Float64Array(planes.length / (dimension + 1));
  const { first, best, second } = leaders(problem, planes);
  for (let n = 0; n < y.length; n++) {
    costs[first[n]!]! += (y[n]! - second[n]!) ** 2 - (y[n]! - best[n]!) ** 2;
  }
  return costs.indexOf(extremes(costs)[0]);
}
