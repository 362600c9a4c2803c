/** The power of two at or below a size, within what can be divided by; 1 for 0. */
export function powerOfTwo(size: number): number {
  if (size === 0) return 1;
  return 2 ** Math.min(1000, Math.max(-1000, Math.floor(Math.log2(size))));
}
