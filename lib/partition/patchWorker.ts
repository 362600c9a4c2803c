// A thread of partitionAsync: refines the patches that it is given, one after the other.
import { workerData } from "node:worker_threads";
import { move, transferableSymbol, valueSymbol } from "piscina";
import { graphOf } from "../network/graphMessage";
import { type Patch, refinePatch } from "./Patch";
import { mapsOf } from "./Plan";
import { type PatchTask, type SharedWork, WHOLE } from "./patchTask";
import { Refinement } from "./Refinement";
import { runThrough, Watch } from "./Watch";

const work = workerData as SharedWork;
const maps = mapsOf(graphOf(work.graph), work, work.depth);
const refinement = new Refinement(maps, work.outline, work.extent);

export default function refine({ patch, outline }: PatchTask): unknown {
  const watch = new Watch(work.area, {
    onProgress: ({ cells, share }) => {
      Atomics.store(work.tally, 2 * patch, cells);
      Atomics.store(work.tally, 2 * patch + 1, Math.floor(share * WHOLE));
    },
  });
  const made = runThrough(refinePatch(refinement, outline, watch));
  watch.report();
  return move({ [valueSymbol]: made, [transferableSymbol]: buffersOf(made) } as never);
}

/** The memory of all arrays of a patch: handed over, not copied. */
function buffersOf({ arrays, border, codes, tree }: Patch): ArrayBufferLike[] {
  return [arrays, border, codes, tree].flatMap((part) =>
    Object.values(part).map(({ buffer }: Int32Array) => buffer),
  );
}
