import { PNG } from "pngjs";

/**
 * How far two pictures (PNG, as base64) are apart: the mean difference of their channels, 0 for
 * equal ones and 1 for black against white; undefined if their sizes differ.
 */
export function distanceOfPictures(before: string, after: string): number | undefined {
  if (before === after) return 0;
  const [a, b] = [before, after].map((base64) => PNG.sync.read(Buffer.from(base64, "base64")));
  if (a!.width !== b!.width || a!.height !== b!.height) return undefined;
  const sum = a!.data.reduce((total, value, i) => total + Math.abs(value - b!.data[i]!), 0);
  return sum / (255 * a!.data.length);
}
