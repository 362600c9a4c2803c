import { type ChildProcess, spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { pathToFileURL } from "node:url";

/** How a notebook is executed. */
export interface ExecutionOptions {
  root: string;
  source: string;
  target: string;
  scale: string;
  cellSeconds: number;
  /** Called with the index of each cell that begins. */
  onCell: (index: number) => void;
}

/** The cell that failed, and with what. */
export interface CellFailure {
  index: number;
  ename: string;
  evalue: string;
}

type Event =
  | { event: "kernel"; pid: number }
  | { event: "cell"; index: number }
  | ({ event: "failed" } & CellFailure)
  | { event: "done" };

/** What runs: process groups by the id of their first process. */
const running = new Set<number>();

/** Ends all executions, with their kernels. */
export function killExecutions(): void {
  running.forEach(kill);
}

function kill(group: number): void {
  running.delete(group);
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Executes one notebook by nbconvert; returns the cell that failed, if one did. */
export async function execute(options: ExecutionOptions): Promise<CellFailure | undefined> {
  const { root, source, target, cellSeconds, onCell } = options;
  const python = process.env.MADMAX_TEST_PYTHON ?? join(root, ".venv", "bin", "python");
  const program = join(root, "scripts", "notebooks", "execute.py");
  const child = spawn(python, [program, source, target, String(cellSeconds)], {
    cwd: root,
    detached: true, // a process group of its own
    env: await environment(options),
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  const groups: number[] = [];
  const started = (group: number) => {
    groups.push(group);
    running.add(group);
  };
  if (child.pid !== undefined) started(child.pid);
  // A kernel doesn't outlive the program that started it, whatever that died of.
  child.on("exit", () => groups.forEach(kill));
  let failure: CellFailure | undefined;
  let done = false;
  createInterface({ input: child.stdio[3] as Readable }).on("line", (line) => {
    const told = JSON.parse(line) as Event;
    if (told.event === "kernel") started(told.pid);
    if (told.event === "cell") onCell(told.index);
    if (told.event === "failed") failure = told;
    if (told.event === "done") done = true;
  });
  const { code, errors } = await ended(child, python);
  if (done || failure !== undefined) return failure;
  throw new Error(`nbconvert ended with ${code}:\n${errors.trim()}`);
}

/** Jupyter's environment. What is written to temporary folders goes where the notebook's copy is,
 *  and so away with it. */
async function environment({ root, source, scale }: ExecutionOptions): Promise<NodeJS.ProcessEnv> {
  const file = pathToFileURL(join(root, "scripts", "setup", "jupyter.mjs")).href;
  const { jupyterEnvironment } = (await import(file)) as {
    jupyterEnvironment: (root: string) => NodeJS.ProcessEnv;
  };
  return { ...jupyterEnvironment(root), MADMAX_SCALE: scale, TMPDIR: dirname(source) };
}

function ended(
  child: ChildProcess,
  program: string,
): Promise<{ code: number | null; errors: string }> {
  let errors = "";
  child.stderr!.on("data", (data) => {
    errors = (errors + data).slice(-4000);
  });
  return new Promise((resolve, reject) => {
    child.on("error", ({ message }) =>
      reject(new Error(`${program} can't be started: ${message}`)),
    );
    child.on("close", (code) => resolve({ code, errors }));
  });
}
