import type { LoggedCodes } from "./CodeLog";
import type { ComplexArrays } from "./Complex";
import { GONE, grown, type HalfEdges, type Outline } from "./HalfEdges";
import type { Refinement } from "./Refinement";
import type { Watch } from "./Watch";

/** The complex of a patch, a convex part of the domain: flat arrays alone, which threads can hand over. */
export interface Patch {
  /** Coordinates are relative to the domain's centre; what lies outside the patch is −1. */
  readonly arrays: ComplexArrays;
  readonly border: Border;
  readonly codes: LoggedCodes;
  readonly tree: CutTree;
  readonly cellsPerLayer: readonly number[];
  readonly undecided: number;
}

/** The boundary of a patch, counterclockwise from its first corner on. */
export interface Border {
  /** Its vertices, and the edge from each of them to the next. */
  readonly vertices: Int32Array;
  readonly edges: Int32Array;
  /** Layer and test that made each vertex. */
  readonly layers: Int32Array;
  readonly tests: Int32Array;
  /** Where in `vertices` the patch's corners stand, one for each corner of its outline. */
  readonly corners: Int32Array;
}

/** The cuts that lead to a cell, for point location; vertices and faces as refinement numbers them. */
export interface CutTree {
  /** Coordinates of vertices, relative to the domain's centre. */
  readonly points: Float64Array;
  readonly chords: Int32Array;
  readonly children: Int32Array;
  /** The cell of each face. */
  readonly cells: Int32Array;
}

/** Refines a polygon, pausing now and then, and makes flat arrays of what comes of it. */
export function* refinePatch(
  refinement: Refinement,
  outline: Outline,
  watch: Watch,
): Generator<void, Patch> {
  refinement.restart(outline);
  let faces = new Int32Array(1 << 8);
  let count = 0;
  while (refinement.next()) {
    if (count === faces.length) faces = grown(faces);
    faces[count++] = refinement.face;
    if (watch.cell(refinement)) yield;
  }
  const subdivision = refinement.faces;
  const cellOf = new Int32Array(subdivision.faceCount);
  for (let i = 0; i < count; i++) cellOf[faces[i]!] = i;
  const tests = refinement.maps.stages.map(({ nonlinearity }) => nonlinearity.knots?.length ?? 1);
  const numbers = numbersOf(subdivision);
  return {
    arrays: arraysOf(subdivision, faces.subarray(0, count), cellOf, tests, numbers),
    border: borderOf(subdivision, outline.vertexLayers.length, numbers),
    codes: refinement.log.finish(),
    tree: {
      points: subdivision.points.slice(0, 2 * subdivision.vertexCount),
      chords: subdivision.chords.slice(0, 2 * subdivision.nodeCount),
      children: subdivision.children.slice(0, 2 * subdivision.nodeCount),
      cells: cellOf,
    },
    cellsPerLayer: refinement.cellsPerLayer,
    undecided: refinement.doubts.count,
  };
}

/** Numbers of what is left of edges and vertices, in their order; −1 for what is not. */
interface Numbers {
  readonly vertices: Int32Array;
  readonly vertexCount: number;
  readonly edges: Int32Array;
}

function numbersOf({ face, origin, vertexCount, halfEdgeCount }: HalfEdges): Numbers {
  const vertices = new Int32Array(vertexCount).fill(-1);
  const edges = new Int32Array(halfEdgeCount / 2).fill(-1);
  let e = 0;
  for (let h = 0; h < halfEdgeCount; h += 2) {
    if (face[h] === GONE) continue;
    edges[h >> 1] = e++;
    vertices[origin[h]!] = 0;
    vertices[origin[h + 1]!] = 0;
  }
  let v = 0;
  for (let i = 0; i < vertexCount; i++) if (vertices[i] === 0) vertices[i] = v++;
  return { vertices, vertexCount: v, edges };
}

function arraysOf(
  faces: HalfEdges,
  cells: Int32Array,
  cellOf: Int32Array,
  tests: readonly number[],
  numbers: Numbers,
): ComplexArrays {
  const { face, next, origin, points, faceEdge, halfEdgeCount, goneCount } = faces;
  const E = halfEdgeCount / 2 - goneCount;
  const edgeVertices = new Int32Array(2 * E);
  const edgeCells = new Int32Array(2 * E);
  const edgeLayers = new Int32Array(E);
  const edgeUnits = new Int32Array(E);
  for (let h = 0; h < halfEdgeCount; h += 2) {
    const e = numbers.edges[h >> 1]!;
    if (e < 0) continue;
    for (let side = 0; side < 2; side++) {
      edgeVertices[2 * e + side] = numbers.vertices[origin[h + side]!]!;
      const left = face[h + side]!;
      edgeCells[2 * e + side] = left < 0 ? -1 : cellOf[left]!;
    }
    const layer = faces.edgeLayer[h >> 1]!;
    edgeLayers[e] = layer;
    edgeUnits[e] = layer < 0 ? -1 : Math.floor(faces.edgeTest[h >> 1]! / tests[layer]!);
  }
  const vertices = new Float64Array(2 * numbers.vertexCount);
  for (let v = 0; v < faces.vertexCount; v++) {
    const number = numbers.vertices[v]!;
    if (number < 0) continue;
    vertices[2 * number] = points[2 * v]!;
    vertices[2 * number + 1] = points[2 * v + 1]!;
  }
  const F = cells.length;
  const cellOffsets = new Int32Array(F + 1);
  const cellVertices = new Int32Array(2 * E);
  const cellEdges = new Int32Array(2 * E);
  let at = 0;
  for (let i = 0; i < F; i++) {
    const first = faceEdge[cells[i]!]!;
    let h = first;
    do {
      cellVertices[at] = numbers.vertices[origin[h]!]!;
      cellEdges[at++] = numbers.edges[h >> 1]!;
      h = next[h]!;
    } while (h !== first);
    cellOffsets[i + 1] = at;
  }
  return {
    vertices,
    edgeVertices,
    edgeCells,
    edgeLayers,
    edgeUnits,
    cellOffsets,
    cellVertices: cellVertices.slice(0, at),
    cellEdges: cellEdges.slice(0, at),
  };
}

/** Walks along the outside, which runs clockwise, and turns it round. */
function borderOf(faces: HalfEdges, corners: number, numbers: Numbers): Border {
  const { face, next, origin } = faces;
  let first = 1; // of the half-edges outside, the one that ends at the first corner
  while (face[first] !== -1 || origin[first ^ 1] !== 0) first++;
  const loop: number[] = [];
  let h = first;
  do {
    loop.push(h);
    h = next[h]!;
  } while (h !== first);
  // The half-edge that ends at corner 0 is the twin of the first side; those before it follow.
  const sides = loop.map((_, i) => loop[(loop.length - i) % loop.length]!);
  const vertices = sides.map((side) => origin[side ^ 1]!);
  return {
    vertices: Int32Array.from(vertices, (v) => numbers.vertices[v]!),
    edges: Int32Array.from(sides, (side) => numbers.edges[side >> 1]!),
    layers: Int32Array.from(vertices, (v) => faces.vertexLayer[v]!),
    tests: Int32Array.from(vertices, (v) => faces.vertexTest[v]!),
    corners: Int32Array.from({ length: corners }, (_, corner) => vertices.indexOf(corner)),
  };
}
