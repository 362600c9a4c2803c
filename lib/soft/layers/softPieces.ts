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

/** Any number of pieces, each a tensor of its own: operations that broadcast along pieces are slow. */
function severalOf(u: tf.Tensor, eta: tf.Tensor, { scores, values }: PieceTable): Forward {
  const coupled = scores === values;
  const s = scores.map((piece) => affine(u, piece));
  const most = s.reduce((top, score) => top.maximum(score));
  const e = s.map((score) => score.sub(most).mul(eta).exp());
  const sum = tf.addN(e);
  const t = e.map((weight) => weight.div(sum));
  const v = coupled ? s : values.map((piece) => affine(u, piece));
  const value = expectation(t, v);
  return {
    value,
    kept: [value, ...t, ...v],
    back: (dy, u, eta, [value, ...kept]) => {
      const [t, v] = [kept.slice(0, scores.length), kept.slice(scores.length)];
      const slope = (pieces: readonly Piece[]) =>
        tf.addN(pieces.map(([a], r) => affine(t[r]!, [a, 0])));
      // The centred values add up to 0 only in exact arithmetic, hence slopes are centred as well.
      const centred = v.map((one, r) => one.sub(value!).mul(t[r]!));
      const mean = slope(scores);
      const turned = tf.addN(centred.map((c, r) => c.mul(tf.sub(scores[r]![0], mean))));
      const own = coupled ? mean : slope(values);
      return {
        input: dy.mul(turned.mul(eta).add(own)),
        logEta: () => {
          const s = coupled ? v : scores.map((piece) => affine(u, piece));
          const score = coupled ? value! : expectation(t, s);
          return dy.mul(tf.addN(centred.map((c, r) => c.mul(s[r]!.sub(score)))).mul(eta));
        },
      };
    },
  };
}

/** Σ_r t_r v_r. */
const expectation = (t: readonly tf.Tensor[], v: readonly tf.Tensor[]): tf.Tensor =>
  tf.addN(v.map((one, r) => one.mul(t[r]!)));

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
