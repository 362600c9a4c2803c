import type { Diagnostic } from "./tslab";

const RED = "\x1b[31m";
const PLAIN = "\x1b[0m";

/** Why a cell failed, in the three parts of Jupyter's `error` message. */
export class CellFailure {
  constructor(
    /** The error's class. */
    readonly ename: string,
    /** The error's message. */
    readonly evalue: string,
    /** Lines to show, in ANSI colours. */
    readonly traceback: readonly string[],
  ) {}

  /** A failure out of whatever was thrown; `note` says where it came from, if not from the cell. */
  static fromThrown(thrown: unknown, root: string, note?: string): CellFailure {
    if (interrupted(thrown)) {
      return CellFailure.#of("Interrupted", "the cell was interrupted", [], note);
    }
    if (!(thrown instanceof Error) && !looksLikeError(thrown)) {
      return CellFailure.#of(
        "Thrown",
        String(thrown),
        ["(this is no Error: it has no stack)"],
        note,
      );
    }
    const frames = userFrames(thrown.stack ?? "", root);
    const cause = thrown.cause === undefined ? [] : causes(thrown.cause);
    return CellFailure.#of(thrown.name || "Error", thrown.message, [...frames, ...cause], note);
  }

  /** A failure out of the compiler's complaints, each shown under its line of the cell. */
  static fromDiagnostics(diagnostics: readonly Diagnostic[], code: string): CellFailure {
    const source = code.split("\n");
    const lines = diagnostics.flatMap(({ line, column, message }) => [
      `line ${line}, column ${column}: ${message}`,
      `    ${source[line - 1] ?? ""}`,
      `    ${" ".repeat(Math.max(0, column - 1))}^`,
    ]);
    return CellFailure.#of("TypeScriptError", diagnostics[0]!.message, lines, undefined);
  }

  static #of(
    ename: string,
    evalue: string,
    lines: string[],
    note: string | undefined,
  ): CellFailure {
    const head = `${RED}${ename}${PLAIN}: ${evalue}`;
    return new CellFailure(ename, evalue, [head, ...(note === undefined ? [] : [note]), ...lines]);
  }
}

// An error made in another realm (a vm context) is no instance of our Error.
function looksLikeError(thrown: unknown): thrown is Error {
  return Object.prototype.toString.call(thrown) === "[object Error]";
}

function interrupted(thrown: unknown): boolean {
  const { code, message } = (thrown ?? {}) as { code?: unknown; message?: unknown };
  return (
    code === "ERR_SCRIPT_EXECUTION_INTERRUPTED" ||
    (message === "Interrupted asynchronously" && thrown instanceof Error)
  );
}

// Frames of the cell and of what it called; not those of the kernel that called the cell.
function userFrames(stack: string, root: string): string[] {
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  const cell = frames.findLastIndex((line) => line.includes("evalmachine.<anonymous>"));
  return frames
    .slice(0, cell === -1 ? frames.length : cell + 1)
    .filter((line) => !/node:internal|[\\/]tslab[\\/]dist[\\/]/.test(line))
    .map((line) => line.replaceAll(`${root}/`, "").replace("evalmachine.<anonymous>", "cell"));
}

function causes(cause: unknown): string[] {
  const { name, message } = (cause ?? {}) as Partial<Error>;
  return [`caused by ${message === undefined ? String(cause) : `${name}: ${message}`}`];
}
