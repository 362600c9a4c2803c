/** A checkpoint that can't be continued from: of another recipe, or damaged beyond repair. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
  constructor(
    /** The file or folder. */
    readonly place: string,
    reason: string,
  ) {
    super(`${place}: ${reason}`);
  }
}
