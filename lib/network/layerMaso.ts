import { LARGEST_MASO, MaxAffineSplineOperator, NotConvexError } from "../spline";
import { makePieces, type Pieces, sizeOf } from "../spline/operators";
import type { Graph } from "./Graph";

/**
 * The explicit tensors of a whole layer, affine operators and the nonlinear ones behind them in one:
 * slopes A [K, R, D] and offsets b [K, R] with z_k = max_r ⟨A_kr, x⟩ + b_kr (Balestriero & Baraniuk
 * 2018, theorem 1).
 *
 * Convolution, batch normalisation and ReLU; a residual ρ(W x + b) + x; the branches of an inception
 * block: whatever a graph is, as long as every output adds one unit at most to something affine. R
 * is the largest number of pieces; outputs with fewer repeat their last. Signals are flat, row-major.
 *
 * @throws RangeError if a nonlinear operator reads another, if an output adds several units or
 * subtracts one (then it is no single maximum), or if A would have more than LARGEST_MASO entries
 * @throws NotConvexError if a nonlinear operator isn't convex
 * @example
 * // x + ReLU(2 x − 1) = max(x, 3 x − 1):
 * const graph = new Graph([1], [
 *   { name: "dense", operator: new Dense(Float64Array.of(2), Float64Array.of(-1), 1, 1), inputs: [0] },
 *   { name: "relu", operator: new Relu([1]), inputs: [1] },
 *   { name: "add", operator: new Add([1], 2), inputs: [2, 0] },
 * ]);
 * [...layerMaso(graph).A]; // [1, 3]
 */
export function layerMaso(graph: Graph): MaxAffineSplineOperator {
  const D = sizeOf(graph.inputShape);
  const K = sizeOf(graph.outputShape);
  const R = Math.max(1, ...graph.nodes.map(({ operator }) => operator.pieces));
  if (K * R * D > LARGEST_MASO) {
    throw new RangeError(
      `the slopes of this layer would be ${K} × ${R} × ${D} numbers, at most ${LARGEST_MASO} are ` +
        "written out: take a smaller shape",
    );
  }
  requireOneLayer(graph);
  const A = new Float64Array(K * R * D);
  const b = new Float64Array(K * R);
  const functional = new Float64Array(K);
  for (let r = 0; r < R; r++) {
    const codes = frozenAt(graph, r);
    const constant = graph.apply(codes, new Float64Array(D));
    for (let k = 0; k < K; k++) {
      functional.fill(0);
      functional[k] = 1;
      const functionals = graph.pullbacks(codes, functional);
      if (r === 0) requireOneUnit(graph, functionals, k);
      const row = k * R + r;
      if (functionals[0] !== undefined) A.set(functionals[0], row * D);
      b[row] = constant[k]!;
    }
  }
  return MaxAffineSplineOperator.fromFlat(A, b, K);
}

/** All units at piece r, or at their last one. */
function frozenAt({ nodes }: Graph, r: number): Pieces[] {
  return nodes.map(({ operator }) =>
    makePieces(operator.units, operator.pieces).fill(Math.min(r, operator.pieces - 1)),
  );
}

function requireOneLayer({ nodes }: Graph): void {
  const behind: boolean[] = [false]; // value v: has a nonlinear operator made something of it?
  nodes.forEach(({ name, operator, inputs }, i) => {
    const later = inputs.some((v) => behind[v]);
    if (operator.units > 0 && later) {
      throw new RangeError(
        `node ${i} (${name}) reads what another nonlinear operator made: two layers are no ` +
          "maximum of affine functions, take one at a time",
      );
    }
    if (!operator.convex) throw new NotConvexError(operator);
    behind.push(later || operator.units > 0);
  });
}

function requireOneUnit(
  { nodes }: Graph,
  functionals: readonly (Float64Array | undefined)[],
  k: number,
): void {
  let units = 0;
  nodes.forEach(({ name, operator }, i) => {
    if (operator.units === 0) return;
    for (const weight of functionals[i + 1] ?? []) {
      if (weight < 0) {
        throw new RangeError(
          `output ${k} subtracts a unit of node ${i} (${name}): it is no maximum, it may be concave`,
        );
      }
      if (weight > 0) units++;
    }
  });
  if (units > 1) {
    throw new RangeError(
      `output ${k} adds ${units} units: as one maximum it would have a piece for each of their ` +
        "combinations",
    );
  }
}
