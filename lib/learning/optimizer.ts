import * as tf from "@tensorflow/tfjs";

/** An optimiser by name, with its learning rate; the rest as TensorFlow.js has it. */
export type OptimizerSpec =
  | { readonly name: "sgd" | "adam" | "rmsprop"; readonly learningRate: number }
  | { readonly name: "momentum"; readonly learningRate: number; readonly momentum: number };

/** Everything an optimiser remembers between two steps, as plain numbers. */
export interface OptimizerState {
  readonly iterations: number;
  /** Running means, one or more for each weight; none before the first step. */
  readonly slots: readonly { readonly shape: readonly number[]; readonly values: Float32Array }[];
  /** Adam's β₁ᵗ⁺¹ and β₂ᵗ⁺¹, as float32 multiplies them up. */
  readonly powers?: readonly number[];
}

/** Adam multiplies its powers up step by step; computed anew they differ in the last bits. */
interface WithPowers {
  readonly accBeta1?: tf.Variable;
  readonly accBeta2?: tf.Variable;
}

/**
 * Makes an optimiser; a number is the learning rate of Adam.
 * Throws RangeError on an unknown name or a learning rate that isn't positive.
 */
export function makeOptimizer(spec: OptimizerSpec | number): tf.Optimizer {
  const full: OptimizerSpec =
    typeof spec === "number" ? { name: "adam", learningRate: spec } : spec;
  const { name, learningRate } = full;
  if (!(Number.isFinite(learningRate) && learningRate > 0)) {
    throw new RangeError(`a learning rate is a positive number, got ${learningRate}`);
  }
  switch (name) {
    case "sgd":
      return tf.train.sgd(learningRate);
    case "momentum":
      if (!(full.momentum >= 0 && full.momentum < 1)) {
        throw new RangeError(`a momentum is in [0, 1), got ${full.momentum}`);
      }
      return tf.train.momentum(learningRate, full.momentum);
    case "rmsprop":
      return tf.train.rmsprop(learningRate);
    case "adam":
      return tf.train.adam(learningRate);
    default:
      throw new RangeError(
        `there is no optimiser "${name}" here; choose sgd, momentum, rmsprop or adam, ` +
          "or hand over a tf.Optimizer",
      );
  }
}

/** Frees an optimiser that {@link makeOptimizer} made. */
export function disposeOptimizer(optimizer: tf.Optimizer): void {
  optimizer.dispose();
  (optimizer as { c?: tf.Tensor }).c?.dispose(); // forgotten by the momentum optimiser of 4.22
}

/** Name and settings of an optimiser, for a recipe. */
export function describeOptimizer(optimizer: tf.Optimizer): string {
  return `${optimizer.getClassName()} ${JSON.stringify(optimizer.getConfig())}`;
}

/** Does an optimiser multiply up powers, as Adam does? */
export function hasPowers(optimizer: tf.Optimizer): boolean {
  const { accBeta1, accBeta2 } = optimizer as unknown as WithPowers;
  return accBeta1 !== undefined && accBeta2 !== undefined;
}

/** Copies what an optimiser remembers. Throws Error for one that can't say (Adagrad's kin). */
export async function optimizerState(optimizer: tf.Optimizer): Promise<OptimizerState> {
  const [iterations, ...slots] = await optimizer.getWeights();
  iterations!.tensor.dispose(); // made for this call; the slots are the optimiser's own
  const { accBeta1, accBeta2 } = optimizer as unknown as WithPowers;
  return {
    iterations: optimizer.iterations,
    slots: slots.map(({ tensor }) => ({
      shape: tensor.shape,
      values: Float32Array.from(tensor.dataSync()),
    })),
    ...(accBeta1 && accBeta2 && { powers: [accBeta1, accBeta2].map((p) => p.dataSync()[0]!) }),
  };
}

/** Gives an optimiser the memory of another of its kind: its next step is the same to the bit. */
export async function restoreOptimizer(
  optimizer: tf.Optimizer,
  { iterations, slots, powers }: OptimizerState,
): Promise<void> {
  tf.dispose((await optimizer.getWeights()).map(({ tensor }) => tensor));
  const tensors = [
    { name: "iter", tensor: tf.scalar(iterations, "int32") as tf.Tensor },
    ...slots.map(({ shape, values }, k) => ({
      name: `slot ${k}`,
      tensor: tf.tensor(values, [...shape], "float32"),
    })),
  ];
  await optimizer.setWeights(tensors);
  tf.dispose(tensors.map(({ tensor }) => tensor));
  const { accBeta1, accBeta2 } = optimizer as unknown as WithPowers;
  if (powers !== undefined) {
    tf.tidy(() => {
      accBeta1!.assign(tf.scalar(powers[0]!));
      accBeta2!.assign(tf.scalar(powers[1]!));
    });
  }
}
