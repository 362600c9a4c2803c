import { type Random, random } from "../../random";
import { extremes } from "../extremes";
import type { MaxAffineSpline } from "../MaxAffineSpline";
import { adaptivePartition, publishedSmallestCell } from "./adaptivePartition";
import { annealed } from "./annealed";
import { type Criterion, type PiecesScore, piecesWorthTrying, scorePieces } from "./choosePieces";
import { ENGINES, type FitMethod } from "./engines";
import { fitFewPoints, isSmall } from "./fewPoints";
import { type Fit, type Problem, standardised, type Watch } from "./problem";

/** How a max-affine spline is fitted. */
export interface FitOptions {
  /**
   * - `exchange` (default): least-squares partition from more planes than wanted, of which the
   *   cheapest are pruned; then planes are moved to where the fit is worst, as long as that helps;
   *   in the end the best start is refined as by `annealed`
   * - `leastSquaresPartition`: the algorithm of Magnani & Boyd (2009) alone, from random cells
   * - `adaptive`: convex adaptive partitioning (Hannah & Dunson 2013), cell by cell
   * - `annealed`: the start of `exchange`, refined with a soft maximum that becomes hard
   */
  readonly method?: FitMethod;
  /** Starts, of which the best is kept; by default 3, and 1 for `adaptive` along coordinates. */
  readonly restarts?: number;
  readonly seed?: number;
  /** Added to the diagonal of the normal equations, in units of standardised coordinates. */
  readonly ridge?: number;
  /** For `exchange`: the most rounds of exchange. */
  readonly exchanges?: number;
  /** For `adaptive`: cuts along coordinates, or along so many random directions (FastCAP). */
  readonly directions?: "coordinates" | number;
  /**
   * Points that a cell of `adaptive` must keep; by default max(2(d+1), n / (3 ln n)), as published.
   * Smaller cells follow steep ends better, and noise too. K = "auto" tries up to n divided by it.
   */
  readonly smallestCell?: number;
  /** How K is chosen where it isn't given. */
  readonly criterion?: Criterion;
  /** Parts of the data for cross-validation. */
  readonly folds?: number;
  /**
   * Stops after the present step, with the best found so far. Fitting is synchronous: no timer runs
   * meanwhile, so abort from `onProgress`.
   */
  readonly signal?: AbortSignal;
  /** Called after each step of the search. */
  readonly onProgress?: (progress: FitProgress) => void;
}

/** How far a fit is. */
export interface FitProgress {
  /** Starts done. */
  readonly done: number;
  /** Starts in all; while K is chosen, a new count begins for each fit. */
  readonly of: number;
  /** Steps of all starts. */
  readonly steps: number;
  /** Least root mean square error so far, in units of y; +∞ before the first fit. */
  readonly rmse: number;
}

/** A fitted spline, and how good it is. */
export interface MaxAffineFit {
  /** Of K pieces; of fewer where these fit better, or `adaptive` found no cell to cut any more. */
  readonly spline: MaxAffineSpline;
  /** Root mean square of the residuals on the data fitted, in units of y. */
  readonly rmse: number;
  /** Whether the best start came to rest; otherwise more steps might have bettered it. */
  readonly converged: boolean;
  /**
   * Root mean square error of each start, in units of y, in their order: how far apart the local
   * minima are. No start follows one that is exact.
   */
  readonly starts: readonly number[];
  /** Where K was chosen: what each number of pieces was found to be worth. */
  readonly scores?: readonly PiecesScore[];
}

/**
 * Fits a max-affine spline s(x) = max_k ⟨a_k, x⟩ + b_k of K pieces to points X [n × d], row-major,
 * and values y [n] by least squares, min Σ_n (s(x_n) − y_n)². K is a number, a list of numbers to
 * choose from, or `"auto"`: by cross-validation then, unless `criterion` says otherwise.
 *
 * More pieces never fit worse where n K ≤ 300: smaller numbers are tried as well then, and cells of a
 * few points get planes of their own.
 *
 * The problem isn't convex: what is found is the best of several starts, not a proven optimum.
 * Pieces may be left without points; `removeRedundantPieces` removes those without a cell. A spline
 * is convex: of values that aren't, it is the wrong model, and the error says so.
 *
 * @throws RangeError on wrong shapes, NaN, infinities, fewer points than K, options out of range, or
 * an abort before the first step
 * @example
 * const x = Float64Array.from({ length: 201 }, (_, i) => i / 100 - 1);
 * const { spline, rmse } = fitMaxAffine(x, x.map((v) => v * v), 4);
 * spline.pieces; // 4
 * rmse < 0.02; // true
 */
export function fitMaxAffine(
  X: ArrayLike<number>,
  y: ArrayLike<number>,
  K: number | readonly number[] | "auto",
  options: FitOptions = {},
): MaxAffineFit {
  const { splineOf, ...data } = standardised(X, y);
  const settings = checked(options);
  const { seed, ridge, criterion, folds } = settings;
  const observer = new Observer(options);
  const smallestCell = options.smallestCell ?? publishedSmallestCell(data.y.length, data.dimension);
  const problem: Problem = { ...data, planes: 1, ridge, smallestCell, watch: observer };
  const pieces = typeof K === "number" ? [K] : K === "auto" ? piecesWorthTrying(problem) : [...K];
  checkPieces(pieces, data.y.length);
  if (options.signal?.aborted) throw new RangeError("the fit was aborted before its first start");

  const each = (part: Problem, counts: readonly number[], draws: Random) =>
    fitEach(part, counts, draws, settings, observer).map(({ best }) => best);
  const scores =
    typeof K === "number"
      ? undefined
      : scorePieces(problem, pieces, each, { criterion, folds, seed });
  const chosen = scores?.reduce((a, b) => (b.rmse < a.rmse ? b : a)).pieces ?? pieces[0]!;

  const { best, starts } = nested(problem, chosen, settings, observer);
  return {
    spline: splineOf(best.planes),
    rmse: Math.sqrt(best.error),
    converged: best.converged && !options.signal?.aborted,
    starts,
    ...(scores && { scores }),
  };
}

/**
 * The best fit of K pieces; on small data also of all smaller numbers, each found as if it had been
 * asked for, so that more pieces never fit worse.
 */
function nested(problem: Problem, K: number, settings: Settings, observer: Observer): Started {
  const of = (k: number) => fitEach(problem, [k], random(settings.seed), settings, observer)[0]!;
  const { best: own, starts } = of(K);
  let best = own;
  // The path of `adaptive` is nested already.
  const smaller = settings.method !== "adaptive" && isSmall({ ...problem, planes: K }) ? K - 1 : 0;
  for (let k = smaller; k >= 1 && best.error > problem.rounding && !observer.stopped; k--) {
    const fewer = of(k).best;
    if (fewer.error < best.error) best = fewer;
  }
  return { best, starts };
}

interface Started {
  readonly best: Fit;
  readonly starts: readonly number[];
}

/** The best of several starts for each number of pieces. */
function fitEach(
  problem: Problem,
  pieces: readonly number[],
  draws: Random,
  settings: Settings,
  observer: Observer,
): Started[] {
  const { method, directions } = settings;
  if (method === "adaptive" && directions === "coordinates") {
    // One way only, and it passes through all smaller numbers of pieces.
    observer.begin(1);
    const [, most] = extremes(pieces);
    const path = adaptivePartition({ ...problem, planes: most }, most, directions, draws);
    return pieces.map((K) => {
      const best = path.slice(0, K).reduce((a, b) => (b.error < a.error ? b : a));
      return { best, starts: [Math.sqrt(best.error)] };
    });
  }
  return pieces.map((planes) => {
    observer.begin(settings.restarts);
    const starts: Fit[] = [];
    do {
      starts.push(ENGINES[method]({ ...problem, planes }, draws, settings));
      observer.startDone();
    } while (
      starts.length < settings.restarts &&
      starts.at(-1)!.error > problem.rounding &&
      !observer.stopped
    );
    const first = starts.reduce((a, b) => (b.error < a.error ? b : a));
    // From a good fit, a little softness is enough.
    const refined = method === "exchange" ? annealed({ ...problem, planes }, first, 8) : first;
    const best =
      method === "leastSquaresPartition"
        ? refined
        : fitFewPoints({ ...problem, planes }, refined, draws);
    return { best, starts: starts.map(({ error }) => Math.sqrt(error)) };
  });
}

/** Counts steps and starts, tells of them, and hears of an abort. */
class Observer implements Watch {
  private done = 0;
  private of = 0;
  private steps = 0;
  private error = Number.POSITIVE_INFINITY;

  constructor(private readonly listener: Pick<FitOptions, "signal" | "onProgress">) {}

  get stopped(): boolean {
    return this.listener.signal?.aborted === true;
  }

  begin(starts: number): void {
    [this.done, this.of, this.error] = [0, starts, Number.POSITIVE_INFINITY];
  }

  startDone(): void {
    this.done++;
    this.tell();
  }

  found(error: number): void {
    this.error = Math.min(this.error, error);
  }

  stop(): boolean {
    this.steps++;
    this.tell();
    return this.stopped;
  }

  private tell(): void {
    if (this.stopped) return;
    const { done, of, steps } = this;
    this.listener.onProgress?.({ done, of, steps, rmse: Math.sqrt(this.error) });
  }
}

type Settings = Required<Omit<FitOptions, "signal" | "onProgress" | "smallestCell">>;

function checked(options: FitOptions): Settings {
  const settings = {
    method: "exchange" as const,
    restarts: 3,
    seed: 1,
    ridge: 0,
    exchanges: 10,
    directions: "coordinates" as const,
    criterion: "crossValidation" as const,
    folds: 5,
    ...options,
  };
  const { method, ridge, directions, criterion } = settings;
  if (!(method in ENGINES)) {
    throw new RangeError(`method is "${method}", expected one of ${Object.keys(ENGINES)}`);
  }
  if (criterion !== "crossValidation" && criterion !== "generalised") {
    throw new RangeError(`criterion is "${criterion}", expected crossValidation or generalised`);
  }
  if (!(Number.isFinite(ridge) && ridge >= 0)) {
    throw new RangeError(`ridge is ${ridge}, expected a finite number, 0 or more`);
  }
  const least = {
    restarts: 1,
    exchanges: 0,
    folds: 2,
    ...(directions !== "coordinates" && { directions: 1 }),
    ...(options.smallestCell !== undefined && { smallestCell: 1 }),
  };
  for (const [name, from] of Object.entries(least)) {
    const value = settings[name as "restarts"];
    if (Number.isInteger(value) && value >= from) continue;
    throw new RangeError(`${name} are ${value}, expected an integer from ${from}`);
  }
  return settings;
}

function checkPieces(pieces: readonly number[], points: number): void {
  if (pieces.length === 0) throw new RangeError("K is an empty list, expected numbers of pieces");
  for (const K of pieces) {
    if (Number.isInteger(K) && K >= 1 && K <= points) continue;
    throw new RangeError(`K is ${K}, expected an integer from 1 to the ${points} points`);
  }
}
