import type { StepMaps } from "./RecurrencePoint";

/**
 * All states of a recurrence as one affine map of all its inputs: [h¹; …; h^T] = A [x¹; …; x^T] + B
 * (Wang, Balestriero & Baraniuk 2019, theorem 1).
 */
export interface BlockForm {
  /** T. */
  readonly steps: number;
  /** D, the numbers read at one step. */
  readonly inputSize: number;
  /** H. */
  readonly stateSize: number;
  /** A_RNN [T·H × T·D] row-major. Block (s, t) is 𝒜_{t:s} A_σ^t W for t ≤ s, and zero above. */
  readonly A: Float64Array;
  /** B_RNN [T·H]. Block s is Σ_{t≤s} 𝒜_{t:s} (A_σ^t b + c^t) + 𝒜_{0:s} h⁰. */
  readonly B: Float64Array;
}

/** More numbers than this aren't written out. */
const LARGEST = 2 ** 26;

/**
 * The blocks, row by row: h^s = A_σ^s (W x^s + W_r h^(s−1) + b) + c^s, so that block row s is block row
 * s − 1 times A_σ^s W_r, with A_σ^s W behind it.
 */
export function blockFormOf({ recurrence, steps, slopes, intercepts }: StepMaps): BlockForm {
  const { inputSize: D, stateSize: H, W, Wr, b, initialState } = recurrence;
  const width = steps * D;
  requireSize(steps * H, width);
  const A = new Float64Array(steps * H * width);
  const B = new Float64Array(steps * H);
  for (let s = 0; s < steps; s++) {
    for (let k = 0; k < H; k++) {
      const slope = slopes[s * H + k]!;
      const row = (s * H + k) * width;
      let offset = b[k]!;
      for (let j = 0; j < H; j++) {
        const weight = Wr[k * H + j]!;
        offset += weight * (s === 0 ? initialState[j]! : B[(s - 1) * H + j]!);
        if (s === 0) continue;
        const before = ((s - 1) * H + j) * width;
        const factor = slope * weight;
        for (let i = 0; i < s * D; i++) A[row + i]! += factor * A[before + i]!;
      }
      for (let i = 0; i < D; i++) A[row + s * D + i] = slope * W[k * D + i]!;
      B[s * H + k] = slope * offset + intercepts[s * H + k]!;
    }
  }
  return { steps, inputSize: D, stateSize: H, A, B };
}

/**
 * Block form with its blocks the other way round in time: what a recurrence that reads from the end
 * computes, in the order of time. Its blocks then lie on and above the diagonal.
 */
export function reversedInTime({ steps, inputSize, stateSize, A, B }: BlockForm): BlockForm {
  const width = steps * inputSize;
  const [reversedA, reversedB] = [new Float64Array(A.length), new Float64Array(B.length)];
  for (let s = 0; s < steps; s++) {
    for (let k = 0; k < stateSize; k++) {
      const from = s * stateSize + k;
      const to = (steps - 1 - s) * stateSize + k;
      reversedB[to] = B[from]!;
      for (let t = 0; t < steps; t++) {
        const block = A.subarray(from * width + t * inputSize, from * width + (t + 1) * inputSize);
        reversedA.set(block, to * width + (steps - 1 - t) * inputSize);
      }
    }
  }
  return { steps, inputSize, stateSize, A: reversedA, B: reversedB };
}

/**
 * Theorem 2: layers on top of each other multiply, A_RNN = Π_l A_l, B_RNN = Σ_l (Π_{l'>l} A_l') B_l.
 *
 * Lower triangular blocks make lower triangular blocks again.
 */
export function composed(above: BlockForm, below: BlockForm): BlockForm {
  const { steps, stateSize: H } = above;
  const { inputSize: D } = below;
  const [rows, inner, width] = [steps * H, steps * above.inputSize, steps * D];
  requireSize(rows, width);
  const A = new Float64Array(rows * width);
  const B = above.B.slice();
  for (let k = 0; k < rows; k++) {
    for (let j = 0; j < inner; j++) {
      const factor = above.A[k * inner + j]!;
      if (factor === 0) continue; // half of the blocks are
      B[k]! += factor * below.B[j]!;
      for (let i = 0; i < width; i++) A[k * width + i]! += factor * below.A[j * width + i]!;
    }
  }
  return { steps, inputSize: D, stateSize: H, A, B };
}

function requireSize(rows: number, columns: number): void {
  if (rows * columns <= LARGEST) return;
  throw new RangeError(
    `the block form has ${rows} × ${columns} numbers, at most ${LARGEST} are written out: ` +
      "ask for the affine map of the last state instead",
  );
}
