import type { SplineNetwork } from "../network";
import { makePieces, type Pieces } from "../spline/operators";
import { cornerMean, type Point } from "../spline/planar";
import { Complex, type ComplexArrays } from "./Complex";
import { GONE, type HalfEdges } from "./HalfEdges";
import type { Refinement } from "./Refinement";
import type { CheckedSlice } from "./Slice";

/** Makes a complex of a finished refinement, whose coordinates are relative to `centre`. */
export function assemble(
  net: SplineNetwork,
  slice: CheckedSlice,
  refinement: Refinement,
  centre: Point,
): Complex {
  const { faces, log, maps, cellCount } = refinement;
  const cellOf = new Int32Array(faces.faceCount);
  for (let i = 0; i < cellCount; i++) cellOf[refinement.cells[i]!] = i;
  const tests = maps.stages.map(({ nonlinearity }) => nonlinearity.knots?.length ?? 1);
  const arrays = arraysOf(faces, refinement.cells.subarray(0, cellCount), cellOf, tests);
  const points = faces.points.slice(0, 2 * faces.vertexCount);
  for (const coordinates of [arrays.vertices, points]) {
    for (let i = 0; i < coordinates.length; i += 2) {
      coordinates[i]! += centre[0];
      coordinates[i + 1]! += centre[1];
    }
  }
  const chords = faces.chords.slice(0, 2 * faces.nodeCount);
  const children = faces.children.slice(0, 2 * faces.nodeCount);
  const nodes = net.graph.nodes;
  const nonlinear = nodes.filter(({ operator }) => operator.units > 0).length;
  const none = makePieces(0, 1);
  // Layers that are not asked for take the pieces that they take in the middle of the cell.
  const codesOfNodes = (i: number): readonly Pieces[] => {
    const partial = maps.stages.length < nonlinear;
    const codes: Pieces[] = partial
      ? [...net.graph.run(complex.toInput(...cornerMean(complex.polygon(i)))).codes]
      : nodes.map(() => none);
    log.read(i).forEach((code, s) => {
      codes[maps.stages[s]!.nonlinearity.node] = code;
    });
    return codes;
  };
  const complex = new Complex(net, slice, arrays, {
    codes: codesOfNodes,
    locate: (x, y) => {
      const face = descend(points, chords, children, x, y);
      return cellOf[face]!;
    },
    cellsPerLayer: refinement.cellsPerLayer,
    undecided: refinement.doubts.count,
  });
  return complex;
}

/** Numbers what is left of edges and vertices, in their order, and makes flat arrays of it. */
function arraysOf(
  faces: HalfEdges,
  cells: Int32Array,
  cellOf: Int32Array,
  tests: readonly number[],
): ComplexArrays {
  const { face, next, origin, points, faceEdge, halfEdgeCount, goneCount } = faces;
  const vertexNumber = new Int32Array(faces.vertexCount).fill(-1);
  const edgeNumber = new Int32Array(halfEdgeCount / 2);
  const E = halfEdgeCount / 2 - goneCount;
  const edgeVertices = new Int32Array(2 * E);
  const edgeCells = new Int32Array(2 * E);
  const edgeLayers = new Int32Array(E);
  const edgeUnits = new Int32Array(E);
  let e = 0;
  for (let h = 0; h < halfEdgeCount; h += 2) {
    if (face[h] === GONE) continue;
    edgeNumber[h >> 1] = e;
    for (let side = 0; side < 2; side++) {
      edgeVertices[2 * e + side] = origin[h + side]!;
      vertexNumber[origin[h + side]!] = 0;
      const left = face[h + side]!;
      edgeCells[2 * e + side] = left < 0 ? -1 : cellOf[left]!;
    }
    const layer = faces.edgeLayer[h >> 1]!;
    edgeLayers[e] = layer;
    edgeUnits[e++] = layer < 0 ? -1 : Math.floor(faces.edgeTest[h >> 1]! / tests[layer]!);
  }
  let V = 0;
  for (let v = 0; v < vertexNumber.length; v++) if (vertexNumber[v] === 0) vertexNumber[v] = V++;
  const vertices = new Float64Array(2 * V);
  vertexNumber.forEach((number, v) => {
    if (number < 0) return;
    vertices[2 * number] = points[2 * v]!;
    vertices[2 * number + 1] = points[2 * v + 1]!;
  });
  for (let i = 0; i < edgeVertices.length; i++) edgeVertices[i] = vertexNumber[edgeVertices[i]!]!;
  const F = cells.length;
  const cellOffsets = new Int32Array(F + 1);
  const cellVertices = new Int32Array(2 * E);
  const cellEdges = new Int32Array(2 * E);
  let at = 0;
  for (let i = 0; i < F; i++) {
    const first = faceEdge[cells[i]!]!;
    let h = first;
    do {
      cellVertices[at] = vertexNumber[origin[h]!]!;
      cellEdges[at++] = edgeNumber[h >> 1]!;
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

/** Follows the cuts down to the face that contains a point of the domain. */
function descend(
  vertices: Float64Array,
  chords: Int32Array,
  children: Int32Array,
  x: number,
  y: number,
): number {
  let node = children[0]!;
  while (node >= 0) {
    const a = 2 * chords[2 * node]!;
    const b = 2 * chords[2 * node + 1]!;
    const dx = vertices[b]! - vertices[a]!;
    const dy = vertices[b + 1]! - vertices[a + 1]!;
    const left = dx * (y - vertices[a + 1]!) - dy * (x - vertices[a]!);
    node = children[2 * node + (left >= 0 ? 0 : 1)]!;
  }
  return ~node;
}
