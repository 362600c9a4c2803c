import type { Graph } from "../network";
import { makePieces, type Pieces, Selection, sizeOf } from "../spline/operators";

/**
 * Forward passes through a graph at inputs that differ behind entry `from` only, into the same arrays
 * each time: for very many of them. What reads the entries before it is computed once.
 */
export class RepeatedPass {
  /** Every value; the first is the input, to be written by the caller. */
  readonly values: readonly Float64Array[];
  readonly codes: readonly Pieces[];
  private readonly stacked: readonly (Float64Array | null)[];

  /** Nodes that have to run again. */
  private readonly moving: readonly number[];

  constructor(
    private readonly graph: Graph,
    input: ArrayLike<number>,
    from: number,
  ) {
    const { nodes, inputShape } = graph;
    this.values = [
      new Float64Array(sizeOf(inputShape)),
      ...nodes.map(({ operator }) => new Float64Array(sizeOf(operator.outputShape))),
    ];
    this.codes = nodes.map(({ operator }) => makePieces(operator.units, operator.pieces));
    this.stacked = nodes.map(({ operator, inputs }) =>
      inputs.length > 1 ? new Float64Array(sizeOf(operator.inputShape)) : null,
    );
    this.input.set(Array.from(input));
    this.runNodes(nodes.map((_, i) => i));
    const changes = [true];
    nodes.forEach(({ operator, inputs }) => {
      const reads = ({ sources }: Selection) => sources.some((source) => source >= from);
      changes.push(
        inputs.some((v) =>
          v === 0 && operator instanceof Selection ? reads(operator) : changes[v]!,
        ),
      );
    });
    this.moving = nodes.map((_, i) => i).filter((i) => changes[i + 1]);
  }

  get input(): Float64Array {
    return this.values[0]!;
  }

  /** The output at what `input` holds. */
  run(): Float64Array {
    this.runNodes(this.moving);
    return this.values[this.graph.nodes.length]!;
  }

  private runNodes(indices: readonly number[]): void {
    const { values, codes, stacked } = this;
    const { nodes } = this.graph;
    for (const i of indices) {
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
