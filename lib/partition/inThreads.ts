import { join } from "node:path";
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

/** Refines the patches of a plan by several threads, the largest first; they end with it, or at once on an abort. */
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
  const shared: SharedWork = { graph, depth, slice, centre, extent, outline, area, tally };
  const pool = new Piscina<PatchTask, Patch>({
    filename: join(__dirname, "patchWorker.js"),
    workerData: shared,
    minThreads: Math.min(threads, outlines.length),
    maxThreads: Math.min(threads, outlines.length),
  });
  const stop = () => void pool.destroy();
  signal?.addEventListener("abort", stop);
  const timer = onProgress && setInterval(() => onProgress(told(tally)), LOOK);
  try {
    const patches: Patch[] = Array(outlines.length);
    const refine = async (patch: number) => {
      patches[patch] = await pool.run({ patch, outline: outlines[patch]! });
    };
    await Promise.all(largestFirst(outlines).map(refine));
    return patches;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    clearInterval(timer);
    signal?.removeEventListener("abort", stop);
    await pool.destroy();
  }
}

function told(tally: Int32Array): { cells: number; share: number } {
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
