import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DataFormatError } from "./DataFormatError";
import type { Dataset } from "./Dataset";
import { checkedCount, type ImageSetOptions } from "./mnist";

const PIXELS = 32 * 32;
/** Bytes of one image: its label, then the red, the green and the blue plane. */
const RECORD = 1 + 3 * PIXELS;

const CLASS_NAMES = ["airplane", "automobile", "bird", "cat", "deer"].concat([
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
]);

/** Which images are read, and from where. */
export interface Cifar10Options extends ImageSetOptions {
  /** Folder of the binary files; `MADMAX_CIFAR10`, else data/cifar10 of the project. */
  readonly folder?: string;
}

/**
 * CIFAR-10: colour images of ten classes, 32 × 32 × 3, pixels in [0, 1] (Krizhevsky 2009), from the
 * official binary files `data_batch_1.bin` …, `test_batch.bin`.
 *
 * Training images are those of all the `data_batch` files there are.
 * @throws Error that says where it looked if there are no files; DataFormatError on damaged ones
 */
export function cifar10({ split, count, folder }: Cifar10Options): Dataset {
  const place = cifar10Folder(folder);
  const wanted = split === "test" ? /^test_batch\.bin$/ : /^data_batch_[1-5]\.bin$/;
  const names = readdirSync(place)
    .filter((name) => wanted.test(name))
    .sort();
  if (names.length === 0) {
    throw new Error(`${place} has no ${split} images of CIFAR-10: run npm run data`);
  }
  const parts = names.map((name) => {
    const file = join(place, name);
    return readCifar10(readFileSync(file), file);
  });
  const total = parts.reduce((sum, { labels }) => sum + labels.length, 0);
  const size = checkedCount(count, total, `CIFAR-10 (${split}) in ${place}`);
  const inputs = new Float32Array(size * 3 * PIXELS);
  const labels = new Uint8Array(size);
  let done = 0;
  for (const part of parts) {
    const take = Math.min(size - done, part.labels.length);
    inputs.set(part.inputs.subarray(0, take * 3 * PIXELS), done * 3 * PIXELS);
    labels.set(part.labels.subarray(0, take), done);
    done += take;
  }
  const name = `CIFAR-10, ${size} ${split} images`;
  return { name, size, shape: [32, 32, 3], inputs, labels, classNames: CLASS_NAMES };
}

function cifar10Folder(folder: string | undefined): string {
  const standard = join(__dirname, "..", "..", "..", "data", "cifar10");
  const place = resolve(folder ?? (process.env.MADMAX_CIFAR10 || standard));
  if (existsSync(place)) return place;
  throw new Error(
    `CIFAR-10 isn't in ${place}: run npm run data, or name a folder with its binary files in MADMAX_CIFAR10`,
  );
}

/**
 * Reads one binary file of CIFAR-10: records of a label and three planes, turned into pixels of
 * three channels.
 *
 * @throws DataFormatError on a file that is no whole number of records, or a label above 9
 */
export function readCifar10(
  bytes: Uint8Array,
  file: string,
): { inputs: Float32Array; labels: Uint8Array } {
  const size = Math.floor(bytes.length / RECORD);
  if (size === 0 || bytes.length % RECORD !== 0) {
    const found = `${bytes.length - size * RECORD} bytes of record ${size}`;
    throw new DataFormatError(file, size * RECORD, found, `${RECORD}`);
  }
  const inputs = new Float32Array(size * 3 * PIXELS);
  const labels = new Uint8Array(size);
  for (let n = 0; n < size; n++) {
    const start = n * RECORD;
    labels[n] = bytes[start]!;
    if (labels[n]! > 9) throw new DataFormatError(file, start, `label ${labels[n]}`, "0 to 9");
    for (let i = 0; i < PIXELS; i++) {
      for (let channel = 0; channel < 3; channel++) {
        const value = bytes[start + 1 + channel * PIXELS + i]! / 255;
        inputs[(n * PIXELS + i) * 3 + channel] = value;
      }
    }
  }
  return { inputs, labels };
}
