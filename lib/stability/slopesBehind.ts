import { slopesLost } from "../network/underflow";
import type { DenseLayer } from "./denseLayers";

/** The smallest number of full precision. */
const SMALLEST_NORMAL = 2 ** -1022;

/**
 * W J, the slopes behind a layer by those before it, J [inputs × D].
 *
 * @throws RangeError where terms underflow that a row of slopes is made of
 */
export function slopesBehind(
  { inputs, outputs, W }: Pick<DenseLayer, "inputs" | "outputs" | "W">,
  J: Float64Array,
  D: number,
): Float64Array<ArrayBuffer> {
  const sizes = new Float64Array(inputs);
  for (let i = 0; i < inputs; i++) sizes[i] = largestOfRow(J, i, D);
  const slopes = new Float64Array(outputs * D);
  for (let k = 0; k < outputs; k++) {
    let lost = false;
    for (let i = 0; i < inputs; i++) {
      const w = W[k * inputs + i]!;
      if (w === 0 || sizes[i] === 0) continue;
      if (Math.abs(w) * sizes[i]! < SMALLEST_NORMAL) lost = true;
      for (let d = 0; d < D; d++) slopes[k * D + d]! += w * J[i * D + d]!;
    }
    if (lost && largestOfRow(slopes, k, D) < SMALLEST_NORMAL) throw slopesLost();
  }
  return slopes;
}

/** Row k of slopes times a factor, in place. Throws RangeError where that underflows. */
export function scaleRow(slopes: Float64Array, k: number, D: number, factor: number): void {
  const before = largestOfRow(slopes, k, D);
  for (let d = 0; d < D; d++) slopes[k * D + d]! *= factor;
  if (factor !== 0 && before !== 0 && Math.abs(factor) * before < SMALLEST_NORMAL)
    throw slopesLost();
}

function largestOfRow(J: Float64Array, k: number, D: number): number {
  let most = 0;
  for (let d = k * D; d < (k + 1) * D; d++) most = Math.max(most, Math.abs(J[d]!));
  return most;
}
