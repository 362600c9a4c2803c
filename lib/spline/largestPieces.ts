/** Max-affine splines side by side: slopes [K × R × D] and offsets [K × R], row-major. */
interface Splines {
  readonly A: Float64Array;
  readonly b: Float64Array;
  readonly outputs: number;
  readonly pieces: number;
  readonly dimension: number;
}

/** Where results go, [N × K]: what is left out isn't written. */
interface Results {
  readonly values?: Float64Array;
  readonly codes?: Uint8Array | Uint16Array | Uint32Array;
}

/**
 * The largest piece of each output at points side by side [N × D]: its value, its index, or both.
 * The loop behind all evaluation: it allocates nothing. Ties go to the lowest index.
 */
export function largestPieces(
  splines: Splines,
  points: Float64Array,
  { values, codes }: Results,
): void {
  const { A, b, outputs, pieces, dimension } = splines;
  if (dimension === 2 && pieces === 2 && codes !== undefined && values === undefined) {
    planarPairs(splines, points, codes);
    return;
  }
  for (let x = 0, place = 0; x < points.length; x += dimension) {
    for (let k = 0, row = 0, a = 0; k < outputs; k++, place++) {
      let best = Number.NEGATIVE_INFINITY;
      let piece = 0;
      for (let r = 0; r < pieces; r++, row++) {
        let value = b[row]!;
        for (let i = 0; i < dimension; i++, a++) value += A[a]! * points[x + i]!;
        if (value > best) {
          best = value;
          piece = r;
        }
      }
      if (values !== undefined) values[place] = best;
      if (codes !== undefined) codes[place] = piece;
    }
  }
}

/**
 * Codes of pairs of pieces in the plane, the case of pictures: no inner loop, and no branch, which
 * the processor would guess wrongly at every second point.
 */
function planarPairs(
  { A, b, outputs }: Splines,
  points: Float64Array,
  codes: Required<Results>["codes"],
): void {
  for (let n = 0, place = 0; n < points.length; n += 2) {
    const [x, y] = [points[n]!, points[n + 1]!];
    for (let k = 0; k < outputs; k++, place++) {
      const first = b[2 * k]! + A[4 * k]! * x + A[4 * k + 1]! * y;
      const second = b[2 * k + 1]! + A[4 * k + 2]! * x + A[4 * k + 3]! * y;
      codes[place] = +(second > first);
    }
  }
}
