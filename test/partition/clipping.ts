import type { SplineNetwork } from "../../lib";
import type { ComplexArrays, ComplexSource } from "../../lib/partition/Complex";
import type { CheckedSlice } from "../../lib/partition/Slice";
import {
  Activation,
  makePieces,
  type Operator,
  type Pieces,
  sizeOf,
} from "../../lib/spline/operators";
import { cornerMean, type Point } from "../../lib/spline/planar";

/** An affine function on the slice: [∂s, ∂t, constant]. */
type Plane = readonly [number, number, number];
/** The three columns of a value of the graph: one affine function on the slice for each entry. */
type Columns = readonly [Float64Array, Float64Array, Float64Array];

/** A convex polygon whose side i, from corner i to the next, was made by unit[i] of layer[i]. */
interface Piece {
  corners: Point[];
  layers: number[];
  units: number[];
}

interface Leaf extends Piece {
  codes: Pieces[];
}

const at = ([s, t, c]: Plane, [x, y]: Point): number => s * x + t * y + c;

/** Values at the corners, 0 within a tolerance; 1e-14 is what is left of functions that cancel out. */
function valuesOf({ corners }: Piece, plane: Plane): number[] {
  const size = Math.max(...corners.map((p) => Math.abs(p[0]) + Math.abs(p[1])));
  const magnitude = (Math.abs(plane[0]) + Math.abs(plane[1])) * size + Math.abs(plane[2]);
  return corners.map((p) => {
    const v = at(plane, p);
    return Math.abs(v) <= 1e-14 + 1e-12 * magnitude ? 0 : v;
  });
}

const vanishes = (piece: Piece, plane: Plane): boolean =>
  valuesOf(piece, plane).every((v) => v === 0);

/** Cuts away where the plane is negative; the new side is labelled. Undefined if nothing is left. */
function clip(piece: Piece, plane: Plane, layer: number, unit: number): Piece | undefined {
  const { corners } = piece;
  const values = valuesOf(piece, plane);
  if (values.every((v) => v >= 0)) return piece;
  if (values.every((v) => v <= 0)) return undefined;
  const kept: Piece = { corners: [], layers: [], units: [] };
  const add = (corner: Point, l: number, k: number) => {
    kept.corners.push(corner);
    kept.layers.push(l);
    kept.units.push(k);
  };
  corners.forEach((p, i) => {
    const j = (i + 1) % corners.length;
    const [v, w] = [values[i]!, values[j]!];
    const side = [piece.layers[i]!, piece.units[i]!] as const;
    if (v > 0) add(p, ...side);
    if (v === 0) add(p, ...(w > 0 ? side : ([layer, unit] as const)));
    if (v * w < 0) {
      const q = corners[j]!;
      const r = v / (v - w);
      const cut: Point = [p[0] + r * (q[0] - p[0]), p[1] + r * (q[1] - p[1])];
      add(cut, ...(v > 0 ? ([layer, unit] as const) : side));
    }
  });
  return kept;
}

/** The affine pieces of every unit as functions on the slice: planes[r] has one plane a unit. */
function planesOf(operator: Operator, z: Columns): Columns[] {
  return Array.from({ length: operator.pieces }, (_, r) => {
    const q = makePieces(operator.units, operator.pieces).fill(r);
    const columns = z.map(() => new Float64Array(sizeOf(operator.outputShape)));
    operator.pushforward(q, z[0], columns[0]!);
    operator.pushforward(q, z[1], columns[1]!);
    operator.apply(q, z[2], columns[2]!);
    return columns as unknown as Columns;
  });
}

/** Splits a polygon where an operator's units change their piece. */
function split(piece: Piece, operator: Operator, z: Columns, layer: number): Piece[] {
  let parts = [piece];
  if (operator instanceof Activation) {
    for (let k = 0; k < operator.units; k++) {
      for (const knot of operator.knots) {
        const plane: Plane = [z[0][k]!, z[1][k]!, z[2][k]! - knot];
        const negated = plane.map((v) => -v) as unknown as Plane;
        parts = parts.flatMap((part) =>
          vanishes(part, plane)
            ? [part]
            : [clip(part, plane, layer, k), clip(part, negated, layer, k)].filter(
                (half) => half !== undefined,
              ),
        );
      }
    }
    return parts;
  }
  const planes = planesOf(operator, z);
  for (let k = 0; k < operator.units; k++) {
    parts = parts.flatMap((part) => envelope(part, planes, k, layer));
  }
  return parts;
}

/** The parts of a polygon on which one piece of unit k is the largest, the lowest index on ties. */
function envelope(piece: Piece, planes: readonly Columns[], k: number, layer: number): Piece[] {
  return planes.flatMap((best, r) => {
    if (Number.isNaN(best[2][k]!)) return []; // padding takes no part
    let part: Piece | undefined = piece;
    for (let s = 0; s < planes.length && part !== undefined; s++) {
      const other = planes[s]!;
      if (s === r || Number.isNaN(other[2][k]!)) continue;
      const plane = [0, 1, 2].map((c) => best[c]![k]! - other[c]![k]!) as unknown as Plane;
      if (vanishes(part, plane)) {
        if (s < r) part = undefined;
      } else part = clip(part, plane, layer, k);
    }
    return part === undefined ? [] : [part];
  });
}

/**
 * The partition by plain clipping: every cell is cut by every unit of the next layer, and its
 * functions are pushed through the whole graph anew. Slow, short, and independent of the engine.
 */
export function clipNetwork(
  { graph }: SplineNetwork,
  slice: CheckedSlice,
  corners: readonly Point[],
  depth: number,
): { arrays: ComplexArrays; source: ComplexSource } {
  const leaves: Leaf[] = [];
  const cellsPerLayer: number[] = [];
  const descend = (piece: Piece, values: Columns[], codes: Pieces[], layer: number) => {
    const i = codes.length;
    if (i === graph.nodes.length) {
      leaves.push({ ...piece, codes });
      return;
    }
    const { operator } = graph.nodes[i]!;
    const columns = [0, 1, 2].map((c) => {
      const column = values.map((v) => v[c]!);
      return graph.readBy(i, column);
    }) as unknown as Columns;
    const nonlinear = operator.units > 0;
    const splits = nonlinear && layer < depth;
    const parts = splits ? split(piece, operator, columns, layer) : [piece];
    if (splits) cellsPerLayer[layer] = (cellsPerLayer[layer] ?? 0) + parts.length;
    for (const part of parts) {
      const [x, y] = cornerMean(part.corners);
      const inner = columns[2].map((c, k) => c + x * columns[0][k]! + y * columns[1][k]!);
      const q = makePieces(operator.units, operator.pieces);
      const size = sizeOf(operator.outputShape);
      operator.forward(inner, new Float64Array(size), q);
      const next = columns.map((column, c) => {
        const w = new Float64Array(size);
        if (c === 2) operator.apply(q, column, w);
        else operator.pushforward(q, column, w);
        return w;
      }) as unknown as Columns;
      descend(part, [...values, next], [...codes, q], nonlinear ? layer + 1 : layer);
    }
  };
  const whole = {
    corners: [...corners],
    layers: corners.map(() => -1),
    units: corners.map(() => -1),
  };
  descend(whole, [[slice.e1, slice.e2, slice.origin]], [], 0);
  const arrays = glue(leaves);
  return {
    arrays,
    source: {
      codes: (i) => leaves[i]!.codes,
      locate: (x, y) => leaves.findIndex(({ corners: c }) => contains(c, x, y)),
      cellsPerLayer,
      undecided: 0,
      logs: undefined,
    },
  };
}

function contains(corners: readonly Point[], x: number, y: number): boolean {
  return corners.every((p, i) => {
    const q = corners[(i + 1) % corners.length]!;
    return (q[0] - p[0]) * (y - p[1]) - (q[1] - p[1]) * (x - p[0]) >= 0;
  });
}

/** Finds the vertices and edges that polygons share. */
function glue(leaves: readonly Leaf[]): ComplexArrays {
  const all = leaves.flatMap(({ corners }) => corners);
  const grid = 1e-11 * Math.max(...all.map(([x, y]) => Math.max(Math.abs(x), Math.abs(y))));
  const vertices: number[] = [];
  const bins = new Map<string, number>();
  const vertexAt = ([x, y]: Point): number => {
    const [i, j] = [Math.round(x / grid), Math.round(y / grid)];
    for (let di = -1; di <= 1; di++) {
      for (let dj = -1; dj <= 1; dj++) {
        const found = bins.get(`${i + di},${j + dj}`);
        if (found !== undefined) return found;
      }
    }
    bins.set(`${i},${j}`, vertices.length / 2);
    return vertices.push(x, y) / 2 - 1;
  };
  const edges = new Map<string, number>();
  const [edgeVertices, edgeCells, edgeLayers, edgeUnits] = [[], [], [], []] as number[][];
  const [cellOffsets, cellVertices, cellEdges] = [[0], [], []] as number[][];
  leaves.forEach(({ corners, layers, units }, cell) => {
    const indices = corners.map(vertexAt);
    indices.forEach((from, i) => {
      const to = indices[(i + 1) % indices.length]!;
      if (from === to) return;
      let edge = edges.get(`${to},${from}`);
      if (edge === undefined) {
        edge = edgeLayers!.push(layers[i]!) - 1;
        edges.set(`${from},${to}`, edge);
        edgeVertices!.push(from, to);
        edgeUnits!.push(units[i]!);
        edgeCells!.push(cell, -1);
      } else edgeCells![2 * edge + 1] = cell;
      cellVertices!.push(from);
      cellEdges!.push(edge);
    });
    cellOffsets!.push(cellVertices!.length);
  });
  return {
    vertices: Float64Array.from(vertices),
    edgeVertices: Int32Array.from(edgeVertices!),
    edgeCells: Int32Array.from(edgeCells!),
    edgeLayers: Int32Array.from(edgeLayers!),
    edgeUnits: Int32Array.from(edgeUnits!),
    cellOffsets: Int32Array.from(cellOffsets!),
    cellVertices: Int32Array.from(cellVertices!),
    cellEdges: Int32Array.from(cellEdges!),
  };
}
