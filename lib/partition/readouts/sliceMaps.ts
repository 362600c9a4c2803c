import { type Operator, type Pieces, sizeOf } from "../../spline/operators";
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
  const frozen = new FrozenColumns(complex);
  for (let i = 0; i < complex.cellCount; i++) {
    const [dx, dy, at0] = frozen.outputs(complex.pieces(i));
    for (let c = 0; c < outputs; c++) {
      A[2 * (outputs * i + c)] = dx[c]!;
      A[2 * (outputs * i + c) + 1] = dy[c]!;
      b[outputs * i + c] = at0[c]!;
    }
  }
  const maps = { outputs, A, b };
  known.set(complex, maps);
  return maps;
}

type Columns = readonly [Float64Array, Float64Array, Float64Array];

/**
 * ∂/∂s, ∂/∂t and the value at the slice's origin of every value of the graph, from one cell to the
 * next. Cells come one after the other as they were found, mostly neighbours that differ in a late
 * layer: only nodes whose pieces or whose inputs changed are computed anew.
 */
class FrozenColumns {
  private readonly values: Columns[];
  private codes: readonly Pieces[] = [];

  constructor(private readonly complex: Complex) {
    const { origin, e1, e2 } = complex.slice;
    const columns = complex.network.graph.nodes.map(({ operator }) => {
      const size = sizeOf(operator.outputShape);
      return [0, 1, 2].map(() => new Float64Array(size)) as unknown as Columns;
    });
    this.values = [[e1, e2, origin], ...columns];
  }

  /** The three columns of the output on a cell with these pieces. */
  outputs(codes: readonly Pieces[]): Columns {
    const { graph } = this.complex.network;
    const before = this.codes;
    const changed = [false];
    graph.nodes.forEach(({ operator, inputs }, n) => {
      const moved =
        before.length === 0 ||
        inputs.some((v) => changed[v]) ||
        codes[n]!.some((piece, k) => piece !== before[n]![k]);
      changed.push(moved);
      if (moved) this.compute(operator, n, codes[n]!);
    });
    this.codes = codes;
    return this.values.at(-1)!;
  }

  private compute(operator: Operator, n: number, code: Pieces): void {
    const { graph } = this.complex.network;
    for (const column of [0, 1, 2] as const) {
      const read = graph.readBy(
        n,
        this.values.map((value) => value[column]),
      );
      const to = this.values[n + 1]![column].fill(0);
      if (column === 2) operator.apply(code, read, to);
      else operator.pushforward(code, read, to);
    }
  }
}
