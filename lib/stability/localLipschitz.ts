import * as tf from "@tensorflow/tfjs";
import type { BatchedNetwork } from "../network";
import { bracket, rescaled } from "./spectralNorm";

/** ‖A[x]‖₂ of a batch of signals, between bounds [N]. */
export interface LocalLipschitz {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Norms of the rows of A[x], one a class [N × C]: how fast each logit can change. */
  readonly rows: Float64Array;
}

/**
 * The local Lipschitz constants ‖A[x_n]‖₂ of signals [N, …inputShape], on TensorFlow.js.
 *
 * One forward pass, one stacked backward pass for all C templates, and the C × C matrix of their
 * inner products, whose largest eigenvalue is bracketed as in `spectralNorm` to `tolerance`; beyond
 * that there is float32 rounding, about 1e-6 relative. They are slopes of A[x] as the tie rule picks
 * it: a signal that lies exactly on a kink may get the map of no cell, so for constants of a
 * neighbourhood use `lipschitzOnBox` or `lipschitzLowerBound`.
 *
 * @example
 * const twin = new BatchedNetwork(SplineNetwork.fromLayersModel(model));
 * const { upper } = localLipschitz(twin, images);
 * upper.length; // 4
 */
export function localLipschitz(
  twin: BatchedNetwork,
  x: tf.Tensor,
  { tolerance = 1e-6 }: { readonly tolerance?: number } = {},
): LocalLipschitz {
  // Rows are divided by the largest entry of their signal, so that squares stay within float32.
  const { grams, sizes } = tf.tidy(() => {
    const { A } = twin.affineMaps(x);
    const rows = A.reshape([A.shape[0]!, A.shape[1]!, -1]) as tf.Tensor3D;
    const most = rows.abs().max([1, 2], true);
    const divisor = tf.where(most.equal(0), tf.onesLike(most), most);
    const scaled = rows.div(divisor) as tf.Tensor3D;
    return { grams: tf.matMul(scaled, scaled, false, true), sizes: divisor };
  });
  const [N, C] = grams.shape as [number, number, number];
  const values = grams.dataSync();
  const factors = sizes.dataSync();
  tf.dispose([grams, sizes]);
  const lower = new Float64Array(N);
  const upper = new Float64Array(N);
  const rows = new Float64Array(N * C);
  for (let n = 0; n < N; n++) {
    const G = Float64Array.from(values.subarray(n * C * C, (n + 1) * C * C));
    const found = rescaled(bracket(G, C, tolerance), factors[n]!);
    lower[n] = found.lower;
    upper[n] = found.upper;
    for (let c = 0; c < C; c++) rows[n * C + c] = Math.sqrt(G[c * C + c]!) * factors[n]!;
  }
  return { lower, upper, rows };
}
