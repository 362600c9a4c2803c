/** A record of the set-up that can't be read: what was found, what was expected. */
export class BackendRecordError extends Error {
  override readonly name = "BackendRecordError";
  constructor(
    /** The file. */
    readonly file: string,
    readonly found: string,
    readonly expected: string,
  ) {
    super(`${file}: found ${found}, expected ${expected}; remove it and run npm start`);
  }
}
