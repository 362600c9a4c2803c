import type { SplineNetwork } from "../network";
import { makePieces, type Pieces } from "../spline/operators";
import { cornerMean, type Point } from "../spline/planar";
import { Complex, type ComplexArrays } from "./Complex";
import type { HalfEdges } from "./HalfEdges";
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
  const arrays = {
    ...edgesOf(faces, cellOf, tests),
    ...loopsOf(faces, refinement.cells, cellCount),
  };
  const vertices = arrays.vertices;
  for (let i = 0; i < vertices.length; i += 2) {
    vertices[i]! += centre[0];
    vertices[i + 1]! += centre[1];
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
      const face = descend(vertices, chords, children, x, y);
      return cellOf[face]!;
    },
    cellsPerLayer: refinement.cellsPerLayer,
    undecided: refinement.undecided,
  });
  return complex;
}

type Edges = Pick<
  ComplexArrays,
  "vertices" | "edgeVertices" | "edgeCells" | "edgeLayers" | "edgeUnits"
>;
type Loops = Pick<ComplexArrays, "cellOffsets" | "cellVertices" | "cellEdges">;

function edgesOf(faces: HalfEdges, cellOf: Int32Array, tests: readonly number[]): Edges {
  const count = faces.halfEdgeCount;
  const edgeCells = new Int32Array(count);
  const edgeUnits = new Int32Array(count / 2);
  for (let h = 0; h < count; h++) {
    const face = faces.face[h]!;
    edgeCells[h] = face < 0 ? -1 : cellOf[face]!;
  }
  for (let e = 0; e < count / 2; e++) {
    const layer = faces.edgeLayer[e]!;
    edgeUnits[e] = layer < 0 ? -1 : Math.floor(faces.edgeTest[e]! / tests[layer]!);
  }
  return {
    vertices: faces.points.slice(0, 2 * faces.vertexCount),
    edgeVertices: faces.origin.slice(0, count),
    edgeCells,
    edgeLayers: faces.edgeLayer.slice(0, count / 2),
    edgeUnits,
  };
}

function loopsOf(
  { faceEdge, next, origin, halfEdgeCount }: HalfEdges,
  cells: Int32Array,
  count: number,
): Loops {
  const cellOffsets = new Int32Array(count + 1);
  const cellVertices = new Int32Array(halfEdgeCount);
  const cellEdges = new Int32Array(halfEdgeCount);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const first = faceEdge[cells[i]!]!;
    let h = first;
    do {
      cellVertices[at] = origin[h]!;
      cellEdges[at++] = h >> 1;
      h = next[h]!;
    } while (h !== first);
    cellOffsets[i + 1] = at;
  }
  return {
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
