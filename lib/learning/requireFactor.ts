/** Throws RangeError unless the factor of a penalty is finite and 0 or more. */
export function requireFactor(gamma: number): void {
  if (!(gamma >= 0 && gamma < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`γ is finite and 0 or more, got ${gamma}`);
  }
}
