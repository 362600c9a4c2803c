import { AffineOperator } from "./affine";
import { type Shape, sizeOf } from "./operator";
import type { SparseColumns } from "./sparseColumns";

/**
 * Every output reads one input, or nothing and is 0: what permuting, padding, cropping, repeating
 * and joining of signals have in common.
 *
 * @example
 * class Ends extends Selection {
 *   readonly kind = "ends";
 *   constructor(length: number) { super([length], [2], Int32Array.of(0, length - 1)); }
 * }
 * toMaso(new Ends(4)).evaluate([6, 7, 8, 9]); // Float64Array [6, 9]
 */
export abstract class Selection extends AffineOperator {
  readonly nondecreasing = true;
  readonly parameters = 0;

  /** `sources` [outputs]: which flat input each output reads, −1 for none. */
  constructor(
    inputShape: Shape,
    outputShape: Shape,
    readonly sources: Int32Array,
  ) {
    super(inputShape, outputShape, null);
  }

  protected linear(v: Float64Array, w: Float64Array): void {
    const { sources } = this;
    for (let k = 0; k < sources.length; k++) w[k] = sources[k]! < 0 ? 0 : v[sources[k]!]!;
  }

  spread(i: number, ds: number, dt: number, c: number, to: SparseColumns): void {
    this.readers ??= readersOf(this.sources, sizeOf(this.inputShape));
    const { starts, outputs } = this.readers;
    for (let at = starts[i]!; at < starts[i + 1]!; at++) to.add(outputs[at]!, ds, dt, c);
  }

  private readers: Readers | undefined;

  protected transposed(g: Float64Array, h: Float64Array): void {
    const { sources } = this;
    h.fill(0);
    for (let k = 0; k < sources.length; k++) if (sources[k]! >= 0) h[sources[k]!]! += g[k]!;
  }
}

/** The table of sources of a selection: calls `sourceAt` with the index of every output in turn. */
export function tabulate(
  outputShape: Shape,
  sourceAt: (index: readonly number[]) => number,
): Int32Array {
  const index = outputShape.map(() => 0);
  return Int32Array.from({ length: sizeOf(outputShape) }, (_, k) => {
    for (let axis = outputShape.length - 1, rest = k; axis >= 0; axis--) {
      index[axis] = rest % outputShape[axis]!;
      rest = Math.floor(rest / outputShape[axis]!);
    }
    return sourceAt(index);
  });
}

/** Flat place of an index in a row-major shape; −1 where it lies outside. */
export function placeOf(index: readonly number[], shape: Shape): number {
  let place = 0;
  for (let axis = 0; axis < shape.length; axis++) {
    if (!(index[axis]! >= 0 && index[axis]! < shape[axis]!)) return -1;
    place = place * shape[axis]! + index[axis]!;
  }
  return place;
}

/** Who reads an input: `outputs[starts[i]]` … `outputs[starts[i + 1] − 1]` read input i. */
export interface Readers {
  readonly starts: Int32Array;
  readonly outputs: Int32Array;
}

/** Turns a table of sources around; sources below zero read nothing. */
export function readersOf(sources: Int32Array, inputs: number): Readers {
  const starts = new Int32Array(inputs + 1);
  for (const source of sources) if (source >= 0) starts[source + 1]!++;
  for (let i = 0; i < inputs; i++) starts[i + 1]! += starts[i]!;
  const outputs = new Int32Array(starts[inputs]!);
  const next = starts.slice();
  sources.forEach((source, k) => {
    if (source >= 0) outputs[next[source]!++] = k;
  });
  return { starts, outputs };
}
