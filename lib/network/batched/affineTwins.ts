import * as tf from "@tensorflow/tfjs";
import {
  type Add,
  type BatchNorm,
  type Crop,
  type Dense,
  type GlobalAveragePool,
  type Permute,
  type Rescale,
  type Reshape,
  type Selection,
  type Shape,
  sizeOf,
  type ZeroPad,
} from "../../spline/operators";
import { channelSum, onStack, type Twin } from "./twin";

/** float32 copies of float64 weights. */
export const float32 = (values: ArrayLike<number>, shape: Shape): tf.Tensor =>
  tf.tensor(Float32Array.from(values), [...shape], "float32");

/** Twin of an affine operator, from its linear part, the transpose on stacks, and its offset. */
export function affineTwin(
  linear: (x: tf.Tensor) => tf.Tensor,
  pullback: (g: tf.Tensor) => tf.Tensor,
  { owned = [], offset = null }: { owned?: tf.Tensor[]; offset?: Float64Array | null } = {},
): Twin {
  const shift = offset && (float32(offset, [offset.length]) as tf.Tensor1D);
  const frozen = {
    pullback,
    ...(shift && { constant: (g: tf.Tensor) => channelSum(g, shift) }),
  };
  return {
    forward: (x) => ({ y: shift ? linear(x).add(shift) : linear(x), code: null }),
    freeze: () => frozen,
    dispose: () => tf.dispose([...owned, ...(shift ? [shift] : [])]),
  };
}

/** Twin of a dense operator, at every position the same. */
export function denseTwin({ W, b, inputSize, outputSize, inputShape, outputShape }: Dense): Twin {
  const weights = float32(W, [outputSize, inputSize]) as tf.Tensor2D;
  return affineTwin(
    (x) =>
      tf
        .matMul(x.reshape([-1, inputSize]) as tf.Tensor2D, weights, false, true)
        .reshape([x.shape[0]!, ...outputShape]),
    (g) => onStack(g, inputShape, (rows) => tf.matMul(rows.reshape([-1, outputSize]), weights)),
    { owned: [weights], offset: b },
  );
}

export function batchNormTwin({ scale, shift }: BatchNorm): Twin {
  const factor = float32(scale, [scale.length]);
  const times = (x: tf.Tensor) => x.mul(factor);
  return affineTwin(times, times, { owned: [factor], offset: shift });
}

export function rescaleTwin({ scale, shift }: Rescale): Twin {
  const times = (x: tf.Tensor) => x.mul(scale);
  return affineTwin(times, times, { offset: shift === 0 ? null : Float64Array.of(shift) });
}

export function reshapeTwin({ inputShape, outputShape }: Reshape): Twin {
  return affineTwin(
    (x) => x.reshape([x.shape[0]!, ...outputShape]),
    (g) => onStack(g, inputShape, (stack) => stack),
  );
}

export function globalAverageTwin({ inputShape }: GlobalAveragePool): Twin {
  const channels = inputShape.at(-1)!;
  const positions = sizeOf(inputShape) / channels;
  return affineTwin(
    (x) => x.reshape([x.shape[0]!, positions, channels]).mean(1),
    (g) =>
      onStack(g, inputShape, (rows) => rows.div(positions).expandDims(1).tile([1, positions, 1])),
  );
}

/** Twin of a sum of signals that stand side by side in one. */
export function addTwin({ count }: Add): Twin {
  return affineTwin(
    (x) => x.sum(1),
    (g) => g.expandDims(2).tile([1, 1, count, ...g.shape.slice(2).map(() => 1)]),
  );
}

export function permuteTwin({ order }: Permute): Twin {
  const back = order.map((_, axis) => order.indexOf(axis));
  return affineTwin(
    (x) => x.transpose([0, ...order.map((axis) => axis + 1)]),
    (g) => g.transpose([0, 1, ...back.map((axis) => axis + 2)]),
  );
}

export function zeroPadTwin({ margins, inputShape }: ZeroPad): Twin {
  return affineTwin(padBy(margins), (g) => onStack(g, inputShape, cropBy(margins, inputShape)));
}

export function cropTwin({ margins, inputShape, outputShape }: Crop): Twin {
  return affineTwin(cropBy(margins, outputShape), (g) => onStack(g, inputShape, padBy(margins)));
}

const padBy = (margins: ZeroPad["margins"]) => (x: tf.Tensor) =>
  x.pad([[0, 0], ...margins.map(([before, behind]): [number, number] => [before, behind])]);

const cropBy = (margins: Crop["margins"], left: Shape) => (x: tf.Tensor) =>
  x.slice([0, ...margins.map(([before]) => before)], [x.shape[0]!, ...left]);

/** Twin of any selection, by its table of sources; the transpose by the table of its readers. */
export function selectionTwin({ sources, inputShape, outputShape }: Selection): Twin {
  const [D, K] = [sizeOf(inputShape), sizeOf(outputShape)];
  const { table, most } = readersOf(sources, D);
  const from = tf.tensor1d(
    sources.map((source) => (source < 0 ? D : source)),
    "int32",
  );
  const to = tf.tensor1d(table, "int32");
  // One entry more, a zero, for what reads nothing and for what nothing reads.
  const extended = (x: tf.Tensor, size: number) =>
    x.reshape([-1, size]).pad([
      [0, 0],
      [0, 1],
    ]);
  return affineTwin(
    (x) =>
      extended(x, D)
        .gather(from, 1)
        .reshape([x.shape[0]!, ...outputShape]),
    (g) =>
      onStack(g, inputShape, (stack) =>
        extended(stack, K).gather(to, 1).reshape([-1, D, most]).sum(2),
      ),
    { owned: [from, to] },
  );
}

/** The outputs that read each input [D × most], K where there are fewer than most. */
function readersOf(sources: Int32Array, D: number): { table: Int32Array; most: number } {
  const counts = new Int32Array(D);
  for (const source of sources) if (source >= 0) counts[source]!++;
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  const table = new Int32Array(D * most).fill(sources.length);
  counts.fill(0);
  sources.forEach((source, k) => {
    if (source >= 0) table[source * most + counts[source]!++] = k;
  });
  return { table, most };
}
