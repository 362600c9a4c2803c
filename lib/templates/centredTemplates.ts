/**
 * Templates less their mean: A[x]_c − mean_c' A[x]_c', for A [C × D] row-major; a new array.
 *
 * One image added to all templates changes no class posterior, so that this is what can be looked at
 * and compared. Throws RangeError if A doesn't have C rows of one length.
 *
 * @example const templates = centredTemplates(net.affineMap(x).A, net.outputSize);
 */
export function centredTemplates(A: ArrayLike<number>, C: number): Float64Array {
  const D = A.length / C;
  if (!(Number.isInteger(C) && C >= 1 && Number.isInteger(D))) {
    throw new RangeError(`${A.length} numbers don't make ${C} templates`);
  }
  const centred = Float64Array.from(A);
  for (let d = 0; d < D; d++) {
    let sum = 0;
    for (let c = 0; c < C; c++) sum += centred[c * D + d]!;
    for (let c = 0; c < C; c++) centred[c * D + d]! -= sum / C;
  }
  return centred;
}
