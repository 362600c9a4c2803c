import type { Random } from "../../random";
import { CellPlanes } from "./planes";

/** Points, shifted to mean 0, their values, and how many planes are fitted. */
export interface Problem {
  /** [n × d]. */
  readonly X: Float64Array;
  readonly y: Float64Array;
  readonly dimension: number;
  readonly planes: number;
  readonly ridge: number;
}

/** Planes [K × (d+1)], slopes first, and the mean square of their residuals. */
export interface Fit {
  readonly planes: Float64Array;
  readonly error: number;
  /** Whether the partition came to rest. */
  readonly converged: boolean;
}

/**
 * Least-squares partition (Magnani & Boyd 2009): fit a plane to each cell, give each point to the
 * plane that is largest there, and again. The error may rise on the way and the partition may go
 * in circles, so that the best is kept.
 */
export function leastSquaresPartition(problem: Problem, start: Float64Array, mostSteps = 100): Fit {
  const { X, y, dimension, planes: cells } = problem;
  const planes = start.slice();
  const code = new Int32Array(y.length);
  const moments = new CellPlanes(X, y, dimension, cells, problem.ridge);
  let best: Fit = { planes: start, error: assign(problem, planes, code).error, converged: false };
  for (let step = 0; step < mostSteps; step++) {
    moments.fit(code, planes);
    revive(problem, planes, moments.counts, code);
    const { error, moved } = assign(problem, planes, code);
    const converged = moved === 0;
    if (error < best.error) best = { planes: planes.slice(), error, converged };
    if (converged) return { ...best, converged };
  }
  return best;
}

/** Planes to start from: the affine fits of the Voronoi cells of K points drawn as by k-means++. */
export function voronoiStart(problem: Problem, random: Random): Float64Array {
  const { X, y, dimension, planes: cells, ridge } = problem;
  const code = new Int32Array(y.length);
  const nearest = new Float64Array(y.length).fill(Number.POSITIVE_INFINITY);
  let seed = random.integer(0, y.length - 1);
  for (let k = 0; k < cells; k++) {
    let total = 0;
    for (let n = 0; n < y.length; n++) {
      let square = 0;
      for (let i = 0; i < dimension; i++) {
        square += (X[n * dimension + i]! - X[seed * dimension + i]!) ** 2;
      }
      if (square < nearest[n]!) {
        nearest[n] = square;
        code[n] = k;
      }
      total += nearest[n]!;
    }
    let draw = random.uniform(0, total);
    seed = nearest.findIndex((square) => {
      draw -= square;
      return draw < 0;
    });
    if (seed < 0) seed = random.integer(0, y.length - 1); // all points are seeds already
  }
  const planes = new Float64Array(cells * (dimension + 1));
  const moments = new CellPlanes(X, y, dimension, cells, ridge);
  // Cells with too few points keep the plane of all.
  const whole = new Float64Array(dimension + 1);
  new CellPlanes(X, y, dimension, 1, ridge).fit(new Int32Array(y.length), whole);
  for (let k = 0; k < cells; k++) planes.set(whole, k * (dimension + 1));
  moments.fit(code, planes);
  return planes;
}

/** Gives each point to its largest plane; tells the mean square error and how many points moved. */
export function assign(
  { X, y, dimension }: Problem,
  planes: Float64Array,
  code: Int32Array,
): { error: number; moved: number } {
  const width = dimension + 1;
  let [error, moved] = [0, 0];
  for (let n = 0, x = 0; n < y.length; n++, x += dimension) {
    let [best, piece] = [Number.NEGATIVE_INFINITY, 0];
    for (let k = 0, p = 0; p < planes.length; k++, p += width) {
      let value = planes[p + dimension]!;
      for (let i = 0; i < dimension; i++) value += planes[p + i]! * X[x + i]!;
      if (value > best) {
        best = value;
        piece = k;
      }
    }
    if (code[n] !== piece) moved++;
    code[n] = piece;
    error += (y[n]! - best) ** 2;
  }
  return { error: error / y.length, moved };
}

/** A plane that is largest nowhere is put where the fit is worst from below. */
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
      let value = planes[code[n]! * width + dimension]!;
      for (let i = 0; i < dimension; i++) {
        value += planes[code[n]! * width + i]! * X[n * dimension + i]!;
      }
      if (y[n]! - value > worst) {
        worst = y[n]! - value;
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
