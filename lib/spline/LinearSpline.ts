/** Weights of a fully connected network: W [out][in], b [out], one entry a layer. */
export type PlainLayers = { W: number[][]; b: number[] }[];

/**
 * A linear spline of one variable, f(x) = b₁ + b₂ x + Σ_k a_k max(0, x − τ_k): continuous, affine
 * between its knots τ_k, where its slope jumps by a_k.
 *
 * The total variation of its derivative, TV²(f) = Σ_k |a_k|, is what the representer theorem of
 * Unser (2019) penalises: to learn an activation under it is to learn a linear spline.
 *
 * @example
 * const tent = new LinearSpline(0, 1, [1], [-2]); // rises until 1, then falls
 * tent.evaluate(3); // -1
 */
export class LinearSpline {
  /** τ, in rising order, and a: as many numbers. */
  readonly knots: Float64Array;
  readonly jumps: Float64Array;

  /**
   * `intercept` is b₁ and `slope` is b₂, the line before the first knot.
   * @throws RangeError unless knots rise strictly, jumps are as many, and all are finite
   */
  constructor(
    readonly intercept: number,
    readonly slope: number,
    knots: ArrayLike<number>,
    jumps: ArrayLike<number>,
  ) {
    this.knots = Float64Array.from(knots);
    this.jumps = Float64Array.from(jumps);
    if (this.knots.length !== this.jumps.length) {
      throw new RangeError(`${knots.length} knots have ${jumps.length} jumps, expected as many`);
    }
    if (this.knots.some((τ, k) => k > 0 && !(τ > this.knots[k - 1]!))) {
      throw new RangeError(`knots are [${this.knots}], expected them to rise strictly`);
    }
    const bad = [intercept, slope, ...this.knots, ...this.jumps].find((v) => !Number.isFinite(v));
    if (bad !== undefined) throw new RangeError(`a linear spline of finite numbers, got ${bad}`);
  }

  /** f(x) at one point. */
  evaluate(x: number): number {
    let value = this.intercept + this.slope * x;
    for (let k = 0; k < this.knots.length && this.knots[k]! < x; k++) {
      value += this.jumps[k]! * (x - this.knots[k]!);
    }
    return value;
  }

  /** TV²(f) = Σ |a_k|, the total variation of the slope. */
  get totalVariation(): number {
    return this.jumps.reduce((sum, a) => sum + Math.abs(a), 0);
  }

  /** Whether it is convex: no jump is negative. */
  get convex(): boolean {
    return this.jumps.every((a) => a >= 0);
  }

  /**
   * The same function as a network 1 → K + 2 → 1 of one hidden ReLU layer, for
   * `SplineNetwork.fromWeights`: a unit a knot, and two for the line, x = ReLU(x) − ReLU(−x).
   *
   * Equal on the whole line, up to rounding; the two units bend at 0, where their kinks cancel.
   */
  toWeights(): PlainLayers {
    const knots = Array.from(this.knots);
    return [
      { W: [[1], [-1], ...knots.map(() => [1])], b: [0, 0, ...knots.map((τ) => -τ)] },
      { W: [[this.slope, -this.slope, ...this.jumps]], b: [this.intercept] },
    ];
  }

  /** The formula, term by term, four digits each. */
  toString(): string {
    const line = `${Number(this.intercept.toPrecision(4))} ${signed(this.slope)} x`;
    const hinges = Array.from(
      this.knots,
      (τ, k) => ` ${signed(this.jumps[k]!)} max(0, x ${signed(-τ)})`,
    );
    return `f(x) = ${line}${hinges.join("")}`;
  }
}

const signed = (value: number): string =>
  `${value < 0 ? "-" : "+"} ${Number(Math.abs(value).toPrecision(4))}`;
