import * as tf from "@tensorflow/tfjs";
import { makePieces, type Operator, type Pieces, sizeOf } from "../../spline/operators";
import type { Twin } from "./twin";

/**
 * Twin of an operator that TensorFlow.js has nothing like: the operator itself, in float64, signal by
 * signal, between float32 tensors. What operators of one's own get.
 */
export function operatorTwin(operator: Operator): Twin {
  const { inputShape, outputShape, units, pieces } = operator;
  const [D, K] = [sizeOf(inputShape), sizeOf(outputShape)];
  const x = new Float64Array(D);
  const y = new Float64Array(K);
  return {
    forward: (signals) => {
      const N = signals.shape[0]!;
      const from = signals.dataSync();
      const values = new Float32Array(N * K);
      const codes = new Int32Array(N * units);
      const q = makePieces(units, pieces);
      for (let n = 0; n < N; n++) {
        x.set(from.subarray(n * D, (n + 1) * D));
        operator.forward(x, y, q);
        values.set(y, n * K);
        codes.set(q, n * units);
      }
      const code = units === 0 ? null : tf.tensor(codes, [N, ...outputShape], "int32");
      return { y: tf.tensor(values, [N, ...outputShape]), code };
    },
    freeze: (code) => {
      const frozen = codesOf(code, operator);
      const constants = frozen.map((q) => {
        operator.apply(q, x.fill(0), y);
        return y.slice();
      });
      // A stack of one entry serves all signals until a code tells them apart.
      const entries = (g: tf.Tensor) => Math.max(g.shape[1]!, frozen.length);
      const each = (g: tf.Tensor, visit: (entry: number, n: number) => void) => {
        const [C, m] = g.shape as [number, number];
        const from = g.dataSync();
        const n = entries(g);
        for (let c = 0; c < C; c++) {
          for (let i = 0; i < n; i++) {
            const at = (c * m + (m === 1 ? 0 : i)) * K;
            y.set(from.subarray(at, at + K));
            visit(c * n + i, frozen.length === 1 ? 0 : i);
          }
        }
      };
      return {
        pullback: (g) => {
          const values = new Float32Array(g.shape[0]! * entries(g) * D);
          each(g, (entry, n) => {
            operator.pullback(frozen[n]!, y, x);
            values.set(x, entry * D);
          });
          return tf.tensor(values, [g.shape[0]!, entries(g), ...inputShape]);
        },
        constant: (g) => {
          const sums = new Float32Array(g.shape[0]! * entries(g));
          each(g, (entry, n) => {
            sums[entry] = constants[n]!.reduce((sum, c, k) => sum + c * y[k]!, 0);
          });
          return tf.tensor(sums, [g.shape[0]!, entries(g)]);
        },
      };
    },
    dispose: () => {},
  };
}

function codesOf(code: tf.Tensor | null, { units, pieces }: Operator): Pieces[] {
  if (code === null) return [makePieces(0, 1)];
  const all = code.dataSync();
  return Array.from({ length: code.shape[0]! }, (_, n) => {
    const q = makePieces(units, pieces);
    q.set(all.subarray(n * units, (n + 1) * units));
    return q;
  });
}
