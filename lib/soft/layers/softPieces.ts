import type * as tf from "@tensorflow/tfjs";
import type { Elementwise } from "../../fused";
import type { Piece } from "../SoftActivation";
import { entrywise, type Nonlinearity } from "./entrywise";
import { expectation, softChoice, total } from "./softChoice";

/** Pieces as the formulas below read them. */
export interface PieceTable {
  readonly scores: readonly Piece[];
  /** The scores themselves unless decoupled. */
  readonly values: readonly Piece[];
}

/**
 * φ(u) = Σ_r t_r v_r, t = softmax(η s), for pieces of u, as a function of u and η [1] or [channels]
 * along its last axis, with the exact gradient by u and, where `learn` says so, by η. Float32.
 *
 * Safe for any η |s| within float32: no exponential exceeds 1, differences of weights are never taken.
 */
export function softPieces(
  table: PieceTable,
  learn: boolean,
): (u: tf.Tensor, eta: tf.Tensor) => tf.Tensor {
  const { scores, values } = table;
  if (scores.length === 1) return (u) => affine(u, values[0]!);
  return entrywise(scores.length === 2 ? pairOf(table) : severalOf(table), [learn]);
}

/** Two pieces: t is a sigmoid of the difference of scores, φ = v_1 + t (v_2 − v_1). */
function pairOf({ scores, values }: PieceTable): Nonlinearity {
  const [gap, step] = [difference(scores), difference(values)];
  const first = values[0]!;
  const weight = <V extends Elementwise<V>>(u: V, eta: V) => affine(u, gap).mul(eta).sigmoid();
  const slope = <V extends Elementwise<V>>(t: V) => affine(t, [step[0], first[0]]); // Σ_r t_r c_r
  // Without them a sum is left out: 0 · u is no 0 where u is infinite, and costs a pass of its own.
  const flat = step[0] === 0 && first[0] === 0;
  const straight = step[1] === 0 && first[1] === 0;
  return {
    value([u], eta) {
      const t = weight(u!, eta!);
      if (straight) return slope(t).mul(u!);
      const offset = affine(t, [step[1], first[1]]); // Σ_r t_r d_r
      return flat ? offset : slope(t).mul(u!).add(offset);
    },
    gradient(dy, [u], eta) {
      const t = weight(u!, eta!);
      const bend = t.neg().add(1).mul(t).mul(affine(u!, step)); // t (1 − t) (v_2 − v_1)
      const turned = bend.mul(eta!.mul(gap[0]));
      return {
        signals: [(flat ? turned : turned.add(slope(t))).mul(dy)],
        parameters: [() => bend.mul(affine(u!, gap)).mul(dy)],
      };
    },
  };
}

/** Any number of pieces. */
function severalOf({ scores, values }: PieceTable): Nonlinearity {
  const coupled = scores === values;
  function terms<V extends Elementwise<V>>(u: V, eta: V) {
    const s = scores.map((piece) => affine(u, piece));
    const t = softChoice(s, eta);
    const v = coupled ? s : values.map((piece) => affine(u, piece));
    return { s, t, v };
  }
  return {
    value([u], eta) {
      const { t, v } = terms(u!, eta!);
      return expectation(t, v);
    },
    gradient(dy, [u], eta) {
      const { s, t, v } = terms(u!, eta!);
      const slope = (pieces: readonly Piece[]) => total(pieces.map(([a], r) => t[r]!.mul(a)));
      const value = expectation(t, v);
      // The centred values add up to 0 only in exact arithmetic, hence slopes are centred as well.
      const centred = v.map((one, r) => one.sub(value).mul(t[r]!));
      const middle = slope(scores);
      const turned = total(centred.map((c, r) => middle.neg().add(scores[r]![0]).mul(c)));
      const own = coupled ? middle : slope(values);
      const score = coupled ? value : expectation(t, s);
      return {
        signals: [turned.mul(eta!).add(own).mul(dy)],
        parameters: [() => total(centred.map((c, r) => s[r]!.sub(score).mul(c))).mul(dy)],
      };
    },
  };
}

/** a u + b, without the operations that change nothing. */
function affine<V extends Elementwise<V>>(u: V, [a, b]: Piece): V {
  const scaled = a === 1 ? u : u.mul(a);
  return b === 0 ? scaled : scaled.add(b);
}

const difference = ([first, second]: readonly Piece[]): Piece => [
  second![0] - first![0],
  second![1] - first![1],
];
