import type { Random } from "../../random";
import type { MaxAffineSplineOperator } from "../../spline";
import { makePieces, type Pieces } from "../../spline/operators";
import { readPoint } from "../../spline/tensorInput";

/** Most joint choices R^K that are searched. */
const MOST_CHOICES = 1_000_000;

/**
 * The factorial mixture of a layer, x = Σ_k A_{k,t_k} + ε: every unit adds one of its R vectors, and
 * inference asks for all K choices at once (Balestriero & Baraniuk 2019). The joint optimum maximises
 *
 *     Σ_k u_{k,t_k}(x) − Σ_{k<k'} ⟨A_{k,t_k}, A_{k',t_k'}⟩,   u_kr = ⟨A_kr, x⟩ + b_kr,
 *
 * over R^K choices. Units that choose alone, as a layer does, leave out the second sum. With
 * A_{k,1} = 0, as in ReLU layers, they find the optimum for every x if all other vectors of different
 * units are orthogonal, which takes K ≤ D.
 *
 * @throws RangeError on more than a million joint choices
 * @example
 * new FactorialMixture(layer).jointChoice(x); // the choice of all units together
 */
export class FactorialMixture {
  /** ⟨A_kr, A_jq⟩ [KR × KR]. */
  private readonly gram: Float64Array;

  constructor(readonly layer: MaxAffineSplineOperator) {
    const { A, outputs, pieces, dimension } = layer;
    if (pieces ** outputs > MOST_CHOICES) {
      throw new RangeError(
        `${outputs} units of ${pieces} pieces have ${pieces ** outputs} joint choices, at most ` +
          `${MOST_CHOICES} are searched: take fewer units`,
      );
    }
    const rows = outputs * pieces;
    this.gram = new Float64Array(rows * rows);
    for (let p = 0; p < rows; p++) {
      for (let q = 0; q < rows; q++) {
        let product = 0;
        for (let i = 0; i < dimension; i++)
          product += A[p * dimension + i]! * A[q * dimension + i]!;
        this.gram[p * rows + q] = product;
      }
    }
  }

  /**
   * How much units interfere: the largest |⟨A_kr − A_k1, A_k'r' − A_k'1⟩| over two units. At 0 the cross
   * terms are a sum of one term a unit, and the joint search falls apart.
   */
  get interference(): number {
    const { outputs: K, pieces: R } = this.layer;
    let most = 0;
    for (let k = 0; k < K; k++) {
      for (let j = 0; j < k; j++) {
        for (let r = 1; r < R; r++) {
          for (let q = 1; q < R; q++) {
            const g = (a: number, b: number) => this.product(k * R + a, j * R + b);
            most = Math.max(most, Math.abs(g(r, q) - g(r, 0) - g(0, q) + g(0, 0)));
          }
        }
      }
    }
    return most;
  }

  /** The choice of all units together [K], by exhaustive search. @throws RangeError as `evaluate` */
  jointChoice(x: ArrayLike<number>): Pieces {
    const { outputs: K, pieces: R, dimension } = this.layer;
    const point = readPoint(x, dimension);
    const scores = Array.from({ length: K }, (_, k) => this.layer.output(k).piecesAt(point));
    const choice = makePieces(K, R);
    let best = makePieces(K, R);
    let most = Number.NEGATIVE_INFINITY;
    const search = (k: number, value: number): void => {
      if (k === K) {
        if (value > most) [most, best] = [value, choice.slice()];
        return;
      }
      for (let r = 0; r < R; r++) {
        choice[k] = r;
        let gain = scores[k]![r]!;
        for (let j = 0; j < k; j++) gain -= this.product(k * R + r, j * R + choice[j]!);
        search(k + 1, value + gain);
      }
    };
    search(0, 0);
    return best;
  }

  /** The share of points, side by side [N × D], at which units that choose alone find the joint choice. */
  agreement(points: Float64Array): number {
    const { dimension: D } = this.layer;
    const count = points.length / D;
    let same = 0;
    for (let n = 0; n < count; n++) {
      const x = points.subarray(n * D, (n + 1) * D);
      const alone = this.layer.code(x);
      same += +this.jointChoice(x).every((r, k) => r === alone[k]);
    }
    return same / count;
  }

  /** Points of the mixture side by side [N × D]: choices drawn at random, and noise of deviation σ. */
  sample(count: number, deviation: number, random: Random): Float64Array {
    const { A, outputs: K, pieces: R, dimension: D } = this.layer;
    const points = random.normals(count * D, 0, deviation);
    for (let n = 0; n < count; n++) {
      for (let k = 0; k < K; k++) {
        const row = k * R + random.integer(0, R - 1);
        for (let i = 0; i < D; i++) points[n * D + i]! += A[row * D + i]!;
      }
    }
    return points;
  }

  private product(p: number, q: number): number {
    return this.gram[p * this.layer.outputs * this.layer.pieces + q]!;
  }
}
