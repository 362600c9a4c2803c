import * as tf from "@tensorflow/tfjs";
import { BatchedNetwork, type SplineNetwork } from "../network";
import type { Random } from "../random";
import { euclideanNorm } from "../spline/magnitude";

/** How the neighbourhood of each point is looked at. */
export interface LocalComplexityOptions {
  /** r: distance of the corners of the neighbourhood from its centre. */
  readonly radius: number;
  /** P: number of directions; the neighbourhood has 2P corners. 20, or D if that is less. */
  readonly directions?: number;
  /** Where the directions come from; the same for all points. */
  readonly random: Random;
}

/** How many units change their piece near each point. */
export interface LocalComplexity {
  /** Number of layers L: of operators that choose pieces, as in `code`. */
  readonly layers: number;
  /** Units of each layer [L]. */
  readonly units: Int32Array;
  /** Units whose piece isn't the same at all corners, layer by layer [N × L]. */
  readonly counts: Int32Array;
  /** The same, all layers together [N]. */
  readonly totals: Int32Array;
}

/** Corners that a batched network is asked for at once, and most numbers of them: 64 MB of float32. */
const BATCH = 512;
const BATCH_NUMBERS = 2 ** 24;

/**
 * The local complexity of a network at N points (Humayun, Balestriero & Baraniuk 2024): how many
 * units change their piece between the corners x ± r v_p of a cross-polytope around each, v_1 … v_P
 * orthonormal. A cheap estimate of how finely the partition is cut there, in any dimension.
 *
 * In the first layer it is exactly the number of hyperplanes that meet the convex hull of the
 * corners, |u_k(x)| < r max_p |⟨w_k, v_p⟩|. In later layers units that change inside the hull only,
 * and not between its corners, are missed: a lower bound of the number of units that fold there.
 * Points lie side by side [N × D]. A `SplineNetwork` computes in float64, a `BatchedNetwork` on
 * TensorFlow.js.
 *
 * 2P passes a point, P² D steps for the directions, and memory for 3P D numbers: 70 MB and about a
 * second for a picture of 224 × 224 × 3 and 20 directions.
 *
 * @throws RangeError for a radius that isn't positive, more directions than inputs, or points of
 *   another size
 * @example
 * const { totals } = localComplexity(net, points, { radius: 0.05, random: random(1) });
 */
export function localComplexity(
  net: SplineNetwork | BatchedNetwork,
  points: ArrayLike<number>,
  { radius, random, directions }: LocalComplexityOptions,
): LocalComplexity {
  const spline = net instanceof BatchedNetwork ? net.net : net;
  const D = spline.inputSize;
  const P = directions ?? Math.min(20, D);
  if (!(radius > 0 && Number.isFinite(radius))) {
    throw new RangeError(`the radius is ${radius}, expected a positive number`);
  }
  if (!(Number.isInteger(P) && P >= 1 && P <= D)) {
    throw new RangeError(`${P} directions, expected an integer from 1 to the ${D} inputs`);
  }
  if (points.length === 0 || points.length % D !== 0) {
    throw new RangeError(`${points.length} numbers, expected ${D} for each point, side by side`);
  }
  const N = points.length / D;
  const units = Int32Array.from(
    spline.graph.nodes.flatMap(({ operator }) => (operator.units > 0 ? [operator.units] : [])),
  );
  const offsets = orthonormalDirections(P, D, random).map((v) => v * radius);
  const corners = (n: number, to: Float32Array | Float64Array) => {
    for (let p = 0; p < 2 * P; p++) {
      const sign = p < P ? 1 : -1;
      const from = (p % P) * D;
      for (let d = 0; d < D; d++) to[p * D + d] = points[n * D + d]! + sign * offsets[from + d]!;
    }
  };
  const counts = new Int32Array(N * units.length);
  if (net instanceof BatchedNetwork) countBatched(net, corners, { N, P, counts });
  else countExactly(net, corners, { N, P, counts });
  const totals = Int32Array.from({ length: N }, (_, n) =>
    counts.subarray(n * units.length, (n + 1) * units.length).reduce((sum, c) => sum + c, 0),
  );
  return { layers: units.length, units, counts, totals };
}

interface Task {
  readonly N: number;
  readonly P: number;
  /** Filled [N × L]. */
  readonly counts: Int32Array;
}

type Corners = (n: number, to: Float32Array | Float64Array) => void;

function countExactly(net: SplineNetwork, corners: Corners, { N, P, counts }: Task): void {
  const D = net.inputSize;
  const near = new Float64Array(2 * P * D);
  const L = counts.length / N;
  for (let n = 0; n < N; n++) {
    corners(n, near);
    const codes = Array.from({ length: 2 * P }, (_, p) =>
      net.code(near.subarray(p * D, (p + 1) * D)),
    );
    const [first, ...others] = codes;
    first!.layers.forEach(({ units }, l) => {
      for (let k = 0; k < units; k++) {
        const piece = first!.piece(l, k);
        if (others.some((code) => code.piece(l, k) !== piece)) counts[n * L + l]!++;
      }
    });
  }
}

function countBatched(net: BatchedNetwork, corners: Corners, { N, P, counts }: Task): void {
  const D = net.net.inputSize;
  const L = counts.length / N;
  const atOnce = Math.max(1, Math.floor(Math.min(BATCH, BATCH_NUMBERS / D) / (2 * P)));
  for (let start = 0; start < N; start += atOnce) {
    const size = Math.min(atOnce, N - start);
    const near = new Float32Array(size * 2 * P * D);
    for (let n = 0; n < size; n++) {
      corners(start + n, near.subarray(n * 2 * P * D, (n + 1) * 2 * P * D));
    }
    tf.tidy(() => {
      net.codes(tf.tensor(near, [size * 2 * P, ...net.net.inputShape])).forEach((codes, l) => {
        const pieces = codes.reshape([size, 2 * P, -1]);
        const changed = pieces.max(1).notEqual(pieces.min(1)).sum(1).dataSync();
        for (let n = 0; n < size; n++) counts[(start + n) * L + l] = changed[n]!;
      });
    });
  }
}

/** P orthonormal directions of D-dimensional space, uniformly at random [P × D]. */
function orthonormalDirections(P: number, D: number, random: Random): Float64Array {
  const rows = random.normals(P * D);
  for (let p = 0; p < P; p++) {
    const row = rows.subarray(p * D, (p + 1) * D);
    // Twice, so that rounding leaves no part along earlier rows.
    for (let pass = 0; pass < 2; pass++) {
      for (let q = 0; q < p; q++) {
        const other = rows.subarray(q * D, (q + 1) * D);
        let along = 0;
        for (let d = 0; d < D; d++) along += row[d]! * other[d]!;
        for (let d = 0; d < D; d++) row[d]! -= along * other[d]!;
      }
    }
    const length = euclideanNorm(row);
    for (let d = 0; d < D; d++) row[d]! /= length;
  }
  return rows;
}
