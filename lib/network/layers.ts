import { type Shape, sizeOf } from "../spline/operators";
import type { Graph } from "./Graph";

/**
 * A layer in the sense of the papers: one nonlinear operator and every affine operator between it
 * and the nonlinear one before. What follows the last nonlinear operator is a layer of its own.
 */
export interface Layer {
  /** "dense + relu", "maxPool2d", …: kinds of its operators in order. */
  readonly kind: string;
  /** Indices of its nodes in the graph. */
  readonly nodes: readonly number[];
  readonly outputShape: Shape;
  /** K: units that choose a piece, or outputs if the layer is affine. */
  readonly units: number;
  /** R: pieces a unit chooses from; 1 if the layer is affine. */
  readonly pieces: number;
}

/** Groups the nodes of a graph into layers. */
export function layersOf(graph: Graph): readonly Layer[] {
  const layers: Layer[] = [];
  let pending: number[] = [];
  graph.nodes.forEach(({ operator }, i) => {
    pending.push(i);
    if (operator.units === 0 && i < graph.nodes.length - 1) return;
    layers.push({
      kind: pending.map((n) => graph.nodes[n]!.operator.kind).join(" + "),
      nodes: pending,
      outputShape: operator.outputShape,
      units: operator.units || sizeOf(operator.outputShape),
      pieces: operator.pieces,
    });
    pending = [];
  });
  return layers;
}
