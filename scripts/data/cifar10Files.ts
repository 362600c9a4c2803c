import { existsSync, renameSync } from "node:fs";
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DataFormatError } from "../../lib/data";
import { countCifar10, LARGEST_CIFAR10 } from "../../lib/data/cifar10";
import { readDataFile } from "../../lib/data/readDataFile";
import { LARGEST_ARCHIVE, unpack } from "./archive";

/** A file of the data set, read when its turn comes. */
export interface SourceFile {
  readonly name: string;
  readonly read: () => Promise<Uint8Array>;
  /** Where it is from, for messages. */
  readonly from: string;
}

const BINARY = /^(data_batch_[1-5]|test_batch)\.bin$/;
const OF_LAYOUT = /^((data_batch_[1-5]|test_batch)\.bin|[\w.]+\.txt)$/;
/** Images of the official set; a local folder may have fewer files, and shorter ones. */
const OFFICIAL_COUNT = 60_000;

/**
 * The files of the data set in a folder, or in a gzipped tar archive; others are left alone.
 * @throws DataFormatError if it is neither, or too large
 */
export async function sourceFiles(place: string): Promise<SourceFile[]> {
  if (!existsSync(place)) throw new Error(`there is no ${place}`);
  if ((await stat(place)).isDirectory()) {
    return (await readdir(place))
      .filter((name) => OF_LAYOUT.test(name))
      .sort()
      .map((name) => {
        const from = join(place, name);
        return { name, from, read: async () => readDataFile(from, LARGEST_CIFAR10) };
      });
  }
  return archiveFiles(readDataFile(place, LARGEST_ARCHIVE), place);
}

/** The files of the data set in a gzipped tar archive that has been read. */
export function archiveFiles(archive: Uint8Array, file: string): SourceFile[] {
  const files = unpack(archive, file)
    .map(({ name, bytes }) => ({
      name: basename(name),
      from: `${file}, ${name}`,
      read: async () => bytes,
    }))
    .filter(({ name }) => OF_LAYOUT.test(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const twice = files.find(({ name }, k) => files[k - 1]?.name === name);
  if (twice !== undefined) {
    throw new DataFormatError(file, 0, `${twice.name} in two folders`, "each file once");
  }
  return files;
}

/** Whether a folder has all of the official set; throws DataFormatError on a damaged file. */
export async function isComplete(folder: string): Promise<boolean> {
  if (!existsSync(folder)) return false;
  let images = 0;
  for (const { name, from, read } of await sourceFiles(folder)) {
    if (BINARY.test(name)) images += countCifar10(await read(), from);
  }
  return images === OFFICIAL_COUNT;
}

/**
 * Checks every file and puts them into the folder `target` by way of the folder `staging`, which is
 * on the same disk: `target` changes in one go, after all of them passed, or not at all.
 * @throws DataFormatError on a damaged file; Error if there is none, or if `target` holds other files
 */
export async function install(
  files: readonly SourceFile[],
  target: string,
  staging: string,
  log: (line: string) => void,
): Promise<void> {
  if (!files.some(({ name }) => BINARY.test(name))) {
    throw new Error("there is no file of CIFAR-10: data_batch_1.bin … _5.bin, test_batch.bin");
  }
  await refuseOtherFiles(target);
  await mkdir(staging, { recursive: true });
  try {
    const fresh = join(staging, "new");
    await mkdir(fresh);
    for (const { name, from, read } of files) {
      const bytes = await read();
      const images = BINARY.test(name) ? countCifar10(bytes, from) : undefined;
      await writeFile(join(fresh, name), bytes);
      log(`  ${name}${images === undefined ? "" : `: ${images} images`}`);
    }
    await mkdir(dirname(target), { recursive: true });
    replace(target, fresh, join(staging, "old"));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

// Without a pause between the two steps, in which a signal could end the program.
function replace(target: string, fresh: string, old: string): void {
  const existed = existsSync(target);
  if (existed) renameSync(target, old);
  try {
    renameSync(fresh, target);
  } catch (error) {
    if (existed) renameSync(old, target);
    throw error;
  }
}

// What was there is replaced: it had better be the data set and nothing of somebody's own.
async function refuseOtherFiles(target: string): Promise<void> {
  if (!existsSync(target)) return;
  const other = (await readdir(target)).find((name) => !OF_LAYOUT.test(name));
  if (other === undefined) return;
  throw new Error(`${target} holds ${other}, which is not of CIFAR-10: move it away first`);
}
