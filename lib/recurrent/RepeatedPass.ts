import type { Graph } from "../network";
import { makePieces, type Pieces, sizeOf } from "../spline/operators";

/** Forward passes through a graph that write into the same arrays each time: for very many of them. */
export class RepeatedPass {
  /** Every value; the first is the input, to be written by the caller. */
  readonly values: readonly Float64Array[];
  readonly codes: readonly Pieces[];
  private readonly stacked: readonly (Float64Array | null)[];

  constructor(private readonly graph: Graph) {
    const { nodes, inputShape } = graph;
    this.values = [
      new Float64Array(sizeOf(inputShape)),
      ...nodes.map(({ operator }) => new Float64Array(sizeOf(operator.outputShape))),
    ];
    this.codes = nodes.map(({ operator }) => makePieces(operator.units, operator.pieces));
    this.stacked = nodes.map(({ operator, inputs }) =>
      inputs.length > 1 ? new Float64Array(sizeOf(operator.inputShape)) : null,
    );
  }

  get input(): Float64Array {
    return this.values[0]!;
  }

  /** The output at what `input` holds. */
  run(): Float64Array {
    const { values, codes, stacked } = this;
    const { nodes } = this.graph;
    for (let i = 0; i < nodes.length; i++) {
      const { operator, inputs } = nodes[i]!;
      const together = stacked[i]!;
      if (together !== null) {
        let next = 0;
        for (const v of inputs) {
          together.set(values[v]!, next);
          next += values[v]!.length;
        }
      }
      operator.forward(together ?? values[inputs[0]!]!, values[i + 1]!, codes[i]!);
    }
    return values[nodes.length]!;
  }

  /** Were the same pieces taken as these? */
  tookSame(codes: readonly Pieces[]): boolean {
    return this.codes.every((q, i) => {
      const other = codes[i]!;
      for (let k = 0; k < q.length; k++) if (q[k] !== other[k]) return false;
      return true;
    });
  }
}
