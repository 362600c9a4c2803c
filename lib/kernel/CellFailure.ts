import { inspect } from "node:util";
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
    try {
      return CellFailure.#fromValue(thrown, root, note);
    } catch {
      // Whatever a cell throws, it gets its reply: even a value that throws when it is looked at.
      return CellFailure.#of("Thrown", "a value that can't be shown", [], note);
    }
  }

  static #fromValue(thrown: unknown, root: string, note: string | undefined): CellFailure {
    if (interrupted(thrown)) {
      return CellFailure.#of("Interrupted", "the cell was interrupted", [], note);
    }
    if (!isError(thrown)) {
      const lines = ["(this is no Error: it has no stack)"];
      return CellFailure.#of("Thrown", shown(thrown), lines, note);
    }
    const frames = userFrames(thrown.stack, root);
    const cause = thrown.cause === undefined ? [] : [`caused by ${shown(thrown.cause)}`];
    return CellFailure.#of(className(thrown), String(thrown.message), [...frames, ...cause], note);
  }

  /** A failure out of the compiler's complaints, each shown under its line of the cell. */
  static fromDiagnostics(diagnostics: readonly Diagnostic[], code: string): CellFailure {
    const source = code.split("\n");
    const lines = diagnostics.flatMap(({ file, line, column, message }) =>
      file !== ""
        ? [`${file}, line ${line}, column ${column}: ${message}`]
        : [
            `line ${line}, column ${column}: ${message}`,
            `    ${source[line - 1] ?? ""}`,
            `    ${" ".repeat(Math.max(0, column - 1))}^`,
          ],
    );
    return CellFailure.#of("TypeScriptError", diagnostics[0]!.message, lines, undefined);
  }

  /** The same failure, as that of a cell which for its sake was not run. */
  withoutRun(): CellFailure {
    return new CellFailure(this.ename, this.evalue, [
      ...this.traceback,
      "This came up after the cell before had ended. It stopped this cell, which was not run.",
    ]);
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
function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || Object.prototype.toString.call(thrown) === "[object Error]";
}

// A class that extends Error and doesn't name itself inherits the name "Error".
function className(error: Error): string {
  if (error.name !== "Error") return String(error.name || "Error");
  return error.constructor.name || "Error";
}

function shown(value: unknown): string {
  if (typeof value === "string") return value;
  return isError(value) ? `${className(value)}: ${value.message}` : inspect(value);
}

function interrupted(thrown: unknown): boolean {
  const { code, message } = (thrown ?? {}) as { code?: unknown; message?: unknown };
  return (
    code === "ERR_SCRIPT_EXECUTION_INTERRUPTED" ||
    (message === "Interrupted asynchronously" && thrown instanceof Error)
  );
}

// Frames of the cell and of what it called; not those of the kernel that called the cell, nor of
// the function that tslab wraps around a cell and calls through node:vm.
function userFrames(stack: unknown, root: string): string[] {
  if (typeof stack !== "string") return [];
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  const cell = frames.findLastIndex((line) => line.includes("evalmachine.<anonymous>"));
  const wrapped = frames[cell + 1]?.includes("node:vm") === true;
  return frames
    .slice(0, cell === -1 ? frames.length : cell + (wrapped ? 0 : 1))
    .filter((line) => !/node:internal|[\\/]tslab[\\/]dist[\\/]/.test(line))
    .map((line) => line.replaceAll(`${root}/`, "").replace("evalmachine.<anonymous>", "cell"));
}
