/** A linear spline by its values at the knots: indices of data points, the first and the last among them. */
export interface HingeSolution {
  readonly knots: readonly number[];
  readonly values: Float64Array;
}

/** Prices above λ by less than this, relatively, are rounding. */
const PRICE_TOLERANCE = 1e-10;

/**
 * min Σ w (y − f)² + λ Σ_k |jump_k(f)| over linear splines with knots at sorted data.
 *
 * Its variables are the values at the knots (hat functions), not the hinges: the normal equations
 * are tridiagonal and well conditioned, where those of hinges are neither. The dual variable u_k of
 * a knot is its *price*, the pull of the residuals on a kink there: optimal is |u_k| ≤ λ, with
 * u_k = λ sign(jump_k) where there is a kink.
 */
export class HingeProblem {
  /** Distinct data points, rising; means of y there; how many points each stands for. */
  readonly x: Float64Array;
  private readonly y: Float64Array;
  private readonly weight: Float64Array;
  /** Squared error that no function of x avoids. */
  private readonly scatter: number;
  /** The largest price under the least-squares line: from this λ on no knot pays. */
  readonly lineLambda: number;

  constructor(x: Float64Array, y: Float64Array) {
    const order = Uint32Array.from(x, (_, n) => n).sort((m, n) => x[m]! - x[n]!);
    const points: { x: number; ys: number[] }[] = [];
    for (const n of order) {
      const last = points.at(-1);
      if (last !== undefined && last.x === x[n]) last.ys.push(y[n]!);
      else points.push({ x: x[n]!, ys: [y[n]!] });
    }
    const mean = (ys: readonly number[]) => ys.reduce((sum, v) => sum + v, 0) / ys.length;
    this.x = Float64Array.from(points, (p) => p.x);
    this.y = Float64Array.from(points, (p) => mean(p.ys));
    this.weight = Float64Array.from(points, (p) => p.ys.length);
    this.scatter = points.reduce(
      (sum, { ys }, i) => sum + ys.reduce((s, v) => s + (v - this.y[i]!) ** 2, 0),
      0,
    );
    this.lineLambda = this.prices(this.spread(this.line())).reduce(
      (largest, u) => Math.max(largest, Math.abs(u)),
      0,
    );
  }

  /**
   * The minimiser. Knots enter one at a time, that with the highest price first; on the way to the
   * minimum of the knots present, one whose jump would change its sign is taken out where the jump
   * is 0. The objective falls with each step, so that no set of knots comes back.
   */
  solve(lambda: number, start?: HingeSolution): HingeSolution {
    const last = this.x.length - 1;
    if (last < 2 || lambda >= this.lineLambda) return this.line();
    if (lambda === 0) return { knots: Array.from(this.x, (_, i) => i), values: this.y.slice() };
    let { knots, values } = start ?? this.line();
    let signs = Array.from(this.jumps({ knots, values }), Math.sign);
    for (let entering: number | undefined; ; ) {
      const target = this.minimum(knots, signs, lambda);
      const now = this.jumps({ knots, values });
      const then = this.jumps({ knots, values: target });
      let [step, leaving] = [1, -1];
      for (let k = 0; k < then.length; k++) {
        const [height, landing] = [now[k]! * signs[k]!, then[k]! * signs[k]!];
        if (landing > 0) continue;
        const share = height > 0 ? height / (height - landing) : 0;
        if (leaving < 0 || share < step) [step, leaving] = [share, k];
      }
      if (leaving >= 0) {
        const left = knots[leaving + 1]!;
        values = values
          .map((v, j) => v + step * (target[j]! - v))
          .filter((_, j) => j !== leaving + 1);
        knots = knots.filter((i) => i !== left);
        signs = signs.filter((_, k) => k !== leaving);
        if (left === entering) return { knots, values }; // its pull was rounding
        continue;
      }
      values = target;
      const f = this.spread({ knots, values });
      const prices = this.prices(f);
      entering = this.dearest(prices, knots);
      if (entering === undefined || Math.abs(prices[entering]!) <= lambda * (1 + PRICE_TOLERANCE)) {
        return { knots, values };
      }
      const at = knots.findIndex((i) => i > entering!);
      knots = knots.toSpliced(at, 0, entering);
      values = Float64Array.from(knots, (i) => f[i]!);
      signs = signs.toSpliced(at - 1, 0, Math.sign(prices[entering]!));
    }
  }

  /** The spline's values at all data points. */
  spread({ knots, values }: HingeSolution): Float64Array {
    const { x } = this;
    const f = new Float64Array(x.length).fill(values[0]!);
    for (let j = 0; j + 1 < knots.length; j++) {
      const [from, to] = [knots[j]!, knots[j + 1]!];
      const slope = (values[j + 1]! - values[j]!) / (x[to]! - x[from]!);
      for (let i = from; i < to; i++) f[i] = values[j]! + slope * (x[i]! - x[from]!);
      f[to] = values[j + 1]!;
    }
    return f;
  }

  /** Σ (y − f)² over all points, those of equal x included. */
  squaredError(f: Float64Array): number {
    return f.reduce((sum, v, i) => sum + this.weight[i]! * (this.y[i]! - v) ** 2, this.scatter);
  }

  /**
   * The dual objective at the prices of f, scaled down to |u| ≤ λ: a lower bound of the minimum,
   * uᵀDy − ¼ ‖Dᵀu‖² in the norm of 1/w, plus the scatter.
   */
  dualValue(f: Float64Array, lambda: number): number {
    const { x, y, weight } = this;
    const u = this.prices(f);
    const largest = u.reduce((max, v) => Math.max(max, Math.abs(v)), 0);
    const scale = largest > lambda ? lambda / largest : 1;
    let value = this.scatter;
    let before = 0;
    for (let i = 0; i < x.length; i++) {
      const after = i + 1 < x.length ? (scale * (u[i]! - u[i + 1]!)) / (x[i + 1]! - x[i]!) : 0;
      const pull = before - after; // (Dᵀu)_i
      value += pull * y[i]! - pull ** 2 / (4 * weight[i]!);
      before = after;
    }
    return value;
  }

  private line(): HingeSolution {
    const last = this.x.length - 1;
    if (last === 0) return { knots: [0], values: this.y.slice() };
    return { knots: [0, last], values: this.minimum([0, last], [], 0) };
  }

  /** Jumps of the slope at the inner knots. */
  private jumps({ knots, values }: HingeSolution): Float64Array {
    const slope = (j: number) =>
      (values[j + 1]! - values[j]!) / (this.x[knots[j + 1]!]! - this.x[knots[j]!]!);
    return Float64Array.from(
      { length: Math.max(0, knots.length - 2) },
      (_, k) => slope(k + 1) - slope(k),
    );
  }

  /**
   * u at every data point, 0 at both ends: u_{i+1} = u_i + (x_{i+1} − x_i) Σ_{j ≤ i} 2 w_j (y_j − f_j).
   * Summed from both ends towards the middle, since each end is exactly 0.
   */
  private prices(f: Float64Array): Float64Array {
    const { x, y, weight } = this;
    const u = new Float64Array(x.length);
    const residual = (i: number) => 2 * weight[i]! * (y[i]! - f[i]!);
    const middle = x.length >> 1;
    for (let i = 0, sum = 0; i + 1 <= middle; i++) {
      sum += residual(i);
      u[i + 1] = u[i]! + (x[i + 1]! - x[i]!) * sum;
    }
    for (let i = x.length - 1, sum = 0; i - 1 > middle; i--) {
      sum += residual(i);
      u[i - 1] = u[i]! + (x[i]! - x[i - 1]!) * sum;
    }
    return u;
  }

  private dearest(prices: Float64Array, knots: readonly number[]): number | undefined {
    const present = new Set(knots);
    let best: number | undefined;
    prices.forEach((u, i) => {
      if (present.has(i)) return;
      if (best === undefined || Math.abs(u) > Math.abs(prices[best]!)) best = i;
    });
    return best;
  }

  /** Values at the knots that minimise Σ w (y − f)² + λ Σ s_k jump_k, signs held: a tridiagonal system. */
  private minimum(
    knots: readonly number[],
    signs: readonly number[],
    lambda: number,
  ): Float64Array {
    const { x, y, weight } = this;
    const m = knots.length;
    const [diagonal, off, right] = [new Float64Array(m), new Float64Array(m), new Float64Array(m)];
    for (let j = 0; j < m; j++) {
      const i = knots[j]!;
      diagonal[j]! += weight[i]!;
      right[j]! += weight[i]! * y[i]!;
      if (j + 1 === m) break;
      const width = x[knots[j + 1]!]! - x[i]!;
      for (let n = i + 1; n < knots[j + 1]!; n++) {
        const t = (x[n]! - x[i]!) / width;
        const w = weight[n]!;
        diagonal[j]! += w * (1 - t) ** 2;
        diagonal[j + 1]! += w * t ** 2;
        off[j]! += w * t * (1 - t);
        right[j]! += w * (1 - t) * y[n]!;
        right[j + 1]! += w * t * y[n]!;
      }
      // jump_k = (c_{k+2} − c_{k+1}) / h_{k+1} − (c_{k+1} − c_k) / h_k, at knot k + 1.
      const pull = (lambda / 2 / width) * ((signs[j - 1] ?? 0) - (signs[j] ?? 0));
      right[j]! += pull;
      right[j + 1]! -= pull;
    }
    return solveTridiagonal(diagonal, off, right);
  }
}

/** Solves a symmetric positive definite tridiagonal system, in place (Thomas). */
function solveTridiagonal(
  diagonal: Float64Array,
  off: Float64Array,
  right: Float64Array,
): Float64Array {
  const m = diagonal.length;
  for (let j = 1; j < m; j++) {
    const factor = off[j - 1]! / diagonal[j - 1]!;
    diagonal[j]! -= factor * off[j - 1]!;
    right[j]! -= factor * right[j - 1]!;
  }
  for (let j = m - 1; j >= 0; j--) {
    const above = j + 1 < m ? off[j]! * right[j + 1]! : 0;
    right[j] = (right[j]! - above) / diagonal[j]!;
  }
  return right;
}
