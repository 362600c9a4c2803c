import type { Complex } from "../Complex";
import { connectedCells } from "../connectedCells";
import { straightLoop } from "./straightLoop";

/** The partition of a slice by the codes of some layers alone. */
export interface LayerRegions {
  /** Regions: connected sets of cells that have one code of these layers. */
  readonly regions: number;
  /** Different codes of these layers; a code can have several regions. */
  readonly codes: number;
  /** The region of each cell, counted from 0 [cells]. */
  readonly regionOf: Int32Array;
  /** Edges of the complex between two regions, in their order: what these layers draw. */
  readonly edges: Int32Array;
  /**
   * The boundary of a region: closed loops of corners, x and y side by side, counterclockwise around
   * the region and clockwise around holes in it. Throws RangeError for a region that isn't there.
   */
  outline(region: number): Float64Array[];
}

/**
 * The partition by the code of some layers alone: cells joined across the edges of all others.
 *
 * Layers are counted from 0, as in `code.piece`: [0] are the cells of layer 1, which are convex, and
 * [0, 1] those of layers 1 and 2, convex too. [1] is layer 2 alone in the input's plane: its lines
 * bend at those of layer 1, and its regions need be neither convex nor without holes.
 *
 * @throws RangeError for no layer, and for one that the network doesn't have
 * @example
 * const layer1 = layerRegions(partition(net, { domain }), [0]);
 * layer1.regions === partition(net, { domain, layers: 1 }).cellCount; // true
 */
export function layerRegions(complex: Complex, layers: readonly number[]): LayerRegions {
  const available = complex.cellsPerLayer.length;
  const wrong = layers.find((l) => !(Number.isInteger(l) && l >= 0 && l < available));
  if (layers.length === 0 || wrong !== undefined) {
    throw new RangeError(
      `layers [${layers.join(", ")}] of a complex of ${available}: expected some of 0 … ${available - 1}`,
    );
  }
  const keys = Array.from({ length: complex.cellCount }, (_, i) => {
    const code = complex.code(i);
    return layers.map((l) => code.ofLayer(l).key).join("|");
  });
  const { first, setOf } = connectedCells(complex, (i, j) => keys[i] === keys[j]);
  const { edgeCells, edgeLayers } = complex.arrays;
  const between = (e: number) => {
    const [left, right] = [edgeCells[2 * e]!, edgeCells[2 * e + 1]!];
    return left >= 0 && right >= 0 && setOf[left] !== setOf[right];
  };
  return {
    regions: first.length,
    codes: new Set(keys).size,
    regionOf: setOf,
    edges: Int32Array.from([...edgeLayers.keys()].filter(between)),
    outline: (region) => outlineOf(complex, setOf, first.length, region),
  };
}

/** Walks along the boundary of a region, which lies on the left. */
function outlineOf(
  { arrays }: Complex,
  regionOf: Int32Array,
  regions: number,
  region: number,
): Float64Array[] {
  if (!(Number.isInteger(region) && region >= 0 && region < regions)) {
    throw new RangeError(`region ${region} of ${regions}`);
  }
  const { cellOffsets, cellVertices, cellEdges, edgeCells, vertices } = arrays;
  const inside = (cell: number) => cell >= 0 && regionOf[cell] === region;
  // Sides of the region's cells: where each of an edge's two stands, and where its cell's loop begins and ends.
  const place = new Map<number, number>();
  const cellAt = new Map<number, number>();
  for (let cell = 0; cell < regionOf.length; cell++) {
    if (regionOf[cell] !== region) continue;
    for (let at = cellOffsets[cell]!; at < cellOffsets[cell + 1]!; at++) {
      const e = cellEdges[at]!;
      place.set(edgeCells[2 * e] === cell ? 2 * e : 2 * e + 1, at);
      cellAt.set(at, cell);
    }
  }
  const across = (at: number): number => {
    const e = cellEdges[at]!;
    const own = edgeCells[2 * e] === cellAt.get(at) ? 2 * e : 2 * e + 1;
    return inside(edgeCells[own ^ 1]!) ? place.get(own ^ 1)! : -1;
  };
  const following = (at: number): number => {
    const cell = cellAt.get(at)!;
    return at + 1 === cellOffsets[cell + 1] ? cellOffsets[cell]! : at + 1;
  };
  const left = new Set([...cellAt.keys()].filter((at) => across(at) < 0));
  const loops: Float64Array[] = [];
  for (const start of left) {
    const loop: number[] = [];
    let at = start;
    do {
      left.delete(at);
      const v = cellVertices[at]!;
      loop.push(vertices[2 * v]!, vertices[2 * v + 1]!);
      at = following(at);
      // Sides with the region on both sides are crossed: round the vertex, within the region.
      for (let other = across(at); other >= 0; other = across(at)) at = following(other);
    } while (at !== start);
    loops.push(straightLoop(loop));
  }
  return loops;
}
