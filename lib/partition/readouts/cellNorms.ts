import type { Complex } from "../Complex";
import { DenseChain } from "../DenseChain";
import { replaySlopes, type SlopeVisitor } from "../replaySlopes";
import { SliceMetric } from "./SliceMetric";
import { sliceMaps } from "./sliceMaps";

/**
 * ‖A‖₂ of every cell [cells]: how fast the outputs can change with the input, along the slice.
 *
 * The spectral norm of A restricted to the plane of the slice, with the input space's lengths,
 * whatever the lengths of e1 and e2. Exact up to rounding: the larger eigenvalue of a 2 × 2 matrix.
 *
 * @example
 * const norms = cellNorms(partition(net, { domain }));
 */
export function cellNorms(complex: Complex): Float64Array {
  const metric = new SliceMetric(complex.slice);
  const norms = new Float64Array(complex.cellCount);
  forEachSlope(complex, (i, ds, dt) => {
    let p = 0;
    let q = 0;
    let r = 0;
    for (let c = 0; c < ds.length; c++) {
      const u = metric.firstOf(ds[c]!);
      const v = metric.secondOf(ds[c]!, dt[c]!);
      p += u * u;
      q += u * v;
      r += v * v;
    }
    const half = (p - r) / 2;
    norms[i] = Math.sqrt((p + r) / 2 + Math.sqrt(half * half + q * q));
  });
  return norms;
}

/** Visits ∂f/∂s and ∂f/∂t [C each] of all cells. */
function forEachSlope(complex: Complex, visit: SlopeVisitor): void {
  const { network, slice, logs } = complex;
  if (logs !== undefined && DenseChain.fits(network.graph)) {
    replaySlopes(network.graph, slice, logs, visit);
    return;
  }
  const { outputs, A } = sliceMaps(complex);
  const [ds, dt] = [new Float64Array(outputs), new Float64Array(outputs)];
  for (let i = 0; i < complex.cellCount; i++) {
    for (let c = 0; c < outputs; c++) {
      ds[c] = A[2 * (outputs * i + c)]!;
      dt[c] = A[2 * (outputs * i + c) + 1]!;
    }
    visit(i, ds, dt);
  }
}

/** The exact Lipschitz constant of a network on a domain of a slice. */
export interface SliceLipschitz {
  /** The largest ‖A‖₂ of all cells. */
  readonly constant: number;
  /** A cell in which it is attained. */
  readonly cell: number;
}

/**
 * The exact Lipschitz constant of the network on the complex' domain: the largest ‖A‖₂ of its cells.
 *
 * On a convex domain a continuous piecewise-affine function is Lipschitz with the largest norm of
 * its pieces, and no smaller constant does. In a slice of a larger space it is the constant of the
 * network restricted to the slice, and so a lower bound for that of the network.
 *
 * @example
 * const { constant } = sliceLipschitz(partition(net, { domain: [[-1, -1], [1, 1]] }));
 */
export function sliceLipschitz(complex: Complex): SliceLipschitz {
  const norms = cellNorms(complex);
  const cell = norms.reduce((best, norm, i) => (norm > norms[best]! ? i : best), 0);
  return { constant: norms[cell]!, cell };
}
