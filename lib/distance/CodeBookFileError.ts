/**
 * A file that is no code book, or no longer a whole one: what was found, what was expected.
 *
 * @example
 * try {
 *   loadCodeBook("nowhere.bin");
 * } catch (error) {
 *   error instanceof CodeBookFileError; // true
 * }
 */
export class CodeBookFileError extends Error {
  override readonly name = "CodeBookFileError";
  constructor(
    /** The file. */
    readonly file: string,
    readonly found: string,
    readonly expected: string,
  ) {
    super(`${file}: found ${found}, expected ${expected}; make the code book anew`);
  }
}
