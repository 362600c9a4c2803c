import type { Random } from "../../random";
import { CellPlanes } from "./planes";
import type { Problem } from "./problem";

/**
 * Planes to start from, [K × (d+1)]: the affine fits of the Voronoi cells of K points. These are
 * drawn evenly (`uniform`), or far apart from each other (`apart`, k-means++ of Arthur &
 * Vassilvitskii 2007). Cells with too few points get the plane of all,
 * with `everyCell` moved to fit them.
 */
export function voronoiStart(
  problem: Problem,
  random: Random,
  seeds: "uniform" | "apart",
  everyCell = false,
): Float64Array {
  const { X, y, dimension, planes: K } = problem;
  const code = new Int32Array(y.length);
  const nearest = new Float64Array(y.length).fill(Number.POSITIVE_INFINITY);
  const order = random.permutation(y.length);
  for (let k = 0; k < K; k++) {
    const seed = k === 0 || seeds === "uniform" ? order[k]! : farFrom(nearest, random);
    for (let n = 0; n < y.length; n++) {
      let square = 0;
      for (let i = 0; i < dimension; i++) {
        square += (X[n * dimension + i]! - X[seed * dimension + i]!) ** 2;
      }
      if (square >= nearest[n]!) continue;
      nearest[n] = square;
      code[n] = k;
    }
  }
  const planes = planeOfAll(problem, K);
  new CellPlanes(problem, K).fit(code, planes, everyCell);
  return planes;
}

/** The least-squares plane of all points, K times. */
export function planeOfAll(problem: Problem, K: number): Float64Array {
  const plane = new Float64Array(problem.dimension + 1);
  new CellPlanes(problem, 1).fit(new Int32Array(problem.y.length), plane);
  return Float64Array.from({ length: K * plane.length }, (_, i) => plane[i % plane.length]!);
}

/** A point drawn in proportion to its squared distance from the nearest seed. */
function farFrom(nearest: Float64Array, random: Random): number {
  let draw = random.uniform(
    0,
    nearest.reduce((sum, square) => sum + square, 0),
  );
  const found = nearest.findIndex((square) => {
    draw -= square;
    return draw < 0;
  });
  return found >= 0 ? found : random.integer(0, nearest.length - 1); // all points are seeds already
}
