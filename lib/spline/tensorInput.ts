/** Nested lists of numbers, all of one depth. */
export type NestedNumbers = number | readonly NestedNumbers[] | ArrayLike<number>;

/**
 * Reads nested lists of numbers into one row-major array. Checked here, once, so that no loop
 * behind this border has to.
 *
 * @throws RangeError on another depth, ragged lists, NaN or infinities, with the place
 */
export function readTensor(
  input: NestedNumbers,
  rank: number,
  name: string,
): { data: Float64Array; shape: number[] } {
  const shape: number[] = [];
  for (let level = input, k = 0; k < rank; k++) {
    if (typeof level === "number") {
      throw new RangeError(`${name} has the shape [${shape}], expected ${rank} dimensions`);
    }
    shape.push(level.length);
    if (level.length === 0) throw new RangeError(`${name} is empty: shape [${shape}]`);
    level = level[0]!;
  }
  const size = shape.reduce((product, n) => product * n, 1);
  const data = new Float64Array(size);
  let next = 0;
  const fill = (level: NestedNumbers, depth: number, path: string): void => {
    if (depth === rank) {
      if (typeof level !== "number" || !Number.isFinite(level)) {
        throw new RangeError(`${path} is ${level}, expected a finite number`);
      }
      data[next++] = level;
      return;
    }
    if (typeof level === "number" || level.length !== shape[depth]) {
      const found = typeof level === "number" ? "a number" : `${level.length} entries`;
      throw new RangeError(`${path} has ${found}, expected ${shape[depth]}: shape [${shape}]`);
    }
    for (let i = 0; i < level.length; i++) fill(level[i]!, depth + 1, `${path}[${i}]`);
  };
  fill(input, 0, name);
  return { data, shape };
}

/**
 * Reads one point, or many side by side in one flat array.
 *
 * @throws RangeError unless its length is a multiple of `dimension`, or on NaN and infinities
 */
export function readPoints(points: ArrayLike<number>, dimension: number): Float64Array {
  const data = points instanceof Float64Array ? points : Float64Array.from(points);
  if (data.length % dimension !== 0) {
    throw new RangeError(
      `points have ${data.length} numbers, expected a multiple of the dimension ${dimension}`,
    );
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`number ${bad} of the points is ${data[bad]}`);
  return data;
}

/** Reads one point. @throws RangeError on another length, NaN or infinities */
export function readPoint(x: ArrayLike<number>, dimension: number): Float64Array {
  if (x.length !== dimension) {
    throw new RangeError(`the point has ${x.length} coordinates, expected ${dimension}`);
  }
  return readPoints(x, dimension);
}
