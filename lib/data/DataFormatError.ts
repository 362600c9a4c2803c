/** A file that isn't what its format asks for: says where, what was found and what was expected. */
export class DataFormatError extends Error {
  override readonly name = "DataFormatError";
  constructor(
    readonly file: string,
    /** Place in the file, in bytes from its start. */
    readonly offset: number,
    readonly found: string,
    readonly expected: string,
  ) {
    super(`${file}: at byte ${offset} found ${found}, expected ${expected}`);
  }
}
