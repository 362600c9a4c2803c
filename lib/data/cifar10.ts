import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { DataFormatError } from "./DataFormatError";
import type { Dataset } from "./Dataset";
import { checkedCount, type ImageSetOptions } from "./imageSet";
import { dataFileSize, readDataFile } from "./readDataFile";

const PIXELS = 32 * 32;
const NUMBERS = 3 * PIXELS;
/** Bytes of one image: its label, then the red, the green and the blue plane. */
const RECORD = 1 + NUMBERS;

/** Ten times an official file; memory for the images is only taken if all files are smaller. */
export const LARGEST_CIFAR10 = 10 * 10_000 * RECORD;

const FILES = { train: /^data_batch_[1-5]\.bin$/, test: /^test_batch\.bin$/ } as const;
// biome-ignore format: one line reads best
const CLASS_NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/** Which images are read, and from where. */
export interface Cifar10Options extends ImageSetOptions {
  /** Folder of the binary files; if left out `MADMAX_CIFAR10`, else data/cifar10 of the project. */
  readonly folder?: string;
}

/**
 * CIFAR-10: colour images of ten classes, 32 × 32 × 3, pixels in [0, 1] (Krizhevsky 2009), from the
 * official binary files `data_batch_1.bin` … `data_batch_5.bin` and `test_batch.bin`.
 *
 * A file may hold fewer images than the official 10,000, and training files may be missing: the
 * training images are those of all there are.
 * @throws Error that says where it looked if there are no files; DataFormatError on damaged ones;
 * RangeError if there are fewer images than asked for
 * @example
 * const train = cifar10({ split: "train", count: 2000 });
 */
export function cifar10({ split, count, folder }: Cifar10Options): Dataset {
  const place = cifar10Folder(folder);
  const files = namesIn(place)
    .filter((name) => FILES[split].test(name))
    .sort()
    .map((name) => join(place, name));
  if (files.length === 0) {
    throw new Error(`there are no ${split} images of CIFAR-10 in ${place}: run npm run data`);
  }
  const total = files.reduce(
    (sum, file) => sum + Math.floor(dataFileSize(file, LARGEST_CIFAR10) / RECORD),
    0,
  );
  const size = checkedCount(count, total, `CIFAR-10 (${split}) in ${place}`);

  const inputs = new Float32Array(size * NUMBERS);
  const labels = new Uint8Array(size);
  let done = 0;
  for (const file of files) {
    if (done === size && count !== undefined) break; // enough: leave the other files unread
    const bytes = readDataFile(file, LARGEST_CIFAR10);
    const take = Math.min(countCifar10(bytes, file), size - done);
    decode(bytes, inputs.subarray(done * NUMBERS), labels.subarray(done, done + take));
    done += take;
  }
  const name = `CIFAR-10 (${split})`;
  return { name, size, shape: [32, 32, 3], inputs, labels, classNames: CLASS_NAMES };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const found = `what can't be listed (${(error as NodeJS.ErrnoException).code})`;
    throw new DataFormatError(folder, undefined, found, "a folder");
  }
}

/**
 * Are images of CIFAR-10 there to learn from and to test on? For notebooks that go on without them.
 *
 * `folder` as for {@link cifar10}. Says nothing of whether the files are sound.
 * @example const test = hasCifar10() ? cifar10({ split: "test" }) : mnist({ split: "test" });
 */
export function hasCifar10(folder?: string): boolean {
  try {
    const names = readdirSync(cifar10Folder(folder));
    return Object.values(FILES).every((pattern) => names.some((name) => pattern.test(name)));
  } catch {
    return false; // no such folder, or none that may be read
  }
}

function cifar10Folder(folder: string | undefined): string {
  const [from, place] =
    folder !== undefined
      ? ["the folder asked for", folder]
      : process.env.MADMAX_CIFAR10
        ? ["named by MADMAX_CIFAR10", process.env.MADMAX_CIFAR10]
        : ["the standard place", join(__dirname, "..", "..", "..", "data", "cifar10")];
  if (existsSync(place)) return resolve(place);
  throw new Error(
    `CIFAR-10 isn't in ${resolve(place)} (${from}): run npm run data, ` +
      "or let MADMAX_CIFAR10 name a folder with its binary files",
  );
}

/**
 * Reads one binary file of CIFAR-10: records of a label and three planes become labels [n] and
 * pixels of three channels [n × 32 × 32 × 3].
 *
 * `file` is the name for messages.
 * @throws DataFormatError on a file that is no whole number of records, or a label above 9
 */
export function readCifar10(
  bytes: Uint8Array,
  file: string,
): { inputs: Float32Array; labels: Uint8Array } {
  const size = countCifar10(bytes, file);
  const inputs = new Float32Array(size * NUMBERS);
  const labels = new Uint8Array(size);
  decode(bytes, inputs, labels);
  return { inputs, labels };
}

/**
 * Checks one binary file of CIFAR-10 and returns its number of images.
 * @throws DataFormatError on a file that is no whole number of records, or a label above 9
 */
export function countCifar10(bytes: Uint8Array, file: string): number {
  const size = Math.floor(bytes.length / RECORD);
  if (size === 0 || size * RECORD !== bytes.length) {
    const expected = `all ${RECORD} bytes of the record that starts at byte ${size * RECORD}`;
    throw new DataFormatError(file, bytes.length, "the end of the file", expected);
  }
  for (let start = 0; start < bytes.length; start += RECORD) {
    const label = bytes[start]!;
    if (label > 9) throw new DataFormatError(file, start, `label ${label}`, "0 to 9");
  }
  return size;
}

/** Decodes as many records as there is room for labels. */
function decode(bytes: Uint8Array, inputs: Float32Array, labels: Uint8Array): void {
  for (let n = 0; n < labels.length; n++) {
    const start = n * RECORD;
    labels[n] = bytes[start]!;
    for (let channel = 0; channel < 3; channel++) {
      const plane = start + 1 + channel * PIXELS;
      const first = n * NUMBERS + channel;
      for (let i = 0; i < PIXELS; i++) inputs[first + 3 * i] = bytes[plane + i]! / 255;
    }
  }
}
