import type { Stage } from "./FrozenMaps";

/** Decisions that rounding may have made: pairs of a vertex and a unit whose line comes too close to it. */
export class Doubts {
  private readonly pairs = new Set<number>();
  /** Where the tests of each stage begin if all are counted in a row, and how many there are. */
  private readonly starts: number[];
  private readonly total: number;

  constructor(stages: readonly Stage[]) {
    let total = 0;
    this.starts = stages.map(({ nonlinearity, code }) => {
      total += code.length * (nonlinearity.knots?.length ?? 1);
      return total - code.length * (nonlinearity.knots?.length ?? 1);
    });
    this.total = total;
  }

  get count(): number {
    return this.pairs.size;
  }

  /** Notes a pair, once; vertex −1 for a unit that nearly vanishes on the whole slice. */
  note(vertex: number, s: number, test: number): void {
    this.pairs.add((vertex + 1) * this.total + this.starts[s]! + test);
  }
}
