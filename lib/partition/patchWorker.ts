// A thread of partitionAsync: refines the patches that it is given, one after the other.
import { deserialize } from "node:v8";
import { move, transferableSymbol, valueSymbol } from "piscina";
import { graphOf } from "../network/graphMessage";
import { type Patch, refinePatch } from "./Patch";
import { mapsOf } from "./Plan";
import { type PatchTask, type SharedJob, type SharedWork, WHOLE } from "./patchTask";
import { Refinement } from "./Refinement";
import { runThrough, Watch } from "./Watch";

/** The partition whose patch came last. */
let known: { id: number; area: number; refinement: Refinement } | undefined;

export default function refine({ job, patch, outline }: PatchTask): unknown {
  const goOn = () => {
    if (Atomics.load(job.stopped, 0) === 1) throw new Error("nobody waits for this patch any more");
  };
  goOn();
  if (known?.id !== job.id) known = prepared(job);
  const watch = new Watch(known.area, {
    onProgress: ({ cells, share }) => {
      goOn();
      Atomics.store(job.tally, 2 * patch, cells);
      Atomics.store(job.tally, 2 * patch + 1, Math.floor(share * WHOLE));
    },
  });
  const made = runThrough(refinePatch(known.refinement, outline, watch));
  watch.report();
  return move({ [valueSymbol]: made, [transferableSymbol]: buffersOf(made) } as never);
}

function prepared({ id, work }: SharedJob): NonNullable<typeof known> {
  const told = deserialize(Buffer.from(work)) as SharedWork;
  const { area, outline, extent } = told;
  const maps = mapsOf(graphOf(told.graph), told, told.depth);
  return { id, area, refinement: new Refinement(maps, outline, extent) };
}

/** The memory of all arrays of a patch: handed over, not copied. */
function buffersOf({ arrays, border, codes, tree }: Patch): ArrayBufferLike[] {
  return [arrays, border, codes, tree].flatMap((part) =>
    Object.values(part).map(({ buffer }: Int32Array) => buffer),
  );
}
