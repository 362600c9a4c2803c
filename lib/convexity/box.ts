/** Lowest and highest corner of a box, D numbers each. */
export type Box = readonly [ArrayLike<number>, ArrayLike<number>];

/** Reads a box of D coordinates. Throws RangeError on other sizes, or unless low < high, finite. */
export function readBox([low, high]: Box, D: number): [Float64Array, Float64Array] {
  if (low.length !== D || high.length !== D) {
    throw new RangeError(
      `the domain's corners have ${low.length} and ${high.length} numbers, expected ${D}`,
    );
  }
  const box: [Float64Array, Float64Array] = [Float64Array.from(low), Float64Array.from(high)];
  const bad = box[0].findIndex((v, i) => !(v < box[1][i]! && Number.isFinite(box[1][i]! - v)));
  if (bad < 0) return box;
  throw new RangeError(
    `the domain goes from ${low[bad]} to ${high[bad]} in coordinate ${bad}, expected low < high`,
  );
}
