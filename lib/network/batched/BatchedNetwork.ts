import * as tf from "@tensorflow/tfjs";
import { interruption } from "../../interrupt";
import { type Shape, sizeOf } from "../../spline/operators";
import type { SplineNetwork } from "../SplineNetwork";
import { type NodeTwin, nodeTwin } from "./NodeTwin";

/** Affine maps of a batch, float32: f(x_n) = A_n x_n + b_n. The caller disposes them. */
export interface BatchedAffineMaps {
  /** A [N, C, …inputShape]: A[n][c] is the template of class c at signal n, in the input's shape. */
  readonly A: tf.Tensor;
  /** b [N, C]. */
  readonly b: tf.Tensor2D;
  /** f(x_n) [N, C], the logits. */
  readonly f: tf.Tensor2D;
}

/** What goes through a batch of affine maps, a part of it at a time. */
export interface AffineMapsOptions {
  /** Which outputs; C is then their number. All of them if left out. */
  readonly classes?: readonly number[];
}

/** How much memory a BatchedNetwork takes. */
export interface BatchedNetworkOptions {
  /**
   * Most scalars of a stack of functionals, 4 bytes each: signals, then classes, are divided so that
   * no intermediate value is larger, down to one class of one signal. 2²³ if left out, 32 MB.
   */
  readonly stack?: number;
}

/** How a long run of affine maps is divided. */
export interface ChunkOptions extends AffineMapsOptions {
  /** Signals in a chunk; 50 if left out. */
  readonly size?: number;
  /** Called after every chunk, with the signals done so far. */
  readonly onProgress?: (done: number) => void;
  /** Ends the run before the next chunk, by throwing its reason; so does a notebook's stop button. */
  readonly signal?: AbortSignal;
}

/** One chunk of a long run: maps of signals from, from + 1, …; freed when the next one is asked for. */
export interface AffineMapsChunk extends BatchedAffineMaps {
  readonly from: number;
}

/**
 * The float32 twin of a SplineNetwork on TensorFlow.js, for batches of signals; every operator has one.
 *
 * One forward pass records the codes; one backward pass with these codes frozen, all classes stacked,
 * gives the templates, and b on the way: the sum of what each offset contributes to the output, never
 * f(x) − A x, which cancels. Agrees with float64 within 1e-5 relative away from ties. Signals are
 * [N, …inputShape], or a list of such tensors where the model has several inputs. Intermediate values
 * take some 100 MB at most, whatever N is. Call `dispose` when done: it owns a copy of the weights.
 *
 * @example
 * const twin = new BatchedNetwork(net);
 * const { A, b, f } = twin.affineMaps(images); // images [N, 28, 28, 1]
 */
export class BatchedNetwork {
  private readonly twins: readonly NodeTwin[];
  private readonly stack: number;

  /** @throws RangeError unless `stack` is a positive integer */
  constructor(
    readonly net: SplineNetwork,
    { stack = STACK }: BatchedNetworkOptions = {},
  ) {
    if (!(Number.isInteger(stack) && stack >= 1)) {
      throw new RangeError(`a stack holds one number or more, got ${stack}`);
    }
    this.stack = stack;
    const { graph } = net;
    this.twins = graph.nodes.map((node) =>
      nodeTwin(
        node,
        node.inputs.map((v) => graph.shapeOf(v)),
      ),
    );
  }

  /** Logits f(x_n), [N, C], of signals [N, …inputShape]. */
  forward(x: tf.Tensor | readonly tf.Tensor[]): tf.Tensor2D {
    return tf.tidy(() => {
      const signals = this.read(x);
      if (signals.shape[0] === 0) return tf.zeros([0, this.net.outputSize]);
      return rows(this.run(signals).values.at(-1)!, signals.shape[0]!);
    });
  }

  /**
   * Q(x_n) for signals [N, …inputShape]: for each operator that chooses pieces, in the order of
   * `net.code`, the piece that each of its units takes, [N, units], float32 or int32. The caller
   * disposes them.
   */
  codes(x: tf.Tensor | readonly tf.Tensor[]): tf.Tensor2D[] {
    return tf.tidy(() => {
      const signals = this.read(x);
      if (signals.shape[0] === 0) return this.noCodes();
      return this.run(signals).codes.flatMap((code) =>
        code === null ? [] : [rows(code, signals.shape[0]!)],
      );
    });
  }

  /**
   * A_n, b_n and f(x_n) for every signal of x [N, …inputShape].
   *
   * @throws RangeError on a batch of another shape, or classes that the network hasn't
   */
  affineMaps(
    x: tf.Tensor | readonly tf.Tensor[],
    { classes }: AffineMapsOptions = {},
  ): BatchedAffineMaps {
    const chosen = this.chosen(classes);
    return tidied(() => {
      const signals = this.read(x);
      const N = signals.shape[0]!;
      if (N === 0) return this.noMaps(chosen.length);
      const perSignal = chosen.length * this.largestValue();
      const count = Math.max(1, Math.floor(this.stack / perSignal));
      const parts: BatchedAffineMaps[] = [];
      for (let from = 0; from < N; from += count) {
        parts.push(tidied(() => this.part(slice(signals, from, count), chosen)));
      }
      if (parts.length === 1) return parts[0]!;
      const all = <K extends keyof BatchedAffineMaps>(key: K) =>
        tf.concat(parts.map((part) => part[key]));
      return { A: all("A"), b: all("b") as tf.Tensor2D, f: all("f") as tf.Tensor2D };
    });
  }

  /**
   * The affine maps of many signals, chunk by chunk, so that memory stays bounded: each chunk is freed
   * when the next one is asked for, and the last when the loop ends, in whatever way. Between chunks
   * the event loop gets its turn.
   *
   * @throws RangeError as `affineMaps` does; the reason of `signal` when that is aborted
   * @example
   * const twin = new BatchedNetwork(net);
   * let largest = 0;
   * for await (const { b } of twin.affineMapsInChunks(images, { size: 2 })) {
   *   largest = Math.max(largest, tf.tidy(() => b.abs().max().dataSync()[0]));
   * }
   */
  async *affineMapsInChunks(
    x: tf.Tensor,
    { size = 50, onProgress, signal, ...options }: ChunkOptions = {},
  ): AsyncGenerator<AffineMapsChunk> {
    if (!(Number.isInteger(size) && size >= 1)) {
      throw new RangeError(`a chunk has one signal or more, got ${size}`);
    }
    const N = x.shape[0]!;
    const interrupt = interruption(signal);
    try {
      for (let from = 0; from < N; from += size) {
        await new Promise(setImmediate); // lets an interrupt through
        interrupt.signal.throwIfAborted();
        const chunk = this.chunk(x, from, size, options);
        try {
          yield { from, ...chunk };
        } finally {
          tf.dispose([chunk.A, chunk.b, chunk.f]);
        }
        onProgress?.(Math.min(N, from + size));
      }
    } finally {
      interrupt.end();
    }
  }

  /** The maps of signals from, …, from + size − 1 of x. */
  private chunk(
    x: tf.Tensor,
    from: number,
    size: number,
    options: AffineMapsOptions,
  ): BatchedAffineMaps {
    return tidied(() => this.affineMaps(slice(x, from, size), options));
  }

  /** Frees the weights. */
  dispose(): void {
    for (const twin of this.twins) twin.dispose();
  }

  /** The maps of a few signals, by as many classes at a time as the stack may hold. */
  private part(x: tf.Tensor, classes: readonly number[]): BatchedAffineMaps {
    const N = x.shape[0]!;
    const { values, codes } = this.run(x);
    const frozen = this.twins.map((twin, i) => twin.freeze(codes[i]!));
    const f = rows(values.at(-1)!, N);
    const count = Math.max(1, Math.floor(this.stack / (N * this.largestValue())));
    const stacks: { A: tf.Tensor; b: tf.Tensor }[] = [];
    for (let from = 0; from < classes.length; from += count) {
      stacks.push(this.pullback(frozen, classes.slice(from, from + count), N));
    }
    const joined = (key: "A" | "b") =>
      stacks.length === 1 ? stacks[0]![key] : tf.concat(stacks.map((stack) => stack[key]));
    const A = joined("A").reshape([classes.length, N, -1]).transpose([1, 0, 2]);
    const inOrder = classes.length === this.net.outputSize && classes.every((c, i) => c === i);
    return {
      A: A.reshape([N, classes.length, ...this.net.inputShape]),
      b: joined("b").transpose() as tf.Tensor2D,
      f: inOrder ? f : (f.gather([...classes], 1) as tf.Tensor2D),
    };
  }

  private run(x: tf.Tensor): { values: tf.Tensor[]; codes: (tf.Tensor | null)[] } {
    const codes: (tf.Tensor | null)[] = [];
    const values = [x];
    this.net.graph.nodes.forEach(({ inputs }, i) => {
      const { y, code } = this.twins[i]!.forward(inputs.map((v) => values[v]!));
      codes.push(code);
      values.push(y);
    });
    return { values, codes };
  }

  /** Functionals of the output read at the input, A [C, N, …inputShape], and at the offsets, b [C, N]. */
  private pullback(
    frozen: readonly ReturnType<NodeTwin["freeze"]>[],
    classes: readonly number[],
    N: number,
  ): { A: tf.Tensor; b: tf.Tensor } {
    const { graph, outputSize, inputShape } = this.net;
    const C = classes.length;
    const gradients: (tf.Tensor | undefined)[] = [];
    const units = new Float32Array(C * outputSize);
    classes.forEach((c, i) => {
      units[i * outputSize + c] = 1;
    });
    gradients[graph.nodes.length] = tf.tensor(units, [C, 1, ...graph.outputShape]);
    let b: tf.Tensor = tf.zeros([C, N]);
    for (let i = graph.nodes.length - 1; i >= 0; i--) {
      const above = gradients[i + 1];
      if (above === undefined) continue; // nothing downstream reads this node
      const { pullback, constant } = frozen[i]!;
      if (constant !== undefined) b = b.add(constant(above));
      pullback(above).forEach((part, k) => {
        const v = graph.nodes[i]!.inputs[k]!;
        const sum = gradients[v];
        gradients[v] = sum === undefined ? part : sum.add(part);
      });
      gradients[i + 1] = undefined;
    }
    const A = gradients[0] ?? tf.zeros([C, 1, ...inputShape]);
    // One entry stands for all signals as long as no code has told them apart.
    return { A: A.shape[1] === N ? A : A.tile([1, N, ...inputShape.map(() => 1)]), b };
  }

  /** The codes of no signal, [0, units] each. */
  private noCodes(): tf.Tensor2D[] {
    const { nodes } = this.net.graph;
    return nodes.flatMap(({ operator: { units } }) => (units === 0 ? [] : [tf.zeros([0, units])]));
  }

  /** The maps of no signal. */
  private noMaps(C: number): BatchedAffineMaps {
    const none = (...shape: number[]) => tf.zeros([0, C, ...shape]);
    return {
      A: none(...this.net.inputShape),
      b: none() as tf.Tensor2D,
      f: none() as tf.Tensor2D,
    };
  }

  /** Number of scalars of the largest value that is pulled back. */
  private largestValue(): number {
    const { nodes, inputShape } = this.net.graph;
    return nodes.reduce(
      (most, { operator }) => Math.max(most, sizeOf(operator.outputShape)),
      sizeOf(inputShape),
    );
  }

  private chosen(classes?: readonly number[]): readonly number[] {
    const C = this.net.outputSize;
    const all = classes ?? Array.from({ length: C }, (_, c) => c);
    const wrong = all.find((c) => !(Number.isInteger(c) && c >= 0 && c < C));
    if (all.length > 0 && wrong === undefined) return all;
    throw new RangeError(`classes [${all}], expected some of 0 … ${C - 1}`);
  }

  private read(x: tf.Tensor | readonly tf.Tensor[]): tf.Tensor {
    const { inputs, inputShape } = this.net;
    if (isTensor(x)) {
      requireShape(x, inputShape);
      return x.cast("float32");
    }
    if (x.length !== inputs.length) {
      throw new RangeError(`${x.length} tensors, expected ${inputs.length}: one for each input`);
    }
    const flat = x.map((part, i) => {
      requireShape(part, inputs[i]!.shape);
      return part.cast("float32").reshape([part.shape[0]!, sizeOf(inputs[i]!.shape)]);
    });
    return tf.concat(flat, 1).reshape([x[0]!.shape[0]!, ...inputShape]);
  }
}

/** Fewer cost calls, more leave the processor's cache. */
const STACK = 2 ** 23;

const tidied = (make: () => BatchedAffineMaps): BatchedAffineMaps =>
  tf.tidy(() => ({ ...make() }) as { [key: string]: tf.Tensor }) as unknown as BatchedAffineMaps;

const rows = (value: tf.Tensor, N: number): tf.Tensor2D => value.reshape([N, -1]);

const isTensor = (x: tf.Tensor | readonly tf.Tensor[]): x is tf.Tensor => !Array.isArray(x);

/** Signals from, …, from + count − 1, or fewer at the end. */
function slice(x: tf.Tensor, from: number, count: number): tf.Tensor {
  const n = Math.min(count, x.shape[0]! - from);
  return x.slice([from, ...x.shape.slice(1).map(() => 0)], [n, ...x.shape.slice(1)]);
}

function requireShape(x: tf.Tensor, expected: Shape): void {
  const found = x.shape.slice(1);
  if (found.length === expected.length && found.every((d, i) => d === expected[i])) return;
  throw new RangeError(`batch has shape [${x.shape}], expected [N, ${expected.join(", ")}]`);
}
