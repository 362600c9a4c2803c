import { type Shape, sizeOf } from "./operator";
import { placeOf, Selection, tabulate } from "./selection";

/** How many entries lie before and behind a signal, one pair for each axis. */
export type Margins = readonly (readonly [before: number, behind: number])[];

/**
 * Zeros around a signal. `margins` has a pair for each axis: [[1, 1], [2, 0], [0, 0]] for an image.
 *
 * @throws RangeError unless there is a pair of whole numbers, 0 or more, for each axis
 * @example
 * new ZeroPad([2, 2, 1], [[1, 1], [0, 1], [0, 0]]).outputShape; // [4, 3, 1]
 */
export class ZeroPad extends Selection {
  readonly kind = "zeroPad";

  constructor(
    inputShape: Shape,
    readonly margins: Margins,
  ) {
    checkMargins("zeroPad", inputShape, margins);
    const outputShape = inputShape.map((d, axis) => d + margins[axis]![0] + margins[axis]![1]);
    const sourceAt = (index: readonly number[]) =>
      placeOf(
        index.map((i, axis) => i - margins[axis]![0]),
        inputShape,
      );
    super(inputShape, outputShape, tabulate(outputShape, sourceAt));
  }
}

/**
 * Takes the edges of a signal off: the inverse of {@link ZeroPad}, on its right side.
 *
 * @throws RangeError unless there is a pair for each axis, and something is left
 * @example
 * new Crop([4, 3, 1], [[1, 1], [0, 1], [0, 0]]).outputShape; // [2, 2, 1]
 */
export class Crop extends Selection {
  readonly kind = "crop";

  constructor(
    inputShape: Shape,
    readonly margins: Margins,
  ) {
    checkMargins("crop", inputShape, margins);
    const outputShape = inputShape.map((d, axis) => d - margins[axis]![0] - margins[axis]![1]);
    if (outputShape.some((d) => d < 1)) {
      throw new RangeError(`crop: nothing is left of [${inputShape}], got [${outputShape}]`);
    }
    const sourceAt = (index: readonly number[]) =>
      placeOf(
        index.map((i, axis) => i + margins[axis]![0]),
        inputShape,
      );
    super(inputShape, outputShape, tabulate(outputShape, sourceAt));
  }
}

/**
 * Nearest-neighbour upsampling: every entry is repeated along each axis, `factors` times.
 *
 * @throws RangeError unless there is a whole number, 1 or more, for each axis
 * @example
 * new Upsample([2, 2, 3], [2, 2, 1]).outputShape; // [4, 4, 3]
 */
export class Upsample extends Selection {
  readonly kind = "upsample";

  constructor(
    inputShape: Shape,
    readonly factors: readonly number[],
  ) {
    if (
      factors.length !== inputShape.length ||
      !factors.every((n) => Number.isInteger(n) && n >= 1)
    ) {
      throw new RangeError(
        `upsample: factors [${factors}], expected a positive integer for each axis of [${inputShape}]`,
      );
    }
    const outputShape = inputShape.map((d, axis) => d * factors[axis]!);
    const sourceAt = (index: readonly number[]) =>
      placeOf(
        index.map((i, axis) => Math.floor(i / factors[axis]!)),
        inputShape,
      );
    super(inputShape, outputShape, tabulate(outputShape, sourceAt));
  }
}

/**
 * Axes in another order: axis i of the output is axis order[i] of the input, counted from 0 without
 * the batch.
 *
 * @throws RangeError unless `order` names every axis once
 * @example
 * new Permute([2, 3, 5], [2, 0, 1]).outputShape; // [5, 2, 3]
 */
export class Permute extends Selection {
  readonly kind = "permute";

  constructor(
    inputShape: Shape,
    readonly order: readonly number[],
  ) {
    if (
      order.length !== inputShape.length ||
      !inputShape.every((_, axis) => order.includes(axis))
    ) {
      throw new RangeError(
        `permute: the order is [${order}], expected every axis of [${inputShape}] once, from 0`,
      );
    }
    const outputShape = order.map((axis) => inputShape[axis]!);
    const sourceAt = (index: readonly number[]) =>
      placeOf(
        inputShape.map((_, axis) => index[order.indexOf(axis)]!),
        inputShape,
      );
    super(inputShape, outputShape, tabulate(outputShape, sourceAt));
  }
}

function checkMargins(kind: string, shape: Shape, margins: Margins): void {
  const fits = margins.every(
    (pair) => pair.length === 2 && pair.every((n) => Number.isInteger(n) && n >= 0),
  );
  if (margins.length === shape.length && fits && sizeOf(shape) > 0) return;
  throw new RangeError(
    `${kind}: margins ${JSON.stringify(margins)}, expected [before, behind] for each axis of ` +
      `[${shape}], 0 or more`,
  );
}
