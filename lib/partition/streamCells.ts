import { setImmediate } from "node:timers/promises";
import { interruption } from "../interrupt";
import type { ActivationCode, SplineNetwork } from "../network";
import type { Pieces } from "../spline/operators";
import { cornerMean, type Point, signedArea } from "../spline/planar";
import { codesOfNodes } from "./assemble";
import type { Cell } from "./Complex";
import { frozenCode, frozenSliceMap } from "./frozenCell";
import { mapsOf, type Plan, type PlanOptions, readPlan } from "./Plan";
import { patchworkOf } from "./patchwork";
import { Refinement } from "./Refinement";
import { pointOfSlice } from "./Slice";
import { Watch, type Watching } from "./Watch";

/** A cell that goes by: all that a complex knows of its cells, apart from their neighbours. */
export type StreamedCell = Omit<Cell, "neighbours">;

/** What of a network's partition goes by. */
export interface StreamOptions extends PlanOptions, Watching {}

/**
 * The cells of a partition, one after the other, for complexes that are larger than memory.
 *
 * The same cells as `partition` finds, in the same order; corners may differ by rounding, for cells
 * that share a corner here don't know of each other (so may the order where lines coincide). Nothing is kept of a cell that has gone by:
 * memory holds the cells of one layer within one cell of the layer before, and of the first layer
 * within one patch. So there are no edges, no neighbours, and no count of what was undecided.
 * Code, A and b are computed when they are asked for.
 *
 * @throws RangeError as `partition`, when the first cell is asked for
 * @throws the reason of `signal`, once it is aborted
 * @example
 * let largest = 0;
 * for await (const cell of streamCells(net, { domain: [[-1, -1], [1, 1]] })) {
 *   largest = Math.max(largest, cell.area);
 * }
 */
export async function* streamCells(
  net: SplineNetwork,
  options: StreamOptions,
): AsyncGenerator<StreamedCell, void> {
  const { graph } = net;
  const plan = readPlan(net, options);
  const { signal, end } = interruption(options.signal);
  try {
    const watch = new Watch(plan.area, { signal, onProgress: options.onProgress });
    const { skeleton, faces } = patchworkOf(graph, plan);
    const maps = mapsOf(graph, plan, plan.layers.length);
    const refinement = new Refinement(maps, plan.outline, plan.extent, { isolated: true });
    let count = 0;
    for (let p = 0; p < faces.length; p++) {
      refinement.restart(skeleton.outline(faces[p]!));
      while (refinement.next()) {
        count++;
        yield new PassingCell(net, plan, refinement);
        signal.throwIfAborted();
        if (watch.cell(refinement)) await setImmediate();
      }
    }
    watch.finish(count);
  } finally {
    end();
  }
}

/** A cell with a copy of its polygon and pieces, of which the rest is computed when it is asked for. */
class PassingCell implements StreamedCell {
  readonly polygon: Point[];
  private readonly pieces: readonly Pieces[];
  private known: readonly Pieces[] | undefined;
  private map: { A: Float64Array; b: Float64Array } | undefined;

  constructor(
    private readonly network: SplineNetwork,
    private readonly plan: Plan,
    { faces, face, maps }: Refinement,
  ) {
    this.polygon = faces.corners(face, ...plan.centre);
    this.pieces = maps.stages.map(({ code }) => code.slice());
  }

  get area(): number {
    return signedArea(this.polygon);
  }

  get code(): ActivationCode {
    return frozenCode(this.network.graph, this.codes);
  }

  get A(): Float64Array {
    return this.sliceMap.A;
  }

  get b(): Float64Array {
    return this.sliceMap.b;
  }

  private get sliceMap(): { A: Float64Array; b: Float64Array } {
    this.map ??= frozenSliceMap(this.network.graph, this.codes, this.plan.slice);
    return this.map;
  }

  private get codes(): readonly Pieces[] {
    const { layers, slice } = this.plan;
    this.known ??= codesOfNodes(this.network.graph, layers, this.pieces, () =>
      pointOfSlice(slice, ...cornerMean(this.polygon)),
    );
    return this.known;
  }
}
