import { MaxPool } from "./maxPool";
import { type Shape, sizeOf } from "./operator";

/**
 * The entrywise largest of several signals of one shape: a maxout over the branches of a network.
 * A piece is a branch; ties go to the first.
 *
 * Reads them side by side: inputShape [count, …shape], outputShape shape.
 *
 * @throws RangeError unless there are two or more signals
 * @example
 * new Maximum([8, 8, 3], 2).pieces; // 2
 */
export class Maximum extends MaxPool {
  readonly kind = "maximum";

  constructor(shape: Shape, count: number) {
    if (!(Number.isInteger(count) && count >= 2)) {
      throw new RangeError(`maximum: ${count} signals, expected two or more`);
    }
    const size = sizeOf(shape);
    const sources = Int32Array.from(
      { length: size * count },
      (_, i) => (i % count) * size + Math.floor(i / count),
    );
    super([count, ...shape], shape, count, sources);
  }
}
