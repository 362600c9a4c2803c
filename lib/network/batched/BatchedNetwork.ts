import * as tf from "@tensorflow/tfjs";
import {
  BatchNorm,
  Conv2d,
  Dense,
  MaxPool2d,
  type Operator,
  Relu,
  Reshape,
} from "../../spline/operators";
import type { SplineNetwork } from "../SplineNetwork";
import { batchNormTwin, conv2dTwin, denseTwin, reshapeTwin } from "./affineTwins";
import { maxPool2dTwin, reluTwin } from "./maxTwins";
import type { Twin } from "./twin";

/** Affine maps of a batch, float32: f(x_n) = A_n x_n + b_n. The caller disposes them. */
export interface BatchedAffineMaps {
  /** A [N, C, …inputShape]: A[n][c] is the template of class c at signal n, in the input's shape. */
  readonly A: tf.Tensor;
  /** b [N, C]. */
  readonly b: tf.Tensor2D;
  /** f(x_n) [N, C], the logits. */
  readonly f: tf.Tensor2D;
}

/**
 * The float32 twin of a SplineNetwork on TensorFlow.js, for batches of signals.
 *
 * One forward pass records the codes, one stacked backward pass with these codes frozen gives the
 * templates of all classes; b by propagation, not by subtraction. Agrees with float64 within 1e-5
 * relative away from ties. Call `dispose` when done: it owns a copy of the weights.
 *
 * @example
 * const twin = new BatchedNetwork(net);
 * const { A, b, f } = twin.affineMaps(images); // images [N, 28, 28, 1]
 */
export class BatchedNetwork {
  private readonly twins: readonly Twin[];

  /** @throws RangeError if an operator of the network has no twin: `net` itself can do all of them */
  constructor(readonly net: SplineNetwork) {
    this.twins = net.graph.nodes.map(({ name, operator, inputs }) => {
      const twin = inputs.length === 1 ? twinOf(operator) : undefined;
      if (twin !== undefined) return twin;
      throw new RangeError(
        `node "${name}" (${operator.kind}) has no float32 twin on TensorFlow.js; ` +
          "use the SplineNetwork itself, one signal at a time",
      );
    });
  }

  /** Logits f(x_n), [N, C], of signals [N, …inputShape]. */
  forward(x: tf.Tensor): tf.Tensor2D {
    return tf.tidy(() => this.run(this.read(x)).values.at(-1) as tf.Tensor2D);
  }

  /**
   * Q(x_n) for signals [N, …inputShape]: for each operator that chooses pieces, in the order of
   * `net.code`, the piece that each of its units takes, [N, units] float32. The caller disposes them.
   */
  codes(x: tf.Tensor): tf.Tensor2D[] {
    return tf.tidy(() =>
      this.run(this.read(x)).codes.flatMap((code) =>
        code === null ? [] : [code.reshape([x.shape[0]!, -1]) as tf.Tensor2D],
      ),
    );
  }

  /** A_n, b_n and f(x_n) for every signal of x [N, …inputShape]. */
  affineMaps(x: tf.Tensor): BatchedAffineMaps {
    return tf.tidy(() => {
      const signals = this.read(x);
      const { values, codes } = this.run(signals);
      const b = this.sweep(tf.zerosLike(signals), (twin, i, z) => twin.apply(codes[i]!, z));
      const A = this.pullback(codes).tile(this.repeats(signals, codes));
      return { A, b: b as tf.Tensor2D, f: values.at(-1) as tf.Tensor2D };
    });
  }

  /** Frees the weights. */
  dispose(): void {
    for (const twin of this.twins) twin.dispose();
  }

  private run(x: tf.Tensor): { values: tf.Tensor[]; codes: (tf.Tensor | null)[] } {
    const codes: (tf.Tensor | null)[] = [];
    const values = [x];
    this.sweep(x, (twin, _, z) => {
      const { y, code } = twin.forward(z);
      codes.push(code);
      values.push(y);
      return y;
    });
    return { values, codes };
  }

  private sweep(x: tf.Tensor, step: (twin: Twin, i: number, z: tf.Tensor) => tf.Tensor): tf.Tensor {
    const values = [x];
    this.net.graph.nodes.forEach(({ inputs }, i) => {
      values.push(step(this.twins[i]!, i, values[inputs[0]!]!));
    });
    return values.at(-1)!;
  }

  /** The C functionals of the output, read at the input: [N, C, …], or [1, C, …] if all agree. */
  private pullback(codes: readonly (tf.Tensor | null)[]): tf.Tensor {
    const { nodes } = this.net.graph;
    const C = this.net.outputSize;
    const gradients: (tf.Tensor | undefined)[] = [];
    gradients[nodes.length] = tf.eye(C).expandDims(0);
    for (let i = nodes.length - 1; i >= 0; i--) {
      const above = gradients[i + 1];
      if (above === undefined) continue;
      const input = nodes[i]!.inputs[0]!;
      const h = this.twins[i]!.pullback(codes[i]!, above);
      const sum = gradients[input];
      gradients[input] = sum === undefined ? h : sum.add(h);
    }
    return gradients[0]!;
  }

  /** How often to repeat the stack so that it has one entry a signal: only affine nets need it. */
  private repeats(x: tf.Tensor, codes: readonly (tf.Tensor | null)[]): number[] {
    const stacked = codes.some((code) => code !== null);
    return [stacked ? 1 : x.shape[0]!, 1, ...this.net.inputShape.map(() => 1)];
  }

  private read(x: tf.Tensor): tf.Tensor {
    const expected = this.net.inputShape;
    const found = x.shape.slice(1);
    if (found.length !== expected.length || found.some((d, i) => d !== expected[i])) {
      throw new RangeError(`batch has shape [${x.shape}], expected [N, ${expected.join(", ")}]`);
    }
    return x.cast("float32");
  }
}

function twinOf(operator: Operator): Twin | undefined {
  const image = operator.inputShape.length === 3;
  if (operator instanceof Dense && operator.positions.length === 0) return denseTwin(operator);
  if (operator instanceof Conv2d && image && operator.groups === 1) return conv2dTwin(operator);
  if (operator instanceof BatchNorm) return batchNormTwin(operator);
  if (operator instanceof Reshape) return reshapeTwin(operator);
  if (operator instanceof Relu) return reluTwin();
  if (operator instanceof MaxPool2d && image) return maxPool2dTwin(operator);
  return undefined;
}
