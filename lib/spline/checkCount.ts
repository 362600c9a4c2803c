/** Throws RangeError unless a count is an integer from 1. */
export function checkCount(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return;
  throw new RangeError(`${name} is ${value}, expected an integer from 1`);
}
