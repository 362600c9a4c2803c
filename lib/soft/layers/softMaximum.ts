import * as tf from "@tensorflow/tfjs";
import { sumTo } from "./sumTo";

/**
 * Σ_r t_r s_r, t = softmax(η s), of signals s_r side by side along the first axis, with its exact
 * gradient by s and, where `learn` says so, by η, [1] or [channels] along the last axis.
 */
export function softMaximum(s: tf.Tensor, eta: tf.Tensor, learn: boolean): tf.Tensor {
  const differentiable = tf.customGrad((...given) => {
    const [s, eta, save] = given as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const weights = s.sub(s.max(0, true)).mul(eta).exp();
    const t = weights.div(weights.sum(0, true));
    const value = t.mul(s).sum(0);
    save([s, eta, t, value]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [s, eta, t, value] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
      const lack = s.sub(value);
      const centred = t.mul(lack);
      const byEta = () => sumTo(dy.mul(centred.mul(lack).sum(0)), eta.shape);
      return [dy.mul(t.add(centred.mul(eta))), learn ? byEta() : tf.zerosLike(eta)];
    };
    return { value, gradFunc };
  });
  return differentiable(s, eta);
}
