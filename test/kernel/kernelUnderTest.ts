import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";

const root = join(__dirname, "..", "..", "..");

/** One message of a cell: its type and content as in Jupyter's protocol. */
export interface CellMessage {
  type: string;
  // biome-ignore lint/suspicious/noExplicitAny: what it holds depends on the type
  content: any;
}

/** What a cell did. */
export interface CellResult {
  messages: CellMessage[];
  // biome-ignore lint/suspicious/noExplicitAny: the execute_reply as it came, for the test to check
  reply: any;
}

/** A cell to run: its code, or with options of the request. */
export type Cell =
  | string
  | { code: string; stop_on_error?: boolean; interrupt?: number; late?: number };

/** The Python that has jupyter_client, or undefined where there is none. */
export function jupyterPython(): string | undefined {
  const python = process.env.MADMAX_TEST_PYTHON ?? join(root, ".venv", "bin", "python");
  return existsSync(python) ? python : undefined;
}

/**
 * A real kernel, driven by jupyter_client: ours, or tslab's own where `MADMAX_TEST_KERNEL=stock`,
 * to see that these tests tell the two apart.
 */
export class KernelUnderTest {
  #answers: ((answer: unknown) => void)[] = [];

  private constructor(
    private readonly driver: ChildProcess,
    private readonly folder: string,
  ) {
    createInterface({ input: driver.stdout! }).on("line", (line) =>
      this.#answers.shift()?.(JSON.parse(line)),
    );
  }

  /** Starts the kernel in a folder that isn't the project's, as for a notebook lying elsewhere. */
  static async start(): Promise<KernelUnderTest> {
    const folder = mkdtempSync(join(tmpdir(), "madmax-kernel-"));
    const stock = process.env.MADMAX_TEST_KERNEL === "stock";
    const argv = stock
      ? ["node", join(root, "node_modules/tslab/bin/tslab"), "kernel", "--config-path"]
      : ["node", join(root, "dist/lib/kernel/main.js")];
    const spec = {
      argv: [...argv, "{connection_file}"],
      display_name: "under test",
      language: "typescript",
      interrupt_mode: "signal",
    };
    mkdirSync(join(folder, "tested"));
    writeFileSync(join(folder, "tested", "kernel.json"), JSON.stringify(spec));
    const driver = spawn(
      jupyterPython()!,
      [join(root, "test/kernel/driver.py"), folder, "tested", folder],
      {
        stdio: ["pipe", "pipe", "inherit"],
        env: { ...process.env, PATH: dirname(process.execPath) + delimiter + process.env.PATH },
      },
    );
    const kernel = new KernelUnderTest(driver, folder);
    await kernel.#answer();
    return kernel;
  }

  /** Sends all cells at once and waits for all of them. */
  async run(...cells: Cell[]): Promise<CellResult[]> {
    const run = cells.map((cell) => (typeof cell === "string" ? { code: cell } : cell));
    return (await this.ask({ run })) as CellResult[];
  }

  /** Any other request of the driver. */
  // biome-ignore lint/suspicious/noExplicitAny: the kernel's reply as it came
  ask(request: object): Promise<any> {
    this.driver.stdin!.write(`${JSON.stringify(request)}\n`);
    return this.#answer();
  }

  /** Ends kernel and driver. */
  async stop(): Promise<void> {
    this.driver.stdin!.end();
    await new Promise((resolve) => this.driver.once("exit", resolve));
    rmSync(this.folder, { recursive: true });
  }

  #answer(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error("the driver has ended"));
      this.driver.once("exit", ended);
      this.#answers.push((answer) => {
        this.driver.off("exit", ended);
        resolve(answer);
      });
    });
  }
}

/** What a cell wrote to one of its streams. */
export function text(cell: CellResult, name = "stdout"): string {
  const parts = cell.messages.filter(
    ({ type, content }) => type === "stream" && content.name === name,
  );
  return parts.map(({ content }) => content.text).join("");
}

/** The `error` outputs of a cell. */
export function errors(cell: CellResult): { ename: string; evalue: string; traceback: string[] }[] {
  return cell.messages.filter(({ type }) => type === "error").map(({ content }) => content);
}
