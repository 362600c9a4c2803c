import * as tf from "@tensorflow/tfjs";
import type { Piece } from "../SoftActivation";
import { type Forward, withGradient } from "./differentiable";

/** Pieces as the kernels below read them. */
export interface PieceTable {
  readonly scores: readonly Piece[];
  /** The scores themselves unless decoupled. */
  readonly values: readonly Piece[];
}

/**
 * φ(u) = Σ_r t_r v_r, t = softmax(η s), for pieces of u, with its exact gradient by u and, where
 * `learn` says so, by log η; log η [1] or [channels] goes along the last axis. Float32.
 *
 * Safe for any η |s| within float32: no exponential exceeds 1, differences of weights are never taken.
 */
export function softPieces(
  u: tf.Tensor,
  logEta: tf.Tensor,
  table: PieceTable,
  learn: boolean,
): tf.Tensor {
  const { scores, values } = table;
  if (scores.length === 1) return affine(u, values[0]!);
  const forward = scores.length === 2 ? pairOf : severalOf;
  return withGradient(u, logEta, learn, (x, eta) => forward(x, eta, table));
}

/**
 * Two pieces: t is a sigmoid of the difference of scores, φ = v_1 + t (v_2 − v_1). Each operation reads
 * and writes all signals once, which is what it costs: those that change nothing are left out.
 */
function pairOf(u: tf.Tensor, eta: tf.Tensor, { scores, values }: PieceTable): Forward {
  const [gap, step] = [difference(scores), difference(values)];
  const first = values[0]!;
  const argument = (u: tf.Tensor, eta: tf.Tensor) =>
    gap[1] === 0 ? u.mul(eta.mul(gap[0])) : affine(u, gap).mul(eta);
  const t = argument(u, eta).sigmoid();
  const flat = step[0] === 0 && first[0] === 0;
  const straight = step[1] === 0 && first[1] === 0;
  const gate = flat ? t : affine(t, [step[0], first[0]]); // Σ_r t_r c_r, unless flat
  const offset = () => affine(t, [step[1], first[1]]); // Σ_r t_r d_r
  const value = flat ? offset() : straight ? gate.mul(u) : gate.mul(u).add(offset());
  const lifted = isZero(first); // then t (v_2 − v_1) is the value itself
  return {
    value,
    kept: [t, gate, value],
    back: (dy, u, eta, [t, gate, value]) => {
      const lift = lifted ? value! : t!.mul(affine(u, step));
      const bend = tf.sub(1, t!).mul(lift); // t (1 − t) (v_2 − v_1)
      const turned = bend.mul(eta.mul(gap[0]));
      return {
        input: dy.mul(flat ? turned : turned.add(gate!)),
        logEta: () => dy.mul(bend).mul(argument(u, eta)),
      };
    },
  };
}

/** Any number of pieces, side by side along a first axis. */
function severalOf(u: tf.Tensor, eta: tf.Tensor, { scores, values }: PieceTable): Forward {
  const coupled = scores === values;
  const row = u.expandDims(0);
  const s = stacked(row, scores);
  const t = softmaxOfFirst(s, eta);
  const v = coupled ? s : stacked(row, values);
  const value = t.mul(v).sum(0);
  return {
    value,
    kept: [t, value],
    back: (dy, u, eta, [t, value]) => {
      const row = u.expandDims(0);
      const v = stacked(row, values);
      const centred = t!.mul(v.sub(value!)); // its sum over pieces is 0
      const slopes = column(
        scores.map(([a]) => a),
        u.rank,
      );
      const mean = t!.mul(slopes).sum(0, true);
      const own = t!
        .mul(
          column(
            values.map(([c]) => c),
            u.rank,
          ),
        )
        .sum(0);
      return {
        input: dy.mul(centred.mul(slopes.sub(mean)).sum(0).mul(eta).add(own)),
        logEta: () => {
          const s = coupled ? v : stacked(row, scores);
          return dy.mul(
            centred
              .mul(s.sub(t!.mul(s).sum(0, true)))
              .sum(0)
              .mul(eta),
          );
        },
      };
    },
  };
}

/** softmax(η s) along the first axis. */
export function softmaxOfFirst(scores: tf.Tensor, eta: tf.Tensor): tf.Tensor {
  const weights = scores.sub(scores.max(0, true)).mul(eta).exp();
  return weights.div(weights.sum(0, true));
}

/** a u + b, without the operations that change nothing. */
function affine(u: tf.Tensor, [a, b]: Piece): tf.Tensor {
  const scaled = a === 1 ? u : u.mul(a);
  return b === 0 ? scaled : scaled.add(b);
}

const isZero = ([a, b]: Piece): boolean => a === 0 && b === 0;

const difference = ([first, second]: readonly Piece[]): Piece => [
  second![0] - first![0],
  second![1] - first![1],
];

const column = (numbers: readonly number[], rank: number): tf.Tensor =>
  tf.tensor(numbers, [numbers.length, ...new Array<number>(rank).fill(1)]);

function stacked(row: tf.Tensor, pieces: readonly Piece[]): tf.Tensor {
  const rank = row.rank - 1;
  const scaled = row.mul(
    column(
      pieces.map(([a]) => a),
      rank,
    ),
  );
  return scaled.add(
    column(
      pieces.map(([, b]) => b),
      rank,
    ),
  );
}
