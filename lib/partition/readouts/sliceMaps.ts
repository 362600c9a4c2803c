import type { Complex } from "../Complex";

/** The affine maps of all cells of a complex in the slice's coordinates: f = A [x, y]ᵀ + b. */
export interface SliceMaps {
  /** C, the number of outputs. */
  readonly outputs: number;
  /** A of every cell [cells × C × 2]. */
  readonly A: Float64Array;
  /** b of every cell [cells × C]. */
  readonly b: Float64Array;
}

// Most of what one reads off a complex starts with them; they go when the complex goes.
const known = new WeakMap<Complex, SliceMaps>();

/**
 * The affine maps of all cells, in two flat arrays; computed once for a complex.
 *
 * @example
 * const { A, b, outputs } = sliceMaps(partition(net, { domain }));
 * A.length / outputs / 2; // the number of cells
 */
export function sliceMaps(complex: Complex): SliceMaps {
  const found = known.get(complex);
  if (found !== undefined) return found;
  const outputs = complex.network.outputSize;
  const A = new Float64Array(2 * outputs * complex.cellCount);
  const b = new Float64Array(outputs * complex.cellCount);
  for (let i = 0; i < complex.cellCount; i++) {
    const map = complex.sliceMap(i);
    A.set(map.A, 2 * outputs * i);
    b.set(map.b, outputs * i);
  }
  const maps = { outputs, A, b };
  known.set(complex, maps);
  return maps;
}
