import type * as tf from "@tensorflow/tfjs";
import { SplineNetwork } from "../network";
import { type Complex, type PartitionOptions, partition } from "../partition";
import { applySnapshot, type Snapshot, takeSnapshot } from "./Snapshot";

/** A network after an epoch, and its exact partition. */
export interface PartitionSnapshot {
  readonly epoch: number;
  readonly net: SplineNetwork;
  readonly complex: Complex;
}

/**
 * The exact partition after each epoch of which there is a snapshot: how learning moves it.
 *
 * The model keeps its own weights. Throws RangeError as `applySnapshot` and `partition` do.
 *
 * @example
 * const moving = partitionsOverEpochs(model, curve.snapshots, { domain: [[-1, -1], [1, 1]] });
 * moving.map(({ epoch, complex }) => `epoch ${epoch}: ${complex.cellCount} cells`);
 */
export function partitionsOverEpochs(
  model: tf.LayersModel,
  snapshots: readonly Snapshot[],
  options: PartitionOptions,
): PartitionSnapshot[] {
  const own = takeSnapshot(model);
  try {
    return snapshots.map((snapshot) => {
      applySnapshot(model, snapshot);
      const net = SplineNetwork.fromLayersModel(model);
      return { epoch: snapshot.epoch, net, complex: partition(net, options) };
    });
  } finally {
    applySnapshot(model, own);
  }
}
