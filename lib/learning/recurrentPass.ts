import * as tf from "@tensorflow/tfjs";

/** A recurrence of TensorFlow.js on a batch, and where it starts. */
export interface RecurrentPass {
  /** W [D, H]. */
  readonly kernel: tf.Tensor;
  /** W_r [H, H], state times this. */
  readonly recurrent: tf.Tensor;
  /** b [H]. */
  readonly bias: tf.Tensor;
  /** h⁰ [N, H]. */
  readonly start: tf.Tensor;
  /** All states [N, T, H], or the last one [N, H]? */
  readonly returns: "all" | "last";
}

/**
 * States h^t = ReLU(x^t W + h^(t−1) W_r + b) on sequences x [N, T, D].
 *
 * One operation for TensorFlow.js' gradients, which goes back through time in two or three operations a
 * step and makes each weight's gradient by one product over all times: several times faster on long
 * sequences than its own loop, which keeps books on every step. Its gradient has no gradient.
 */
export function recurrentPass(x: tf.Tensor, pass: RecurrentPass): tf.Tensor {
  const { kernel, recurrent, bias, start, returns } = pass;
  return RECURRENCES[returns](x, kernel, recurrent, bias, start);
}

const recurrence = (all: boolean) =>
  tf.customGrad((...args) => {
    const [x, W, Wr, b, h0] = args as tf.Tensor[] as [Any, Matrix, Matrix, Any, Matrix];
    const save = args.at(-1) as unknown as (tensors: tf.Tensor[]) => void;
    const H = b.size;
    const [N, T, D] = x.shape as [number, number, number];
    const reads = tf.matMul(rows(timeFirst(x), D), W).add(b);
    let h = h0;
    const each = tf.unstack(reads.reshape([T, N, H])).map((read) => {
      h = tf.relu(tf.matMul(h, Wr).add(read)) as Matrix;
      return h;
    });
    const states = tf.stack(each);
    save([x, W, Wr, h0, states]);

    const gradFunc = (dy: Any | Any[], saved: Any[]): Any[] => {
      const [x, W, Wr, h0, states] = saved as [Any, Matrix, Matrix, Matrix, Any];
      const own = all ? tf.unstack(timeFirst(dy as Any)) : [];
      const slopes = tf.unstack(tf.step(states));
      const before: Any[] = []; // gradients of the pre-activations
      let later = all ? tf.zerosLike(h0) : (dy as Any);
      for (let t = T - 1; t >= 0; t--) {
        before[t] = (all ? later.add(own[t]!) : later).mul(slopes[t]!);
        later = tf.matMul(before[t] as Matrix, Wr, false, true);
      }
      const u = rows(tf.stack(before), H);
      const states0 = tf.concat([h0.expandDims(0), states.slice([0], [T - 1])]);
      return [
        timeFirst(tf.matMul(u, W, false, true).reshape([T, N, D])),
        tf.matMul(rows(timeFirst(x), D), u, true),
        tf.matMul(rows(states0, H), u, true),
        u.sum(0),
        later,
      ];
    };
    return { value: all ? timeFirst(states) : h, gradFunc };
  });

type Any = tf.Tensor;
type Matrix = tf.Tensor2D;

const RECURRENCES = { all: recurrence(true), last: recurrence(false) };

/** [N, T, D] to [T, N, D], and back. */
const timeFirst = (x: tf.Tensor): tf.Tensor => x.transpose([1, 0, 2]);

const rows = (x: tf.Tensor, width: number): tf.Tensor2D => x.reshape([-1, width]);
