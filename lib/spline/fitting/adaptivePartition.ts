import type { Random } from "../../random";
import { extremes } from "../extremes";
import { assign, leaders, planeAt } from "./assign";
import { CellPlanes } from "./planes";
import type { Fit, Problem } from "./problem";
import { planeOfAll } from "./voronoiStart";

/** Places at which a cell is cut along a direction, evenly between its ends. */
const KNOTS = 10;

/** A cell cut in two, and the planes with it. */
interface Split {
  readonly planes: Float64Array;
  readonly code: Int32Array;
  readonly error: number;
}

/**
 * Convex adaptive partitioning (Hannah & Dunson 2013): one plane for all points; then, again and
 * again, the cell is cut in two whose cut lets the maximum of all planes fit best, and planes are
 * fitted anew on the partition that they imply. Cells keep a smallest size.
 *
 * Cuts are made along each coordinate, or along so many random directions a cell (FastCAP).
 * Returns the fits with 1, 2, 3, … planes; the last has fewer than `most` where no cell can be cut.
 * The error may rise on the way: an implied partition isn't the one that was cut.
 */
export function adaptivePartition(
  problem: Problem,
  most: number,
  directions: "coordinates" | number,
  random: Random,
): Fit[] {
  const { y, watch } = problem;
  let planes: Float64Array = planeOfAll(problem, 1);
  let code: Int32Array = new Int32Array(y.length);
  const path: Fit[] = [{ planes, error: assign(problem, planes, code).error, converged: true }];
  while (path.length < most && !watch.stop()) {
    const split = bestSplit(problem, planes, code, directions, random);
    if (split === undefined) break;
    ({ planes, code } = split);
    let { error } = split;
    // The implied partition replaces the cut one, if none of its cells is too small.
    const implied = new Int32Array(y.length);
    assign(problem, planes, implied);
    const cells = new CellPlanes(problem, path.length + 1);
    const refitted = planes.slice();
    cells.fit(implied, refitted);
    if (cells.counts.every((count) => count >= problem.smallestCell)) {
      [planes, code] = [refitted, implied];
      error = assign(problem, planes, implied.slice()).error;
    }
    path.push({ planes, error, converged: true });
    watch.found(error);
  }
  return path;
}

/** Points that a cell must keep, as published: max(2(d+1), n / (3 ln n)). */
export function publishedSmallestCell(points: number, dimension: number): number {
  return Math.max(2 * (dimension + 1), points / (3 * Math.log(points)));
}

function bestSplit(
  problem: Problem,
  planes: Float64Array,
  code: Int32Array,
  directions: "coordinates" | number,
  random: Random,
): Split | undefined {
  const { X, y, dimension, ridge, watch, smallestCell: enough } = problem;
  const width = dimension + 1;
  const K = planes.length / width;
  const { first, best, second } = leaders(problem, planes);
  let found: { error: number; cell: number; halves: Float64Array; above: Set<number> } | undefined;
  for (let cell = 0; cell < K && !watch.stop(); cell++) {
    const members = Array.from(code.keys()).filter((n) => code[n] === cell);
    if (members.length < 2 * enough) continue;
    // What all other planes reach.
    const others = best.map((value, n) => (first[n] === cell ? second[n]! : value));
    const points = Float64Array.from(
      members.flatMap((n) => [...X.subarray(n * dimension, (n + 1) * dimension)]),
    );
    const values = Float64Array.from(members, (n) => y[n]!);
    const halves = new CellPlanes({ X: points, y: values, dimension, ridge }, 2);
    for (const direction of drawDirections(dimension, directions, random)) {
      const along = members.map((_, m) => planeAt(direction, 0, points, m * dimension, dimension));
      const [from, to] = extremes(along);
      for (let knot = 1; knot <= KNOTS; knot++) {
        const cut = from + ((to - from) * knot) / (KNOTS + 1);
        const side = Int32Array.from(along, (value) => (value > cut ? 1 : 0));
        const above = side.reduce((sum, s) => sum + s, 0);
        if (above < enough || members.length - above < enough) continue;
        const pair = new Float64Array(2 * width);
        halves.fit(side, pair);
        const error = errorWith(problem, others, pair);
        if (found !== undefined && error >= found.error) continue;
        found = { error, cell, halves: pair, above: new Set(members.filter((_, m) => side[m])) };
      }
    }
  }
  if (found === undefined) return undefined;
  const { error, cell, halves, above } = found;
  const more = new Float64Array(planes.length + width);
  more.set(planes);
  more.set(halves.subarray(0, width), cell * width);
  more.set(halves.subarray(width), planes.length);
  return { planes: more, code: code.map((k, n) => (above.has(n) ? K : k)), error };
}

/** Mean square error of the maximum of two planes and of what the others reach. */
function errorWith({ X, y, dimension }: Problem, others: Float64Array, pair: Float64Array): number {
  let error = 0;
  for (let n = 0, x = 0; n < y.length; n++, x += dimension) {
    const below = planeAt(pair, 0, X, x, dimension);
    const above = planeAt(pair, dimension + 1, X, x, dimension);
    error += (y[n]! - Math.max(others[n]!, below, above)) ** 2;
  }
  return error / y.length;
}

/** Directions as planes without offset, [d+1]. */
function drawDirections(
  dimension: number,
  directions: "coordinates" | number,
  random: Random,
): Float64Array[] {
  const count = directions === "coordinates" ? dimension : directions;
  return Array.from({ length: count }, (_, i) => {
    const direction = new Float64Array(dimension + 1);
    if (directions === "coordinates") direction[i] = 1;
    else direction.set(random.normals(dimension));
    return direction;
  });
}
