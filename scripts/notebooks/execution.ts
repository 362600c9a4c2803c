import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

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

const running = new Set<ChildProcess>();

/** Ends all executions, with their kernels. */
export function killExecutions(): void {
  for (const { pid } of running) if (pid !== undefined) process.kill(-pid, "SIGKILL");
}

/** Executes one notebook by nbconvert; returns the cell that failed, if one did. */
export function execute(options: ExecutionOptions): Promise<CellFailure | undefined> {
  const { root, source, target, scale, cellSeconds, onCell } = options;
  const python = process.env.MADMAX_TEST_PYTHON ?? join(root, ".venv", "bin", "python");
  const child = spawn(
    python,
    [join(root, "scripts", "notebooks", "execute.py"), source, target, String(cellSeconds)],
    {
      cwd: root,
      // A group of its own, so that kernels end with it.
      detached: true,
      env: { ...process.env, MADMAX_SCALE: scale },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  running.add(child);
  let failure: CellFailure | undefined;
  let errors = "";
  let done = false;
  createInterface({ input: child.stdout! }).on("line", (line) => {
    const { event, ...rest } = JSON.parse(line) as { event: string } & CellFailure;
    if (event === "cell") onCell(rest.index);
    if (event === "failed") failure = rest;
    if (event === "done") done = true;
  });
  child.stderr!.on("data", (data) => {
    errors = (errors + data).slice(-4000);
  });
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new Error(`${python} can't be started: ${error.message}`)));
    child.on("close", (code) => {
      running.delete(child);
      if (done || failure !== undefined) resolve(failure);
      else reject(new Error(`nbconvert ended with ${code}:\n${errors.trim()}`));
    });
  });
}
