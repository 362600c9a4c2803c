import type { Random } from "../../random";
import { adaptivePartition } from "./adaptivePartition";
import { annealed } from "./annealed";
import { exchange } from "./exchange";
import { leastSquaresPartition } from "./leastSquaresPartition";
import type { Fit, Problem } from "./problem";
import { prune } from "./prune";
import { planeOfAll, voronoiStart } from "./voronoiStart";

/** The ways to fit; see {@link fitMaxAffine}. */
export type FitMethod = "exchange" | "leastSquaresPartition" | "adaptive" | "annealed";

/** What the ways to fit can be told. */
export interface EngineOptions {
  readonly exchanges: number;
  readonly directions: "coordinates" | number;
}

/** One start of a method that begins at random. */
export type Engine = (problem: Problem, draws: Random, options: EngineOptions) => Fit;

export const ENGINES: Readonly<Record<FitMethod, Engine>> = {
  leastSquaresPartition: (problem, draws) =>
    leastSquaresPartition(problem, voronoiStart(problem, draws, "uniform"), { revival: false }),

  /** More planes than wanted on random cells, pruned to K, then bettered by exchange. */
  exchange: (problem, draws, { exchanges }) => exchange(problem, pruned(problem, draws), exchanges),

  annealed: (problem, draws) => annealed(problem, pruned(problem, draws)),

  adaptive: (problem, draws, { directions }) =>
    adaptivePartition(problem, problem.planes, directions, draws).reduce((a, b) =>
      b.error < a.error ? b : a,
    ),
};

/** Planes to begin with, as a multiple of those wanted. */
const SURPLUS = 1.5;

/**
 * At most K planes, also tried with half as many, and so on: noise makes planes of small cells rise
 * above all others, and values that aren't convex have no use for many.
 */
function pruned(problem: Problem, draws: Random): Fit {
  const { y, planes: K, watch } = problem;
  if (K === 1) return leastSquaresPartition(problem, planeOfAll(problem, 1));
  const planes = Math.min(y.length, Math.ceil(SURPLUS * K));
  const start = voronoiStart({ ...problem, planes }, draws, "apart");
  const wide = leastSquaresPartition(problem, start, { mostSteps: 30 });
  const fit = prune(problem, wide, K);
  if (watch.stop()) return fit;
  const half = pruned({ ...problem, planes: Math.ceil(K / 2) }, draws);
  return half.error < fit.error ? half : fit;
}
