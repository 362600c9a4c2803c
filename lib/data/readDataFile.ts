import { LARGEST_READ, plainSize, type Refusal, readWhole } from "../files/readWhole";
import { DataFormatError } from "./DataFormatError";

/**
 * Reads a file of a data set.
 * @throws DataFormatError unless it is a plain file of at most `largest` bytes
 */
export function readDataFile(file: string, largest = LARGEST_READ): Buffer {
  return readWhole(file, refusing(file), largest);
}

/** The size of a file that {@link readDataFile} would read; throws what it would throw. */
export function dataFileSize(file: string, largest = LARGEST_READ): number {
  return plainSize(file, refusing(file), largest);
}

/** Makes errors about a file as such. */
export const refusing =
  (file: string): Refusal =>
  (found, expected) =>
    new DataFormatError(file, undefined, found, expected);
