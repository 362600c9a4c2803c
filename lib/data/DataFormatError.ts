/**
 * A file that isn't what its format asks for: says where, what was found, what was expected.
 *
 * @example
 * // DataFormatError: train-labels-idx1-ubyte: at byte 59 found the end of the file, expected 60000
 * // bytes of data after the header of 8; the file is damaged or of another format, replace it
 */
export class DataFormatError extends Error {
  override readonly name = "DataFormatError";
  constructor(
    /** Path or name of the file. */
    readonly file: string,
    /** Place in the file, in bytes from its start; undefined where it is about the file as such. */
    readonly offset: number | undefined,
    readonly found: string,
    readonly expected: string,
  ) {
    super(
      `${file}: ${offset === undefined ? "" : `at byte ${offset} `}found ${found}, ` +
        `expected ${expected}; ` +
        "the file is damaged or of another format, replace it",
    );
  }
}
