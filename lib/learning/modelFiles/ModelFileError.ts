/** What is wrong with a model's files. */
export type ModelFileFault =
  | "missing file"
  | "invalid JSON"
  | "invalid structure"
  | "other format"
  | "path outside the folder"
  | "unknown layer"
  | "wrong length"
  | "wrong shape"
  | "missing weight"
  | "surplus weight"
  | "not a number"
  | "changed content";

/**
 * Model files that can't be trusted or read: says where, what was found, what was expected, and what
 * to do.
 *
 * @example
 * // ModelFileError: nets/a/weights.bin (wrong length): found 100 bytes, expected 104 for 2 weights;
 * // the file is truncated or of another model, fetch or save it anew
 */
export class ModelFileError extends Error {
  override readonly name = "ModelFileError";
  constructor(
    /** Path of the file. */
    readonly file: string,
    readonly fault: ModelFileFault,
    readonly found: string,
    readonly expected: string,
    advice: string,
  ) {
    super(`${file} (${fault}): found ${found}, expected ${expected}; ${advice}`);
  }
}
