import type { Random } from "../../random";
import { annealed } from "./annealed";
import { leastSquaresPartition } from "./leastSquaresPartition";
import type { Fit, Problem } from "./problem";
import { voronoiStart } from "./voronoiStart";

/** Starts: small problems have many local minima, and cost little. */
const STARTS = 12;
/** Most points times planes of a small problem. */
const SMALL = 300;

/** Whether a problem is searched through cheaply. */
export const isSmall = ({ y, planes }: Problem): boolean => y.length * planes <= SMALL;

/** Whether some cells must have too few points for the planes of other methods. */
const pointsAreFew = ({ y, dimension, planes }: Problem): boolean =>
  y.length < 2 * (dimension + 1) * planes;

/**
 * The best of many starts in which every cell has its plane, however few its points are: least
 * squares alone, where no cell has points enough to tell noise from shape.
 */
export function fitFewPoints(problem: Problem, fit: Fit, draws: Random): Fit {
  if (!isSmall(problem) || !pointsAreFew(problem)) return fit;
  let best = fit;
  for (let i = 0; i < STARTS && best.error > problem.rounding && !problem.watch.stop(); i++) {
    const start = voronoiStart(problem, draws, i % 2 === 0 ? "uniform" : "apart", true);
    const fitted = leastSquaresPartition(problem, start, { everyCell: true });
    const refined = leastSquaresPartition(problem, annealed(problem, fitted, 8).planes, {
      everyCell: true,
    });
    for (const each of [fitted, refined]) if (each.error < best.error) best = each;
  }
  return best;
}
