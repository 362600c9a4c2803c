/** Two points between which a network lies above its chord: a proof that it isn't convex. */
export interface ConvexityCounterexample {
  /** The output that is not convex. */
  readonly output: number;
  /** The two points [D]. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Where on the segment: at t x + (1 − t) y. */
  readonly t: number;
  /** f(t x + (1 − t) y) − t f(x) − (1 − t) f(y): positive. */
  readonly violation: number;
}

/** A counterexample in one line; long points are cut. */
export function describeCounterexample({
  output,
  x,
  y,
  t,
  violation,
}: ConvexityCounterexample): string {
  return (
    `counterexample: output ${output} lies ${short(violation)} above its chord ` +
    `from ${pointText(x)} to ${pointText(y)}, at t = ${short(t)}`
  );
}

function pointText(x: Float64Array): string {
  const shown = Array.from(x.subarray(0, 4), short).join(", ");
  return x.length > 4 ? `(${shown}, … ${x.length} numbers)` : `(${shown})`;
}

const short = (value: number): string => String(Number(value.toPrecision(3)));
