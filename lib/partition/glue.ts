import type { ComplexArrays } from "./Complex";
import type { HalfEdges } from "./HalfEdges";
import type { Patch } from "./Patch";
import { matchSeam } from "./seams";

/** A domain that has been divided: each patch is a face of a subdivision. */
export interface Patchwork {
  readonly skeleton: HalfEdges;
  /** The face of each patch. */
  readonly faces: ArrayLike<number>;
}

/** Vertices on a seam closer than this times the domain's extent can't be told apart. */
const NEAR = 2 ** -40;

/**
 * Joins the complexes of patches to one.
 *
 * Every edge of the patchwork is a line of the first layer or of the domain's boundary, hence made
 * of edges of the whole. Vertices and edges are numbered seam by seam, then patch by patch; cells
 * patch by patch. A seam is one chain of edges whatever its two sides have made of it, so that
 * V − E + F = 1 stays true.
 */
export function glue(work: Patchwork, patches: readonly Patch[], extent: number): ComplexArrays {
  if (patches.length === 1) return patches[0]!.arrays;
  const seams = new Seams(work, patches, extent);
  return seams.join();
}

class Seams {
  /** Numbers that a patch's vertices and edges get; −1 for those that have none yet. */
  private readonly vertexMaps: Int32Array[];
  private readonly edgeMaps: Int32Array[];
  /** Edges of a patch that the other side divides: of how many edges they are the union. */
  private readonly divided: Map<number, number>[];
  /** Number of the first cell of each patch, and of all cells. */
  private readonly firstCells: number[] = [0];
  /** Coordinates of vertices; vertices, cells, layers and units of edges. */
  private readonly points: number[] = [];
  private readonly edgeVertices: number[] = [];
  private readonly edgeCells: number[] = [];
  private readonly layers: number[] = [];
  private readonly units: number[] = [];

  constructor(
    work: Patchwork,
    private readonly patches: readonly Patch[],
    extent: number,
  ) {
    this.vertexMaps = patches.map(({ arrays }) => unnumbered(arrays.vertices.length / 2));
    this.edgeMaps = patches.map(({ arrays }) => unnumbered(arrays.edgeLayers.length));
    this.divided = patches.map(() => new Map());
    for (const { arrays } of patches) {
      this.firstCells.push(this.firstCells.at(-1)! + arrays.cellOffsets.length - 1);
    }
    const { skeleton } = work;
    const sides = sidesOf(work);
    const ends = unnumbered(skeleton.vertexCount);
    for (let h = 0; h < skeleton.halfEdgeCount; h += 2) {
      const inner = skeleton.face[h]! >= 0 ? h : h + 1; // a patch lies on its left for sure
      this.sew(sides[inner]!, sides[inner ^ 1], skeleton, inner, ends, NEAR * extent);
    }
  }

  /** Makes one chain of what two patches, or one and the outside, have made of the edge between them. */
  private sew(
    left: PatchSide,
    right: PatchSide | undefined,
    skeleton: HalfEdges,
    inner: number,
    ends: Int32Array,
    near: number,
  ): void {
    const { patches } = this;
    const seam = matchSeam(
      { patch: patches[left.patch]!, side: left.side },
      right && { patch: patches[right.patch]!, side: right.side },
      near,
    );
    const last = seam.left.length - 1;
    const chain = seam.left.map((at, i) => {
      if (i === 0 || i === last) {
        const end = skeleton.origin[i === 0 ? inner : inner ^ 1]!;
        if (ends[end] === -1) ends[end] = this.addVertex(left.patch, at);
        return ends[end]!;
      }
      return at >= 0
        ? this.addVertex(left.patch, at)
        : this.addVertex(right!.patch, seam.right[i]!);
    });
    const { arrays, border } = patches[left.patch]!;
    const maker = border.edges[seam.left[0]!]!;
    const first = this.layers.length;
    for (let i = 0; i < last; i++) {
      this.edgeVertices.push(chain[i]!, chain[i + 1]!);
      this.edgeCells.push(-1, -1);
      this.layers.push(arrays.edgeLayers[maker]!);
      this.units.push(arrays.edgeUnits[maker]!);
    }
    this.attach(left.patch, seam.left, chain, first, true);
    if (right !== undefined) this.attach(right.patch, seam.right, chain, first, false);
  }

  private addVertex(p: number, at: number): number {
    const { arrays, border } = this.patches[p]!;
    const v = 2 * border.vertices[at]!;
    return this.points.push(arrays.vertices[v]!, arrays.vertices[v + 1]!) / 2 - 1;
  }

  /** Tells a patch the numbers of its vertices and edges along a chain, and the chain's edges their cells. */
  private attach(
    p: number,
    places: readonly number[],
    chain: readonly number[],
    first: number,
    forward: boolean,
  ): void {
    const { arrays, border } = this.patches[p]!;
    let before = -1;
    places.forEach((place, i) => {
      if (place < 0) return;
      this.vertexMaps[p]![border.vertices[place]!] = chain[i]!;
      if (before >= 0) {
        const edge = border.edges[forward ? places[before]! : place]!;
        const cell = Math.max(arrays.edgeCells[2 * edge]!, arrays.edgeCells[2 * edge + 1]!);
        this.edgeMaps[p]![edge] = first + before;
        if (i - before > 1) this.divided[p]!.set(edge, i - before);
        for (let e = first + before; e < first + i; e++) {
          this.edgeCells[2 * e + (forward ? 0 : 1)] = this.firstCells[p]! + cell;
        }
      }
      before = i;
    });
  }

  /** Numbers what lies inside the patches, and puts all into one set of arrays. */
  join(): ComplexArrays {
    const { patches, vertexMaps, edgeMaps, divided, firstCells } = this;
    const V = vertexMaps.reduce(numberRest, this.points.length / 2);
    const E = edgeMaps.reduce(numberRest, this.layers.length);
    let corners = 0;
    patches.forEach(({ arrays }, p) => {
      corners += arrays.cellEdges.length;
      for (const parts of divided[p]!.values()) corners += parts - 1;
    });
    const joined = {
      vertices: new Float64Array(2 * V),
      edgeVertices: new Int32Array(2 * E),
      edgeCells: new Int32Array(2 * E),
      edgeLayers: new Int32Array(E),
      edgeUnits: new Int32Array(E),
      cellOffsets: new Int32Array(firstCells.at(-1)! + 1),
      cellVertices: new Int32Array(corners),
      cellEdges: new Int32Array(corners),
    };
    let at = 0;
    patches.forEach(({ arrays }, p) => {
      copyInside(arrays, joined, vertexMaps[p]!, edgeMaps[p]!, firstCells[p]!);
      at = this.copyCells(p, joined, at);
    });
    joined.vertices.set(this.points);
    joined.edgeVertices.set(this.edgeVertices);
    joined.edgeCells.set(this.edgeCells);
    joined.edgeLayers.set(this.layers);
    joined.edgeUnits.set(this.units);
    return joined;
  }

  /** Copies the loops of a patch's cells to where `at` says, and returns where they end. */
  private copyCells(p: number, to: ComplexArrays, start: number): number {
    const { cellOffsets, cellVertices, cellEdges } = this.patches[p]!.arrays;
    const [vertexMap, edgeMap, divided] = [
      this.vertexMaps[p]!,
      this.edgeMaps[p]!,
      this.divided[p]!,
    ];
    const first = this.firstCells[p]!;
    let at = start;
    for (let i = 0; i + 1 < cellOffsets.length; i++) {
      for (let corner = cellOffsets[i]!; corner < cellOffsets[i + 1]!; corner++) {
        const edge = edgeMap[cellEdges[corner]!]!;
        const vertex = vertexMap[cellVertices[corner]!]!;
        const parts = divided.size === 0 ? 1 : (divided.get(cellEdges[corner]!) ?? 1);
        const forward = parts === 1 || this.edgeVertices[2 * edge] === vertex;
        for (let part = 0; part < parts; part++) {
          const e = forward ? edge + part : edge + parts - 1 - part;
          to.cellEdges[at] = e;
          to.cellVertices[at++] =
            part === 0 ? vertex : this.edgeVertices[2 * e + (forward ? 0 : 1)]!;
        }
      }
      to.cellOffsets[first + i + 1] = at;
    }
    return at;
  }
}

/** A side of a patch's outline. */
interface PatchSide {
  readonly patch: number;
  readonly side: number;
}

/** Which patch and side of it each half-edge of the patchwork is; nothing outside. */
function sidesOf({ skeleton, faces }: Patchwork): (PatchSide | undefined)[] {
  const sides: (PatchSide | undefined)[] = Array(skeleton.halfEdgeCount);
  for (let patch = 0; patch < faces.length; patch++) {
    const first = skeleton.faceEdge[faces[patch]!]!;
    let h = first;
    let side = 0;
    do {
      sides[h] = { patch, side: side++ };
      h = skeleton.next[h]!;
    } while (h !== first);
  }
  return sides;
}

const unnumbered = (count: number): Int32Array => new Int32Array(count).fill(-1);

function numberRest(next: number, map: Int32Array): number {
  let number = next;
  for (let i = 0; i < map.length; i++) if (map[i] === -1) map[i] = number++;
  return number;
}

/** Copies vertices and edges of a patch; those on seams are written over afterwards. */
function copyInside(
  from: ComplexArrays,
  to: ComplexArrays,
  vertexMap: Int32Array,
  edgeMap: Int32Array,
  firstCell: number,
): void {
  for (let v = 0; v < vertexMap.length; v++) {
    const number = vertexMap[v]!;
    to.vertices[2 * number] = from.vertices[2 * v]!;
    to.vertices[2 * number + 1] = from.vertices[2 * v + 1]!;
  }
  for (let e = 0; e < edgeMap.length; e++) {
    const number = edgeMap[e]!;
    for (let side = 0; side < 2; side++) {
      const cell = from.edgeCells[2 * e + side]!;
      to.edgeVertices[2 * number + side] = vertexMap[from.edgeVertices[2 * e + side]!]!;
      to.edgeCells[2 * number + side] = cell < 0 ? -1 : firstCell + cell;
    }
    to.edgeLayers[number] = from.edgeLayers[e]!;
    to.edgeUnits[number] = from.edgeUnits[e]!;
  }
}
