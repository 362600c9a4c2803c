import { type Fit, leastSquaresPartition, type Problem } from "./leastSquaresPartition";

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
    current = leastSquaresPartition(
      { ...problem, planes: count - 1 },
      planes,
      count - 1 > K ? 3 : 100,
    );
  }
  return current;
}

/** The plane without which the squared error grows least. */
function cheapest({ X, y, dimension }: Problem, planes: Float64Array): number {
  const width = dimension + 1;
  const costs = new Float64Array(planes.length / width);
  for (let n = 0, x = 0; n < y.length; n++, x += dimension) {
    let [best, second, piece] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
    for (let k = 0, p = 0; p < planes.length; k++, p += width) {
      let value = planes[p + dimension]!;
      for (let i = 0; i < dimension; i++) value += planes[p + i]! * X[x + i]!;
      if (value > best) {
        second = best;
        best = value;
        piece = k;
      } else if (value > second) {
        second = value;
      }
    }
    costs[piece]! += (y[n]! - second) ** 2 - (y[n]! - best) ** 2;
  }
  return costs.indexOf(Math.min(...costs));
}
