import { type Shape, sizeOf } from "./operator";
import { placeOf, Selection, tabulate } from "./selection";

/**
 * Joins signals along one axis, as at the end of an inception block (Szegedy et al. 2015).
 *
 * Reads them side by side in one flat array, one whole signal after another; they may differ in the
 * size of the axis alone. `axis` counts from 0 without the batch, or from the end if negative.
 *
 * @throws RangeError if shapes don't fit together
 * @example
 * new Concat([[4, 4, 3], [4, 4, 5]]).outputShape; // [4, 4, 8]
 */
export class Concat extends Selection {
  readonly kind = "concat";

  constructor(
    readonly shapes: readonly Shape[],
    readonly axis = -1,
  ) {
    const place = axisOf(shapes, axis);
    const total = (sizes: readonly number[]) => sizes.reduce((sum, n) => sum + n, 0);
    const joined = shapes[0]!.map((d, i) => (i === place ? total(shapes.map((s) => s[i]!)) : d));
    super([total(shapes.map(sizeOf))], joined, tabulate(joined, sourceAt(shapes, place)));
  }
}

function sourceAt(shapes: readonly Shape[], axis: number) {
  return (index: readonly number[]): number => {
    let [signal, before, from] = [0, 0, 0];
    while (index[axis]! - from >= shapes[signal]![axis]!) {
      from += shapes[signal]![axis]!;
      before += sizeOf(shapes[signal]!);
      signal++;
    }
    const within = index.map((i, a) => (a === axis ? i - from : i));
    return before + placeOf(within, shapes[signal]!);
  };
}

function axisOf(shapes: readonly Shape[], axis: number): number {
  const first = shapes[0];
  if (first === undefined || shapes.length < 2) {
    throw new RangeError(`concat: ${shapes.length} signals, expected two or more`);
  }
  const place = axis < 0 ? axis + first.length : axis;
  const fits = (shape: Shape) =>
    shape.length === first.length && shape.every((d, i) => i === place || d === first[i]);
  if (!(Number.isInteger(place) && place >= 0 && place < first.length) || !shapes.every(fits)) {
    const found = shapes.map((shape) => `[${shape}]`).join(", ");
    throw new RangeError(`concat: shapes ${found} don't fit together along axis ${axis}`);
  }
  return place;
}
