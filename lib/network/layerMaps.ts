import { type Pieces, sizeOf } from "../spline/operators";
import type { Graph } from "./Graph";

/** From the input to the output of a layer: z(x) = A x + b on the cell. */
export interface MapToLayer {
  /** A, K × D row-major: row k is the template of unit k, in the input's shape. */
  readonly A: Float64Array;
  /** b, length K. */
  readonly b: Float64Array;
}

/** From the output z of a layer to that of the network: f(x) = A z + around x + b on the cell. */
export interface MapFromLayer {
  /** A, C × K row-major: row c is the template of class c for what this layer makes. */
  readonly A: Float64Array;
  /** C × D row-major: what reaches the output by ways around this layer; null if there is none. */
  readonly around: Float64Array | null;
  /** b, length C. */
  readonly b: Float64Array;
}

/** Most numbers of one map: 400 MB. */
const LARGEST_MAP = 50_000_000;

/** The map of some units of value v, in the order given; all of them if left out. */
export function mapTo(
  graph: Graph,
  codes: readonly Pieces[],
  v: number,
  units?: readonly number[],
): MapToLayer {
  const D = sizeOf(graph.inputShape);
  const size = sizeOf(graph.shapeOf(v));
  const wrong = units?.find((k) => !(Number.isInteger(k) && k >= 0 && k < size));
  if (wrong !== undefined) {
    throw new RangeError(`unit ${wrong} is not there, expected one of 0 … ${size - 1}`);
  }
  const K = units?.length ?? size;
  requireRoom(K, D);
  const unitAt = (row: number) => units?.[row] ?? row;
  const A = new Float64Array(K * D);
  if (K <= D) {
    for (let row = 0; row < K; row++) {
      const functionals = new Map([[v, unitVector(size, unitAt(row))]]);
      A.set(graph.pullbackFrom(codes, functionals), row * D);
    }
  } else {
    for (let d = 0; d < D; d++) {
      const column = graph.pushforwardAll(codes, unitVector(D, d))[v]!;
      for (let row = 0; row < K; row++) A[row * D + d] = column[unitAt(row)]!;
    }
  }
  // Never as z − A x, which cancels when ‖A x‖ ≫ ‖z‖.
  const offsets = graph.applyAll(codes, new Float64Array(D))[v]!;
  return { A, b: Float64Array.from({ length: K }, (_, row) => offsets[unitAt(row)]!) };
}

/** The map from value v to the output. */
export function mapFrom(graph: Graph, codes: readonly Pieces[], v: number): MapFromLayer {
  const D = sizeOf(graph.inputShape);
  const C = sizeOf(graph.outputShape);
  const K = sizeOf(graph.shapeOf(v));
  requireRoom(C, Math.max(K, D));
  const A = new Float64Array(C * K);
  let around: Float64Array | null = null;
  for (let c = 0; c < C; c++) {
    const ways = graph.pullbackThrough(codes, unitVector(C, c), v);
    if (ways.through !== undefined) A.set(ways.through, c * K);
    if (ways.around === undefined) continue;
    around ??= new Float64Array(C * D);
    around.set(ways.around, c * D);
  }
  const nothing = new Map([[v, new Float64Array(K)]]);
  return { A, around, b: graph.applyAll(codes, new Float64Array(D), nothing).at(-1)! };
}

function requireRoom(rows: number, columns: number): void {
  if (rows * columns <= LARGEST_MAP) return;
  throw new RangeError(
    `this map would be ${rows} × ${columns} numbers, at most ${LARGEST_MAP} are written out: ` +
      "choose some units, { units: [0, 1, 2] }",
  );
}

function unitVector(length: number, index: number): Float64Array {
  const e = new Float64Array(length);
  e[index] = 1;
  return e;
}
