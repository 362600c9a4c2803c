import { join } from "node:path";
import { serialize } from "node:v8";
import { Piscina } from "piscina";
import type { GraphMessage } from "../network/graphMessage";
import { signedArea } from "../spline/planar";
import type { Patchwork } from "./glue";
import type { Outline } from "./HalfEdges";
import type { Patch } from "./Patch";
import type { Plan } from "./Plan";
import { type PatchTask, type SharedWork, WHOLE } from "./patchTask";
import type { Watching } from "./Watch";

/** How often threads are asked how far they have come, in milliseconds. */
const LOOK = 50;

/** Refines the patches of a plan by several threads, the largest first. */
export async function refineInThreads(
  graph: GraphMessage,
  plan: Plan,
  work: Patchwork,
  threads: number,
  { signal, onProgress }: Watching,
): Promise<Patch[]> {
  const outlines = Array.from(work.faces, (face) => work.skeleton.outline(face));
  const tally = new Int32Array(new SharedArrayBuffer(8 * outlines.length));
  const { slice, centre, extent, outline, area, layers } = plan;
  const depth = layers.length;
  const told: SharedWork = { graph, depth, slice, centre, extent, outline, area };
  const stopped = new Int32Array(new SharedArrayBuffer(4));
  const job = { id: ++jobs, work: inSharedMemory(told), tally, stopped };
  const count = Math.min(threads, outlines.length);
  const pool = idle.get(count)?.pop() ?? newPool(count);
  // Threads stop by themselves: Node 20 may crash where one is ended while its code is compiled.
  const stop = () => Atomics.store(stopped, 0, 1);
  signal?.addEventListener("abort", stop);
  const timer = onProgress && setInterval(() => onProgress(progressOf(tally)), LOOK);
  const patches: Patch[] = Array(outlines.length);
  const refined = largestFirst(outlines).map(async (patch) => {
    patches[patch] = await pool.run({ job, patch, outline: outlines[patch]! });
  });
  try {
    await Promise.all(refined);
    return patches;
  } catch (error) {
    stop(); // where one patch has failed, the others aren't wanted any more
    await Promise.allSettled(refined);
    signal?.throwIfAborted();
    throw error;
  } finally {
    clearInterval(timer);
    signal?.removeEventListener("abort", stop);
    idle.set(count, [...(idle.get(count) ?? []), pool]);
  }
}

/**
 * Threads without work, by their number. They stay for the next partition: new ones take a tenth of a
 * second to start, and a few more until their loops are compiled well.
 */
const idle = new Map<number, Piscina<PatchTask, Patch>[]>();
let jobs = 0;

const newPool = (threads: number): Piscina<PatchTask, Patch> =>
  new Piscina({
    filename: join(__dirname, "patchWorker.js"),
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: 10_000,
  });

/** Plain data as bytes that go to threads without being copied. */
function inSharedMemory(data: unknown): Uint8Array {
  const bytes = serialize(data);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}

function progressOf(tally: Int32Array): { cells: number; share: number } {
  let [cells, covered] = [0, 0];
  for (let i = 0; i < tally.length; i += 2) {
    cells += Atomics.load(tally, i);
    covered += Atomics.load(tally, i + 1);
  }
  return { cells, share: Math.min(1, covered / WHOLE) };
}

/** Numbers of patches by area: the last ones to be finished are the small ones. */
function largestFirst(outlines: readonly Outline[]): number[] {
  const areas = outlines.map(({ points }) =>
    signedArea(
      Array.from({ length: points.length / 2 }, (_, i) => [points[2 * i]!, points[2 * i + 1]!]),
    ),
  );
  return [...areas.keys()].sort((a, b) => areas[b]! - areas[a]!);
}
