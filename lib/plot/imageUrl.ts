import { PNG } from "pngjs";
import type { Dataset } from "../data";

/** Image n of a set as a PNG in a data address: grey [h, w, 1] or colour [h, w, 3], in [0, 1]. */
export function imageUrl({ name, shape, inputs, size }: Dataset, n: number): string {
  const [height, width, channels] = shape as [number, number, number];
  if (shape.length !== 3 || (channels !== 1 && channels !== 3)) {
    throw new RangeError(`${name} has shape [${shape}], expected images [h, w, 1 or 3]`);
  }
  if (!(Number.isInteger(n) && n >= 0 && n < size)) {
    throw new RangeError(`there is no image ${n} in ${name}, which has ${size}`);
  }
  const png = new PNG({ width, height, colorType: 2 });
  const start = n * height * width * channels;
  for (let i = 0; i < height * width; i++) {
    for (let k = 0; k < 3; k++) {
      const value = inputs[start + channels * i + (channels === 3 ? k : 0)]!;
      png.data[4 * i + k] = Math.round(255 * Math.min(1, Math.max(0, value)));
    }
    png.data[4 * i + 3] = 255;
  }
  return `data:image/png;base64,${PNG.sync.write(png, { colorType: 2 }).toString("base64")}`;
}
