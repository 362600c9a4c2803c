/** Which images of a set are read. */
export interface ImageSetOptions {
  readonly split: "train" | "test";
  /** The first so many; all if left out. */
  readonly count?: number;
}

/**
 * The number of images to take: all, or as many as asked for if there are that many.
 * @throws RangeError otherwise
 */
export function checkedCount(count: number | undefined, total: number, name: string): number {
  if (count === undefined) return total;
  if (Number.isInteger(count) && count >= 1 && count <= total) return count;
  throw new RangeError(`${count} images of ${name} asked for, choose from 1 to ${total}`);
}
