import { Activation, MaxPool, type Operator, type Pieces, sizeOf } from "../spline/operators";

/**
 * Called for each piece that could take over from that of a unit: behind the knots beside it for an
 * activation, every other piece of a maximum. `gap` is by how much the unit is away from the change,
 * 0 or more: an affine function of what the operator reads.
 */
export type VisitRival = (unit: number, to: number, gap: number) => void;

/** The rivals of all units at an input u of code q. */
export function rivalsAt(operator: Operator, q: Pieces, u: Float64Array, visit: VisitRival): void {
  if (operator instanceof Activation) {
    const { knots, pieces, units } = operator;
    for (let k = 0; k < units; k++) {
      const r = q[k]!;
      if (r > 0) visit(k, r - 1, u[k]! - knots[r - 1]!);
      if (r < pieces - 1) visit(k, r + 1, knots[r]! - u[k]!);
    }
    return;
  }
  compare(operator, q, (code, y) => operator.apply(code, u, y), visit);
}

/** How the gaps of the same rivals, in the same order, change along a direction v of the input. */
export function rivalsAlong(
  operator: Operator,
  q: Pieces,
  v: Float64Array,
  visit: VisitRival,
): void {
  if (operator instanceof Activation) {
    const { pieces, units } = operator;
    for (let k = 0; k < units; k++) {
      const r = q[k]!;
      if (r > 0) visit(k, r - 1, v[k]!);
      if (r < pieces - 1) visit(k, r + 1, -v[k]!);
    }
    return;
  }
  compare(operator, q, (code, w) => operator.pushforward(code, v, w), visit);
}

/** The gradient of one gap, as a functional of what the operator reads. */
export function rivalFunctional(
  operator: Operator,
  q: Pieces,
  unit: number,
  to: number,
): Float64Array {
  const h = new Float64Array(sizeOf(operator.inputShape));
  if (operator instanceof Activation) {
    h[unit] = to < q[unit]! ? 1 : -1;
    return h;
  }
  const g = new Float64Array(sizeOf(operator.outputShape));
  g[unit] = 1;
  operator.pullback(q, g, h);
  const other = q.slice();
  other[unit] = to;
  const rival = new Float64Array(h.length);
  operator.pullback(other, g, rival);
  return h.map((value, i) => value - rival[i]!);
}

/** Units choose independently of each other, so that all of them can be set to one rival at once. */
function compare(
  operator: Operator,
  q: Pieces,
  evaluate: (code: Pieces, y: Float64Array) => void,
  visit: VisitRival,
): void {
  const { units, pieces, outputShape } = operator;
  const taken = new Float64Array(sizeOf(outputShape));
  const rival = new Float64Array(sizeOf(outputShape));
  evaluate(q, taken);
  const code = q.slice();
  for (let r = 0; r < pieces; r++) {
    evaluate(code.fill(r), rival);
    for (let k = 0; k < units; k++) {
      const itself = q[k] === r || (operator instanceof MaxPool && operator.repeats(k, r));
      if (!itself) visit(k, r, taken[k]! - rival[k]!);
    }
  }
}
