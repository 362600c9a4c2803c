import type { Random } from "../random";
import { checkCount } from "./checkCount";
import { extremes } from "./extremes";
import { largestMagnitude } from "./magnitude";
import { OperatorProbe } from "./OperatorProbe";
import { makePieces, type Operator, sizeOf } from "./operators";
import { toDifferenceOfMasos, toMaso } from "./toMaso";

/** How an operator is tried. */
export interface CheckOptions {
  /** Where the points come from. */
  readonly random: Random;
  /** Number of points for each property; 60 if left out. */
  readonly samples?: number;
  /** Points have coordinates of about 0.1, 1 and 10 times this; 1 if left out. */
  readonly scale?: number;
  /**
   * Checks only what takes a few passes (writes, frozen, affine, transposes), so that operators of any
   * size can be checked; false if left out.
   */
  readonly quick?: boolean;
}

/** One property of the contract, as it was found. */
export interface CheckedProperty {
  readonly property: string;
  /** The largest deviation, or what else the bound is about. */
  readonly measured: number;
  readonly bound: number;
  readonly relation: "at most" | "at least";
  readonly passed: boolean;
  /** What was looked at: "18 ties", "not convex: violation found". */
  readonly note: string;
}

/**
 * What {@link checkOperator} found; prints as a table.
 *
 * @example
 * const report = checkOperator(new Relu([2]), { random: random(1) });
 * report.properties.length; // 12
 * report.properties.every(({ passed }) => passed); // true
 */
export class OperatorReport {
  constructor(
    readonly kind: string,
    readonly properties: readonly CheckedProperty[],
  ) {}

  /** Names of the properties that don't hold. */
  get failed(): string[] {
    return this.properties.filter(({ passed }) => !passed).map(({ property }) => property);
  }

  toString(): string {
    const rows = this.properties.map(({ property, measured, relation, bound, passed, note }) => [
      passed ? "✓" : "✗",
      property,
      `${short(measured)} ${relation} ${short(bound)}`,
      note,
    ]);
    const widths = [0, 1, 2, 3].map((i) => Math.max(...rows.map((row) => row[i]!.length)));
    const lines = rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i]!)).join("  "));
    return [this.kind, ...lines.map((line) => `  ${line.trimEnd()}`)].join("\n");
  }
}

/**
 * An operator that breaks the contract; its message holds the table, `report` the numbers.
 *
 * @example
 * const wrong = Object.assign(activations.abs([2]), { nondecreasing: true });
 * let failed: string[] = [];
 * try {
 *   checkOperator(wrong, { random: random(1) });
 * } catch (error) {
 *   if (error instanceof OperatorContractError) failed = error.report.failed;
 * }
 * failed; // ["nondecreasing"]
 */
export class OperatorContractError extends Error {
  override readonly name = "OperatorContractError";

  constructor(readonly report: OperatorReport) {
    super(`these properties don't hold: ${report.failed.join(", ")}\n${report}`);
  }
}

/** Rounding: equalities that hold exactly in exact arithmetic, relative to the size of the values. */
const EXACT = 1e-12;
/** Finite differences with steps of 1e-4 in one piece: rounding over the step. */
const DIFFERENCES = 1e-6;
/** What counts as a violation of convexity, well above rounding. */
const VIOLATION = 1e-9;

type Finding = Omit<CheckedProperty, "property" | "passed">;

const atMost = (measured: number, bound: number, note = ""): Finding => ({
  measured,
  bound,
  relation: "at most",
  note,
});
const atLeast = (measured: number, bound: number, note = ""): Finding => ({
  measured,
  bound,
  relation: "at least",
  note,
});

/**
 * The contract of operators: checks one at random points, at ties and across them, and returns a
 * report that prints as a table. For those who add an operator; every operator of the dictionary
 * passes it. Meant for small shapes: it writes out the tensors.
 *
 * - writes: all of the output, of the code and of the pullback is written, nothing of the input, and
 *   pieces are below R
 * - frozen: apply(code(x), x) = forward(x), also after other points were run
 * - affine: for a frozen code, apply is pushforward plus a constant, and pushforward is linear
 * - transposes: ⟨g, J v⟩ = ⟨Jᵀ g, v⟩
 * - derivative: pushforward equals finite differences inside a cell
 * - constancy: between two points of one code the map is affine
 * - max form, or difference form: the tensors of {@link toMaso} or {@link toDifferenceOfMasos}
 *   give the same values
 * - convex: midpoint convexity where `convex` is claimed, and a violation where it is denied
 * - nondecreasing: no negative entry of J where claimed; one where denied, in a piece as it is
 *   written, though it may be redundant
 * - continuous: both sides of a change of code have the same value
 * - ties: where two pieces are equal, the lower one is taken
 * - tie margin: 0 at ties, never negative, +∞ without units
 *
 * Sampling can't prove: a violation smaller than rounding or in a corner never met goes unseen.
 *
 * @throws OperatorContractError with the report if any property fails
 * @throws RangeError on options out of range, or if the operator's tensors are too large to be written
 *   out: take `quick` then
 * @example
 * checkOperator(activations.leakyRelu([3], 0.1), { random: random(1) }).failed; // []
 */
export function checkOperator(
  operator: Operator,
  { random, samples = 60, scale = 1, quick = false }: CheckOptions,
): OperatorReport {
  checkCount("samples", samples);
  if (!(scale > 0 && scale < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`scale is ${scale}, expected a finite number above 0`);
  }
  const probe = new OperatorProbe(operator, random, samples, scale);
  const findings: Record<string, Finding> = {
    writes: writes(probe),
    frozen: frozen(probe),
    affine: affine(probe),
    transposes: transposes(probe),
    ...(quick ? {} : thorough(probe)),
  };
  const report = new OperatorReport(
    operator.kind,
    Object.entries(findings).map(([property, finding]) => ({
      property,
      ...finding,
      passed:
        finding.relation === "at most"
          ? finding.measured <= finding.bound
          : finding.measured >= finding.bound, // both false for NaN
    })),
  );
  if (report.failed.length > 0) throw new OperatorContractError(report);
  return report;
}

function thorough(probe: OperatorProbe): Record<string, Finding> {
  const ties = probe.crossings();
  const form = probe.operator.convex ? "max form" : "difference form";
  return {
    derivative: derivative(probe),
    constancy: constancy(probe),
    [form]: tensorForm(probe),
    convex: convexity(probe, ties),
    nondecreasing: monotonicity(probe),
    continuous: atMost(
      ties.reduce((most, { jump }) => Math.max(most, jump), 0),
      VIOLATION,
      `${ties.length} changes of code`,
    ),
    ties: tieRule(ties),
    "tie margin": tieMargins(probe, ties),
  };
}

function writes(probe: OperatorProbe): Finding {
  let wrong = 0;
  for (const x of probe.points()) wrong += probe.unwritten(x);
  return atMost(wrong, 0, "entries left unwritten or spoilt");
}

function frozen(probe: OperatorProbe): Finding {
  let error = 0;
  for (const x of probe.points()) {
    const { y, q } = probe.at(x);
    probe.at(probe.point()); // an operator that remembers its last point shows it here
    error = Math.max(error, probe.apart(probe.apply(q, x), y));
  }
  return atMost(error, EXACT);
}

function affine(probe: OperatorProbe): Finding {
  let error = 0;
  for (const x of probe.points()) {
    const { q } = probe.at(x);
    const [v, w] = [probe.point(), probe.point()];
    const constant = probe.apply(
      q,
      v.map(() => 0),
    );
    const moved = probe.push(q, v).map((value, k) => value + constant[k]!);
    error = Math.max(error, probe.apart(probe.apply(q, v), moved));
    const [jv, jw] = [probe.push(q, v), probe.push(q, w)];
    const joint = probe.push(
      q,
      v.map((value, i) => 2 * value - 3 * w[i]!),
    );
    error = Math.max(
      error,
      probe.apart(
        joint,
        jv.map((value, k) => 2 * value - 3 * jw[k]!),
      ),
    );
  }
  return atMost(error, EXACT);
}

function transposes(probe: OperatorProbe): Finding {
  let error = 0;
  for (const x of probe.points()) {
    const { q } = probe.at(x);
    const [v, g] = [probe.point(), probe.functional()];
    const [w, h] = [probe.push(q, v), probe.pull(q, g)];
    let [left, right, size] = [0, 0, 1];
    w.forEach((value, k) => {
      left += g[k]! * value;
      size += Math.abs(g[k]! * value);
    });
    h.forEach((value, i) => {
      right += value * v[i]!;
      size += Math.abs(value * v[i]!);
    });
    error = Math.max(error, Math.abs(left - right) / size);
  }
  return atMost(error, EXACT);
}

function derivative(probe: OperatorProbe): Finding {
  let [error, met] = [0, 0];
  for (const x of probe.points()) {
    const v = probe.point();
    const size = Math.max(1, largestMagnitude(x), largestMagnitude(v));
    const h = 1e-4 / size;
    const [before, here, after] = [-h, 0, h].map((t) => probe.at(probe.moved(x, v, t)));
    if (!(probe.sameCode(before!.q, here!.q) && probe.sameCode(here!.q, after!.q))) continue;
    const slope = after!.y.map((value, k) => (value - before!.y[k]!) / (2 * h));
    error = Math.max(error, probe.apart(slope, probe.push(here!.q, v)) / size);
    met++;
  }
  const needed = probe.samples / 4;
  if (met >= needed) return atMost(error, DIFFERENCES, `${met} differences inside a cell`);
  return atLeast(met, needed, "differences inside a cell, too few to judge");
}

function constancy(probe: OperatorProbe): Finding {
  let [error, met] = [0, 0];
  for (const x of probe.points()) {
    const there = probe.neighbour(x);
    if (there === undefined) continue;
    const [y, z] = [probe.at(x).y, probe.at(there).y];
    const middle = probe.at(x.map((value, i) => (value + there[i]!) / 2)).y;
    error = Math.max(
      error,
      probe.apart(
        middle,
        y.map((value, k) => (value + z[k]!) / 2),
      ),
    );
    met++;
  }
  if (met > 0) return atMost(error, EXACT, `${met} pairs of one code`);
  return atLeast(met, 1, "pairs of one code");
}

function tensorForm(probe: OperatorProbe): Finding {
  const { operator } = probe;
  if (!operator.convex && operator.difference === undefined) {
    return atLeast(0, 1, "not convex, and no difference() of two convex operators");
  }
  const { plus, minus } = operator.convex
    ? { plus: toMaso(operator), minus: null }
    : toDifferenceOfMasos(operator);
  let error = 0;
  for (const x of probe.points()) {
    const above = plus.evaluate(x);
    const below = minus?.evaluate(x);
    const value = above.map((v, k) => v - (below?.[k] ?? 0));
    error = Math.max(error, probe.apart(value, probe.at(x).y));
  }
  const { outputs, pieces, dimension } = plus;
  return atMost(error, EXACT, `${outputs} × ${pieces} × ${dimension} slopes`);
}

function convexity(probe: OperatorProbe, ties: Crossings): Finding {
  let violation = ties.reduce((most, { bend }) => Math.max(most, bend), 0);
  for (const x of probe.points()) {
    const there = probe.point();
    const middle = probe.at(x.map((value, i) => (value + there[i]!) / 2)).y;
    const [y, z] = [probe.at(x).y, probe.at(there).y];
    const size = Math.max(1, largestMagnitude(y), largestMagnitude(z));
    middle.forEach((value, k) => {
      violation = Math.max(violation, (value - (y[k]! + z[k]!) / 2) / size);
    });
  }
  if (probe.operator.convex) return atMost(violation, EXACT, "violation of midpoint convexity");
  return atLeast(violation, VIOLATION, "not convex: violation of midpoint convexity");
}

function monotonicity(probe: OperatorProbe): Finding {
  const { operator } = probe;
  const outputs = sizeOf(operator.outputShape);
  const codes = Array.from(probe.points(), (x) => probe.at(x).q);
  // What is denied may show in a piece that no point has met.
  if (!operator.nondecreasing) {
    for (let r = 0; r < operator.pieces; r++) {
      codes.push(makePieces(operator.units, operator.pieces).fill(r));
    }
  }
  let lowest = Number.POSITIVE_INFINITY;
  for (const q of codes) {
    for (let k = 0; k < outputs; k++) {
      const functional = new Float64Array(outputs);
      functional[k] = 1;
      for (const entry of probe.pull(q, functional)) lowest = Math.min(lowest, entry);
    }
  }
  if (operator.nondecreasing) return atLeast(lowest, 0, "smallest entry of J");
  return atMost(lowest, -Number.MIN_VALUE, "not nondecreasing: smallest entry of J");
}

type Crossings = ReturnType<OperatorProbe["crossings"]>;

function tieRule(ties: Crossings): Finding {
  const exact = ties.filter(({ lower }) => lower !== undefined);
  const broken = exact.filter(({ lower }) => lower === false).length;
  return atMost(broken, 0, `${exact.length} exact ties`);
}

function tieMargins(probe: OperatorProbe, ties: Crossings): Finding {
  const { operator } = probe;
  if (operator.units === 0) {
    const margin = operator.tieMargin(probe.point());
    return atLeast(margin, Number.POSITIVE_INFINITY, "no units");
  }
  const margins = [...probe.points()].map((x) => operator.tieMargin(x));
  const [smallest] = extremes(margins);
  if (!(smallest >= 0)) return atLeast(smallest, 0, "smallest margin");
  const kinks = ties.filter(({ kink }) => kink);
  return atMost(
    kinks.reduce((most, { margin }) => Math.max(most, margin), 0),
    VIOLATION,
    "at ties",
  );
}

const short = (value: number): string =>
  value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e4)
    ? String(Number(value.toPrecision(3)))
    : value.toExponential(1);
