import type { Random } from "../random";
import { extremes } from "./extremes";
import { largestMagnitude } from "./magnitude";
import { makePieces, type Operator, type Pieces, sizeOf } from "./operators";

/** Coordinates of points lie on multiples of this, so that ties between them are exact. */
const GRID = 1 / 8;
/** How near the two sides of a change of code are looked for first: still a clear gap in value. */
const NEAR = 2 ** -20;

/** Half the length of the chord that is held against the value at a change of code. */
const CHORD = 2 ** -10;

/** How many changes of code are looked at on one line. */
const MOST_ON_A_LINE = 6;

/** A change of code on a line along one coordinate. */
export interface Crossing {
  /** The coordinate on its far side. */
  readonly beyond: number;
  /** |f| on one side minus the other, relative to the values: 0 for a continuous operator. */
  readonly jump: number;
  /** How far f lies above a short chord across the change: above 0 where it bends downwards. */
  readonly bend: number;
  /** At an exact tie: was the lower piece taken? Undefined if none was met. */
  readonly lower: boolean | undefined;
  /** Do the two pieces differ as functions along the line? */
  readonly kink: boolean;
  /** The operator's tie margin at the change, relative to the values. */
  readonly margin: number;
}

/** An operator with arrays at hand: what {@link checkOperator} asks it, one question a method. */
export class OperatorProbe {
  private readonly inputs: number;
  private readonly outputs: number;

  constructor(
    readonly operator: Operator,
    private readonly random: Random,
    readonly samples: number,
    private readonly scale: number,
  ) {
    this.inputs = sizeOf(operator.inputShape);
    this.outputs = sizeOf(operator.outputShape);
  }

  /** A point of coordinates about 0.1, 1 or 10 times the scale. */
  point(): Float64Array {
    const deviation = this.scale * 10 ** this.random.integer(-1, 1);
    return this.random.normals(this.inputs, 0, deviation);
  }

  *points(): Generator<Float64Array> {
    for (let n = 0; n < this.samples; n++) yield this.point();
  }

  functional(): Float64Array {
    return this.random.normals(this.outputs);
  }

  at(x: Float64Array): { y: Float64Array; q: Pieces } {
    const y = new Float64Array(this.outputs).fill(Number.NaN);
    const q = makePieces(this.operator.units, this.operator.pieces);
    this.operator.forward(x, y, q);
    return { y, q };
  }

  apply(q: Pieces, x: Float64Array): Float64Array {
    const y = new Float64Array(this.outputs).fill(Number.NaN);
    this.operator.apply(q, x, y);
    return y;
  }

  push(q: Pieces, v: Float64Array): Float64Array {
    const w = new Float64Array(this.outputs).fill(Number.NaN);
    this.operator.pushforward(q, v, w);
    return w;
  }

  pull(q: Pieces, g: Float64Array): Float64Array {
    const h = new Float64Array(this.inputs).fill(Number.NaN);
    this.operator.pullback(q, g, h);
    return h;
  }

  moved(x: Float64Array, v: Float64Array, t: number): Float64Array {
    return x.map((value, i) => value + t * v[i]!);
  }

  sameCode(p: Pieces, q: Pieces): boolean {
    return p.every((piece, k) => piece === q[k]);
  }

  /** Largest difference, relative to the largest value; NaN if any is. */
  apart(found: Float64Array, expected: Float64Array): number {
    let [difference, size] = [0, 1];
    found.forEach((value, k) => {
      difference = Math.max(difference, Math.abs(value - expected[k]!));
      size = Math.max(size, Math.abs(expected[k]!));
    });
    return difference / size;
  }

  /** How many entries the four faces leave unwritten, spoil in their input, or set out of range. */
  unwritten(x: Float64Array): number {
    const { operator } = this;
    const before = x.slice();
    const { y, q } = this.at(x);
    // A code that isn't written shows only if it held something else before.
    const again = makePieces(operator.units, operator.pieces).fill(operator.pieces);
    operator.forward(x, y, again);
    const g = this.functional();
    const functional = g.slice();
    const written = [y, this.apply(q, x), this.push(q, x), this.pull(q, g)];
    const count = (values: Float64Array | Pieces, wrong: (v: number, i: number) => boolean) =>
      Array.from(values).filter(wrong).length;
    return (
      written.reduce((sum, values) => sum + count(values, Number.isNaN), 0) +
      count(q, (piece, k) => piece >= operator.pieces || piece !== again[k]) +
      count(x, (value, i) => value !== before[i]) +
      count(g, (value, i) => value !== functional[i])
    );
  }

  /** Another point with the code of x, as far away as a few halvings allow. */
  neighbour(x: Float64Array): Float64Array | undefined {
    const { q } = this.at(x);
    const v = this.point();
    for (let t = 1; t > 1e-6; t /= 2) {
      const there = this.moved(x, v, t);
      if (this.sameCode(q, this.at(there).q)) return there;
    }
    return undefined;
  }

  /** Changes of code on lines along one coordinate, from points of a grid on which ties are exact. */
  crossings(): Crossing[] {
    const found: Crossing[] = [];
    if (this.operator.units === 0) return found;
    // A power of two: halving it meets every point of a dyadic grid.
    const length = 2 ** Math.max(0, Math.ceil(Math.log2(40 * this.scale)));
    for (const point of this.points()) {
      const x = point.map((value) => Math.round(value / GRID) * GRID);
      const i = this.random.integer(0, this.inputs - 1);
      const step = this.random.integer(0, 1) === 0 ? -length : length;
      let from = x[i]!;
      for (let met = 0; met < MOST_ON_A_LINE; met++) {
        const crossing = this.crossing(x, i, from, from + step);
        if (crossing === undefined) break;
        found.push(crossing);
        from = crossing.beyond;
      }
    }
    return found;
  }

  private crossing(x: Float64Array, i: number, from: number, to: number): Crossing | undefined {
    const along = (value: number) => {
      const point = x.slice();
      point[i] = value;
      return point;
    };
    if (this.sameCode(this.at(along(from)).q, this.at(along(to)).q)) return undefined;
    const [left, right] = this.bisect(along, from, to, NEAR);
    const lower = this.lowerTaken(along(left), along(right));
    const [a, b] = this.bisect(along, left, right, 0);
    const [at, beyond] = [this.at(along(a)), this.at(along(b))];
    const ends = [this.at(along(a - CHORD)).y, this.at(along(a + CHORD)).y] as const;
    const bends = at.y.map((value, k) => value - (ends[0][k]! + ends[1][k]!) / 2);
    const unit = along(0).map((_, j) => (j === i ? 1 : 0));
    const size = Math.max(1, largestMagnitude(at.y));
    return {
      beyond: right,
      jump: this.apart(at.y, beyond.y),
      bend: extremes(bends)[1] / size,
      lower,
      kink: this.apart(this.push(at.q, unit), this.push(beyond.q, unit)) > 1e-9,
      margin: this.operator.tieMargin(along(a)) / size,
    };
  }

  /** Halves an interval whose ends have different codes until it is as short as `width`, or can't be halved. */
  private bisect(
    along: (value: number) => Float64Array,
    from: number,
    to: number,
    width: number,
  ): [number, number] {
    let [left, right] = [from, to];
    const { q } = this.at(along(left));
    for (let step = 0; step < 100 && Math.abs(right - left) > width; step++) {
      const middle = (left + right) / 2;
      if (middle === left || middle === right) break;
      if (this.sameCode(q, this.at(along(middle)).q)) left = middle;
      else right = middle;
    }
    return [left, right];
  }

  /**
   * Of two near points with different codes: where one of them is an exact tie of a unit that
   * changes, and the other clearly isn't, did that one take the lower piece?
   */
  private lowerTaken(left: Float64Array, right: Float64Array): boolean | undefined {
    const [p, q] = [this.at(left).q, this.at(right).q];
    const gaps = [left, right].map((x) => {
      const [one, other] = [this.apply(p, x), this.apply(q, x)];
      return one.map((value, k) => Math.abs(value - other[k]!));
    });
    let lower: boolean | undefined;
    p.forEach((piece, k) => {
      if (piece === q[k]) return;
      const [here, there] = [gaps[0]![k]!, gaps[1]![k]!];
      if (here === 0 && there > 1e-9) lower = (lower ?? true) && piece < q[k]!;
      if (there === 0 && here > 1e-9) lower = (lower ?? true) && q[k]! < piece;
    });
    return lower;
  }
}
