import { setImmediate as nextTurn } from "node:timers/promises";
import { CellFailure } from "./CellFailure";
import { TensorScopes } from "./TensorScopes";
import { createExecutor, type Diagnostic, type Executor } from "./tslab";

/**
 * Runs cells one by one and says of each how it failed, if it did; also when a promise that nobody
 * awaited was rejected, or something was thrown in a timer.
 */
export class CellRunner {
  readonly executor: Executor;
  #thrown: unknown;
  #diagnostics: Diagnostic[] = [];
  #strays: CellFailure[] = [];

  constructor(private readonly root: string) {
    this.executor = createExecutor(root, {
      log: (value) => console.log(value),
      error: (...args) => this.#complaint(args),
    });
  }

  /** Runs one cell; returns its failure, or undefined when all went well. */
  async run(code: string): Promise<CellFailure | undefined> {
    // What failed since the last cell makes this one fail, and only this one: it must not pass
    // unseen, and what it left undone this cell may rely on.
    const [earlier] = this.#strays.splice(0);
    if (earlier !== undefined) return earlier.withoutRun();

    this.#thrown = undefined;
    this.#diagnostics = [];
    const scopes = new TensorScopes();
    const ok = await this.#execute(code);
    if (!ok) scopes.restore();
    // Node tells of unhandled rejections after the microtasks of a turn: give it that turn.
    await nextTurn();
    const [stray] = this.#strays.splice(0);
    if (this.#diagnostics.length > 0) return CellFailure.fromDiagnostics(this.#diagnostics, code);
    if (!ok) return CellFailure.fromThrown(this.#thrown, this.root);
    return stray;
  }

  async #execute(code: string): Promise<boolean> {
    try {
      return await this.executor.execute(code);
    } catch (error) {
      // The compiler itself gave up.
      this.#thrown = error;
      return false;
    }
  }

  /** Takes down a failure that no cell's own promise carries; it fails the cell in flight or the
   *  next one. */
  stray(error: unknown, origin: string): CellFailure {
    const failure = CellFailure.fromThrown(error, this.root, `(${origin})`);
    this.#strays.push(failure);
    return failure;
  }

  // tslab tells of errors by console.error(thrown) and of diagnostics by a format with five values.
  #complaint(args: unknown[]): void {
    if (args.length === 5) {
      const [, file, line, column, message] = args as [string, string, number, number, string];
      this.#diagnostics.push({ file: file.trim(), line, column, message });
    } else {
      this.#thrown = args[0];
    }
  }
}
