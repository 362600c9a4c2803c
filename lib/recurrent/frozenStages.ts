import * as tf from "@tensorflow/tfjs";

/**
 * One layer of a recurrent model in batches, its codes recorded and taken as constants: then it is
 * affine, and all it does are products of weights and slopes, which TensorFlow.js can differentiate.
 */
export interface Stage {
  /** What it makes of the signals that it was recorded on, [N, …]. */
  readonly output: tf.Tensor;
  /** The same with the recorded codes, at other signals [N, …]. */
  apply(x: tf.Tensor): tf.Tensor;
  /**
   * Stacked functionals [N, C, …] of the output, pulled back to the input (made only when asked for),
   * and to the initial states [N, C, H] of its recurrences.
   */
  pull(g: tf.Tensor): { readonly input: () => tf.Tensor; readonly states: readonly tf.Tensor[] };
}

/** Slopes of the activations that are read here, from pre-activations. */
const SLOPES: Readonly<Record<string, (active: tf.Tensor) => tf.Tensor>> = {
  relu: (active) => active,
  leakyRelu: (active) => active.mul(0.7).add(0.3),
  abs: (active) => active.mul(2).sub(1),
};

/** Slope of each unit at u, a constant for TensorFlow.js' gradients; null for "linear". */
function slopesAt(u: tf.Tensor, activation: string): tf.Tensor | null {
  if (activation === "linear") return null;
  const slopes = SLOPES[activation];
  if (slopes !== undefined) return slopes(active(u as tf.Tensor2D));
  throw new RangeError(
    `activation "${activation}": batches are read with ${Object.keys(SLOPES).join(", ")} and linear; ` +
      "SplineNetwork.fromLayersModel reads more, one sequence at a time",
  );
}

/** 1 where u > 0, else 0. Comparisons have no gradient in TensorFlow.js; this one is 0, as it is. */
const active = tf.customGrad((u) => ({
  value: (u as tf.Tensor).greater(0).cast("float32"),
  gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
}));

const times = (u: tf.Tensor, slopes: tf.Tensor | null): tf.Tensor =>
  slopes === null ? u : u.mul(slopes);

/** Weights of a recurrence as TensorFlow.js keeps them, and how it reads. */
export interface RecurrentKernel {
  /** [D, H]. */
  readonly kernel: tf.Tensor2D;
  /** [H, H], state times this. */
  readonly recurrent: tf.Tensor2D;
  readonly bias: tf.Tensor | null;
  readonly activation: string;
  readonly backward: boolean;
  /** The last state, [N, H], or all, [N, T, H], in the order of processing or the other way round. */
  readonly returns: "last" | "as processed" | "reversed";
}

/** A recurrence on [N, T, D], started at 0. */
export function recurrentStage(x: tf.Tensor, weights: RecurrentKernel): Stage {
  const { kernel, recurrent, bias, activation, backward, returns } = weights;
  const [D, H] = kernel.shape;
  const [N, T] = x.shape as [number, number];
  const inOrder = <Item>(items: Item[]): Item[] => (backward ? [...items].reverse() : items);
  const returned = <Item>(items: Item[]): Item[] =>
    returns === "reversed" ? [...items].reverse() : items;
  const sequences = returns !== "last";
  const recorded: (tf.Tensor | null)[] = [];

  const run = (signals: tf.Tensor, slopesOf: (u: tf.Tensor, s: number) => tf.Tensor | null) => {
    const flat = tf.matMul(signals.reshape([-1, D]) as tf.Tensor2D, kernel);
    const projected = (bias === null ? flat : flat.add(bias)).reshape([-1, T, H]);
    const states: tf.Tensor[] = [];
    inOrder(tf.unstack(projected, 1)).forEach((input, s) => {
      const before = states[s - 1];
      const u =
        before === undefined ? input : input.add(tf.matMul(before as tf.Tensor2D, recurrent));
      states.push(times(u, slopesOf(u, s)));
    });
    return sequences ? tf.stack(returned(states), 1) : states[T - 1]!;
  };

  const output = run(x, (u, s) => {
    recorded[s] = slopesAt(u, activation);
    return recorded[s];
  });

  return {
    output,
    apply: (signals) => run(signals, (_, s) => recorded[s]!),
    pull: (g) => {
      const C = g.shape[1]!;
      const own = sequences ? returned(tf.unstack(g, 2)) : [];
      const pulled: tf.Tensor[] = [];
      let later: tf.Tensor | undefined = sequences ? undefined : g;
      for (let s = T - 1; s >= 0; s--) {
        const sum = later === undefined ? own[s]! : sequences ? later.add(own[s]!) : later;
        const slopes = recorded[s]!;
        const before = slopes === null ? sum : sum.mul(slopes.expandDims(1));
        pulled.push(before);
        const rows = before.reshape([N * C, H]) as tf.Tensor2D;
        later = tf.matMul(rows, recurrent, false, true).reshape([N, C, H]);
      }
      return {
        input: () => {
          const stacked = tf.stack(inOrder(pulled.reverse()), 2).reshape([-1, H]) as tf.Tensor2D;
          return tf.matMul(stacked, kernel, false, true).reshape([N, C, T, D]);
        },
        states: [later!],
      };
    },
  };
}

/** Two recurrences on the same signals, joined: [x, y] on the last axis, x + y, or (x + y) / 2. */
export function mergedStage(
  forward: Stage,
  backward: Stage,
  mode: "concat" | "sum" | "ave",
): Stage {
  const factor = mode === "ave" ? 0.5 : 1;
  const merge = (p: tf.Tensor, q: tf.Tensor): tf.Tensor =>
    mode === "concat" ? tf.concat([p, q], -1) : p.add(q).mul(factor);
  return {
    output: merge(forward.output, backward.output),
    apply: (x) => merge(forward.apply(x), backward.apply(x)),
    pull: (g) => {
      const parts = mode === "concat" ? tf.split(g, 2, -1) : [g.mul(factor), g.mul(factor)];
      const [p, q] = [forward.pull(parts[0]!), backward.pull(parts[1]!)];
      return { input: () => p.input().add(q.input()), states: [...p.states, ...q.states] };
    },
  };
}

/** A dense layer on the last axis of [N, …, D], and its activation. */
export function denseStage(
  x: tf.Tensor,
  kernel: tf.Tensor2D,
  bias: tf.Tensor | null,
  activation: string,
): Stage {
  const [D, K] = kernel.shape;
  const affine = (z: tf.Tensor): tf.Tensor => {
    const y = tf.matMul(z.reshape([-1, D]) as tf.Tensor2D, kernel);
    return (bias === null ? y : y.add(bias)).reshape([...z.shape.slice(0, -1), K]);
  };
  const u = affine(x);
  const slopes = slopesAt(u, activation);
  return {
    output: times(u, slopes),
    apply: (z) => times(affine(z), slopes),
    pull: (g) => {
      const before = slopes === null ? g : g.mul(slopes.expandDims(1));
      const rows = before.reshape([-1, K]) as tf.Tensor2D;
      const input = () =>
        tf.matMul(rows, kernel, false, true).reshape([...g.shape.slice(0, -1), D]);
      return { input, states: [] };
    },
  };
}

/** Mean over time, [N, T, H] to [N, H]. */
export function meanStage(x: tf.Tensor): Stage {
  const T = x.shape[1]!;
  return {
    output: x.mean(1),
    apply: (z) => z.mean(1),
    pull: (g) => ({ input: () => g.div(T).expandDims(2).tile([1, 1, T, 1]), states: [] }),
  };
}

/** Maximum over time, [N, T, H] to [N, H]; the first of equals. */
export function maximumStage(x: tf.Tensor): Stage {
  const taken = firstLargest(x as tf.Tensor3D);
  return {
    output: x.mul(taken).sum(1),
    apply: (z) => z.mul(taken).sum(1),
    pull: (g) => ({ input: () => g.expandDims(2).mul(taken.expandDims(1)), states: [] }),
  };
}

/** 1 at the first largest entry over time, else 0; a constant for gradients. */
const firstLargest = tf.customGrad((x) => {
  const [, T] = (x as tf.Tensor).shape;
  return {
    value: tf
      .oneHot((x as tf.Tensor).argMax(1), T!)
      .transpose([0, 2, 1])
      .cast("float32"),
    gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
  };
});

/** Another shape of the same numbers. */
export function reshapedStage(x: tf.Tensor, shape: readonly number[]): Stage {
  const before = x.shape.slice(1);
  return {
    output: x.reshape([-1, ...shape]),
    apply: (z) => z.reshape([-1, ...shape]),
    pull: (g) => ({ input: () => g.reshape([g.shape[0]!, g.shape[1]!, ...before]), states: [] }),
  };
}
