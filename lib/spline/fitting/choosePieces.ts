import { type Random, random } from "../../random";
import { assign } from "./assign";
import type { Fit, Problem } from "./problem";

/** How good a number of pieces is, for data that weren't fitted. */
export interface PiecesScore {
  /** K. */
  readonly pieces: number;
  /** Root mean square error, cross-validated or by generalised cross-validation. */
  readonly rmse: number;
}

/** How the number of pieces is chosen. */
export type Criterion = "crossValidation" | "generalised";

/** Fits one number of pieces after the other. */
export type FitEach = (problem: Problem, pieces: readonly number[], draws: Random) => Fit[];

/** Numbers of pieces worth trying: 1, 2, 3, …, then steps of about a quarter, up to small cells. */
export function piecesWorthTrying({ y, smallestCell }: Problem): number[] {
  const most = Math.max(1, Math.floor(y.length / smallestCell));
  const pieces: number[] = [];
  for (let K = 1; K <= most; K = Math.max(K + 1, Math.round(1.25 * K))) pieces.push(K);
  return pieces;
}

/**
 * Scores numbers of pieces: by the error on parts of the data that were left out in turn, or by
 * generalised cross-validation, SSE / (n (1 − K(d+1)/n)²), as in Hannah & Dunson (2013), which needs
 * one fit each but counts no more than the planes' own parameters.
 */
export function scorePieces(
  problem: Problem,
  pieces: readonly number[],
  fitEach: FitEach,
  { criterion, folds, seed }: { criterion: Criterion; folds: number; seed: number },
): PiecesScore[] {
  const errors =
    criterion === "generalised"
      ? generalised(problem, pieces, fitEach, random(seed).split("generalised"))
      : crossValidated(problem, pieces, fitEach, folds, random(seed).split("folds"));
  return pieces.map((K, i) => ({ pieces: K, rmse: Math.sqrt(errors[i]!) }));
}

function generalised(
  problem: Problem,
  pieces: readonly number[],
  fitEach: FitEach,
  draws: Random,
): number[] {
  const n = problem.y.length;
  return fitEach(problem, pieces, draws).map(({ error, planes }) => {
    const free = 1 - planes.length / n; // planes has K (d+1) entries
    return free > 0 ? error / free ** 2 : Number.POSITIVE_INFINITY;
  });
}

function crossValidated(
  problem: Problem,
  pieces: readonly number[],
  fitEach: FitEach,
  folds: number,
  draws: Random,
): number[] {
  const { X, y, dimension } = problem;
  const order = draws.permutation(y.length);
  const sums = pieces.map(() => 0);
  for (let fold = 0; fold < folds && !problem.watch.stop(); fold++) {
    const part = (wanted: boolean): Problem => {
      const chosen = Array.from(order.keys()).filter((i) => (i % folds === fold) === wanted);
      return {
        ...problem,
        X: Float64Array.from(
          chosen.flatMap((i) => {
            const n = order[i]!;
            return [...X.subarray(n * dimension, (n + 1) * dimension)];
          }),
        ),
        y: Float64Array.from(chosen, (i) => y[order[i]!]!),
      };
    };
    const out = part(true);
    fitEach(part(false), pieces, draws.split(`fold ${fold}`)).forEach(({ planes }, i) => {
      sums[i]! += assign(out, planes, new Int32Array(out.y.length)).error * out.y.length;
    });
  }
  return sums.map((sum) => sum / y.length);
}
