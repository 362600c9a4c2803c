import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";

/** Makes a reader's own error of what was found and what was expected. */
export type Refusal = (found: string, expected: string) => Error;

/** The most that Node.js reads at once. */
export const LARGEST_READ = 2 ** 31 - 1;

/**
 * Reads a plain file whole. Its size is looked at first, so a larger file than expected, sparse or
 * not, costs nothing; folders, pipes and devices, which may never end, are refused unread.
 *
 * @throws what `refuse` makes unless it is a file of at most `largest` bytes that can be read
 */
export function readWhole(file: string, refuse: Refusal, largest = LARGEST_READ): Buffer {
  return withPlainFile(file, refuse, largest, (handle) => contentOf(handle, refuse));
}

/** The size of a file that {@link readWhole} would read; throws what it would throw. */
export function plainSize(file: string, refuse: Refusal, largest = LARGEST_READ): number {
  return withPlainFile(file, refuse, largest, (_, size) => size);
}

function withPlainFile<T>(
  file: string,
  refuse: Refusal,
  largest: number,
  use: (handle: number, size: number) => T,
): T {
  let handle: number;
  try {
    // Without waiting: a pipe that nobody writes into would never open. Windows has no such flag.
    handle = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw refuse(reason(error), "a file");
  }
  try {
    const status = fstatSync(handle);
    if (status.isDirectory()) throw refuse("a folder", "a file");
    if (!status.isFile()) throw refuse("a pipe or a device", "a file");
    if (status.size > largest) throw refuse(`${status.size} bytes`, `at most ${largest}`);
    return use(handle, status.size);
  } finally {
    closeSync(handle);
  }
}

function contentOf(handle: number, refuse: Refusal): Buffer {
  try {
    return readFileSync(handle);
  } catch (error) {
    throw refuse(reason(error), "a file");
  }
}

function reason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "no file";
  if (code === "EISDIR") return "a folder"; // as Windows says when it is opened
  return code === "ELOOP" ? "links that lead in a circle" : `what can't be read (${code})`;
}
