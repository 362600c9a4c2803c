import { interruption } from "../interrupt";
import type { SplineNetwork } from "../network";
import { graphMessage } from "../network/graphMessage";
import type { Complex } from "./Complex";
import { refineInThreads } from "./inThreads";
import { readPlan } from "./Plan";
import { finishComplex, type PartitionOptions, refinePatches, undivided } from "./partition";
import { patchworkOf } from "./patchwork";
import { runInTurns, Watch } from "./Watch";

/** What of a network's partition is wanted, and by how many threads. */
export interface AsyncPartitionOptions extends PartitionOptions {
  /** Threads that refine; 1 if left out: the one that asks, which goes on with other things in between. */
  readonly threads?: number;
}

/**
 * `partition`, while this thread stays responsive: the same complex, to the bit.
 *
 * With one thread, it pauses after every 1024 cells, so that timers, an abort, a notebook's display
 * get their turn; a notebook's stop button ends it too. With more, each of them refines patches of
 * the domain; the network goes to them as its weights, so its operators have to be the dictionary's.
 * A domain that few lines of layer 1 cross (48 at most), or whose first operator is a maximum, is
 * one patch: that takes one thread. Threads stay for the next partition, or end after ten seconds.
 *
 * @throws RangeError as `partition`, for `threads` that isn't a positive integer, and for `exact`
 *   with more than one thread
 * @throws NotTransferableError for operators of your own with more than one thread
 * @throws the reason of `signal`, once it is aborted: after 1024 cells at most, in threads too
 * @example
 * const complex = await partitionAsync(net, { domain, signal: AbortSignal.timeout(60_000) });
 * complex.cellCount === partition(net, { domain }).cellCount; // true
 */
export async function partitionAsync(
  net: SplineNetwork,
  options: AsyncPartitionOptions,
): Promise<Complex> {
  const { threads = 1, exact = false } = options;
  if (!(Number.isInteger(threads) && threads >= 1)) {
    throw new RangeError(`${threads} threads, expected an integer above 0`);
  }
  if (exact && threads > 1) {
    throw new RangeError(`exact with ${threads} threads: what is exact isn't divided, expected 1`);
  }
  const { graph } = net;
  const plan = readPlan(net, options);
  const message = threads > 1 ? graphMessage(graph) : undefined;
  const work = exact ? undivided(plan) : patchworkOf(graph, plan);
  const { signal, end } = interruption(options.signal);
  const watching = { signal, onProgress: options.onProgress };
  try {
    const watch = new Watch(plan.area, watching);
    const patches =
      message !== undefined && work.faces.length > 1
        ? await refineInThreads(message, plan, work, threads, watching)
        : await runInTurns(refinePatches(graph, plan, work, watch, exact));
    return finishComplex(net, plan, work, patches, watch);
  } finally {
    end();
  }
}
