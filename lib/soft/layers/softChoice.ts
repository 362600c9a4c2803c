import type { Elementwise } from "../../fused";
import type { Nonlinearity } from "./entrywise";

/** softmax(η s), safe for any η |s| within float32: no exponential exceeds 1. */
export function softChoice<V extends Elementwise<V>>(s: readonly V[], eta: V): V[] {
  const most = s.reduce((top, score) => top.maximum(score));
  const e = s.map((score) => score.sub(most).mul(eta).exp());
  const sum = total(e);
  return e.map((weight) => weight.div(sum));
}

/** Σ_r t_r v_r. */
export const expectation = <V extends Elementwise<V>>(t: readonly V[], v: readonly V[]): V =>
  total(v.map((one, r) => one.mul(t[r]!)));

export const total = <V extends Elementwise<V>>(list: readonly V[]): V =>
  list.reduce((a, b) => a.add(b));

/** The soft maximum Σ_r t_r s_r, t = softmax(η s), of several signals. */
export const SOFT_MAXIMUM: Nonlinearity = {
  value(s, eta) {
    return expectation(softChoice(s, eta!), s);
  },
  gradient(dy, s, eta) {
    const t = softChoice(s, eta!);
    const value = expectation(t, s);
    const lack = s.map((one) => one.sub(value));
    const centred = lack.map((one, r) => one.mul(t[r]!));
    return {
      signals: centred.map((one, r) => one.mul(eta!).add(t[r]!).mul(dy)),
      parameters: [() => expectation(centred, lack).mul(dy)],
    };
  },
};
